"""The wheels that docs/installing.md tells to install are those that are made."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from build_core import ROOT, TARGETS
from device_runtime.version import VERSION

hatch_build = pytest.importorskip("hatch_build", reason="the wheels' names are not tested: there is no hatchling")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """The file name of each machine's wheel, from the tag that the hook gives it; nothing is compiled."""
    monkeypatch.setattr(hatch_build.build_core, "build", lambda *_: None)
    found = {}
    for machine in TARGETS:
        monkeypatch.setenv(hatch_build.TARGET, machine)
        build_data: dict[str, Any] = {"force_include": {}}
        hook = hatch_build.CoreHook(str(ROOT), {}, None, None, str(tmp_path), "wheel")
        hook.initialize("standard", build_data)
        found[machine] = f"posteye-{VERSION}-{build_data['tag']}.whl"
    return found


def test_each_pattern_of_the_page_is_the_wheel_of_one_machine(names: dict[str, str]) -> None:
    page = (ROOT / "docs" / "installing.md").read_text("utf-8")
    patterns = re.findall(r"posteye-\S*\.whl", page)
    wanted = [[machine for machine, name in names.items() if fnmatch(name, pattern)] for pattern in patterns]
    assert wanted == [["aarch64"], ["armv7l"], ["armv7l"]]


def test_the_page_has_the_platform_of_each_machine(names: dict[str, str]) -> None:
    page = (ROOT / "docs" / "installing.md").read_text("utf-8")
    told = re.findall(r"^\| .*? \| `(manylinux\w+)` \|", page, re.M)
    assert {name.split("-")[-1].removesuffix(".whl") for name in names.values()} == set(told)
