"""What every picture would be refused for is told once, before the first one is read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from device_runtime import Reader
from device_runtime.bundle import MODEL_FILE, shipped
from device_runtime.errors import BundleError, PosteyeError
from device_runtime.piece.evidence.weights import load_weights
from device_runtime.piece.locator import bundle as locator
from device_runtime.piece.locator.bundle import DEFAULT_LOCATOR
from device_runtime.region import Region

LEAST = load_weights().roles["sender"].table[0].max_error
SENDER = f"max error 0.01 cannot be promised for role sender on a whole piece; give --max-error {LEAST:g} or more"
PAPER = np.full((60, 200), 235, np.uint8)


@pytest.fixture
def damaged_locator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The locator's bundle with a byte changed, in place of the shipped one."""
    folder = Path(shutil.copytree(shipped(DEFAULT_LOCATOR), tmp_path / DEFAULT_LOCATOR))
    data = bytearray((folder / MODEL_FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / MODEL_FILE).write_bytes(data)
    monkeypatch.setattr(locator, "shipped", lambda _: folder)
    return folder


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(country="DE")


def test_an_error_that_the_role_cannot_keep_is_told_before_a_picture_is_looked_for(reader: Reader) -> None:
    for ask in (lambda: reader.prepare(role="sender"), lambda: reader.read("nowhere.png", role="sender")):
        with pytest.raises(PosteyeError) as error:
            ask()
        assert str(error.value) == SENDER


def test_an_error_that_the_role_keeps_is_no_error(reader: Reader) -> None:
    lax, strict = Reader(country="DE", max_error=0.1), Reader(country="DE", max_error=0.005)
    lax.prepare(role="sender")
    strict.prepare(role="destination")
    strict.prepare(role="any")
    assert lax.read(PAPER, role="sender").reading.status == "no_code"


def test_weights_that_keep_no_error_at_all_are_told(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load_weights()
    roles = {role: replace(weights, table=()) for role, weights in whole.roles.items()}
    monkeypatch.setattr(reader, "_weights", replace(whole, roles=roles))
    with pytest.raises(PosteyeError, match="no error can be promised for role destination on a whole piece"):
        reader.prepare()


def test_a_damaged_locator_is_told_at_once_and_fields_do_not_need_it(damaged_locator: Path) -> None:
    fresh = Reader(country="DE")
    for ask in (fresh.prepare, lambda: fresh.read(PAPER)):
        with pytest.raises(BundleError, match=f"{damaged_locator / MODEL_FILE} is damaged"):
            ask()
    fresh.prepare(field=True)
    assert fresh.read(PAPER, field=True).reading.status == "no_code"


def test_what_was_prepared_is_not_loaded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Reader(country="DE")
    fresh.prepare()
    monkeypatch.setattr("device_runtime.reader.load_locator", None)
    assert fresh.read(PAPER).reading.status == "no_code"


@pytest.mark.parametrize("role", ["sender", "any"])
def test_a_field_has_no_roles(reader: Reader, role: Any) -> None:
    for ask in (lambda: reader.prepare(field=True, role=role), lambda: reader.read(PAPER, field=True, role=role)):
        with pytest.raises(PosteyeError, match=f"role is '{role}', and a field has no roles; leave role or field out"):
            ask()


@pytest.mark.parametrize("region", [(0, 0, 1, 1), "0,0,1,1", [0, 0, 1, 1], 5, 0, np.ones((2, 4))])
@pytest.mark.parametrize("field", [False, True])
def test_what_is_no_region_is_named(reader: Reader, region: Any, field: bool) -> None:
    wanted = f"a {type(region).__name__} is no region; give a device_runtime.region.Region, or None for the whole image"
    with pytest.raises(PosteyeError) as error:
        reader.read(PAPER, field=field, region=region)
    assert str(error.value) == wanted


def test_a_region_beyond_all_bounds_is_cut_to_the_picture(reader: Reader) -> None:
    found = reader.read(PAPER, field=True, region=Region(20, 10, 1e308, 1e308))
    assert found.as_dict()["field"] == [[20, 10], [200, 10], [200, 60], [20, 60]]
