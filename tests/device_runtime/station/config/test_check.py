"""`check_config` says whether what a configuration names can be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from device_runtime.station.config.check import check_config

PLAN = "codes,bin\noverflow,other\nreject,hand\n0*..9*,all\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.csv").write_text(PLAN)
    (tmp_path / "pictures").mkdir()
    return tmp_path


def checked(folder: Path, **sections: str) -> tuple[list[str], list[str]]:
    """Problems and notes of a configuration whose sections have such lines, without the file's name."""
    sections = {"camera": 'url = "dir:pictures"', "plan": 'path = "plan.csv"'} | sections
    path = folder / "station.toml"
    path.write_text("".join(f"[{name}]\n{lines}\n" for name, lines in sections.items()))
    found = check_config(path)
    problems, notes = (
        [str(one).removeprefix(f"{path}").lstrip(",: ") for one in ones] for ones in (found.problems, found.notes)
    )
    return problems, notes


def test_what_can_be_used_is_fine(folder: Path) -> None:
    before = sorted(os.listdir(folder))
    assert checked(folder, read='country = "DE"') == ([], [])
    assert sorted(os.listdir(folder)) == sorted([*before, "station.toml"]), "a check leaves nothing behind"


def test_every_thing_that_cannot_be_used_is_told(folder: Path) -> None:
    (folder / "plan.csv").write_text("codes,bin\noverflow,other\nreject,hand\n8o,a\n")
    (folder / "token").write_text("\n")
    problems, notes = checked(
        folder,
        camera='url = "v4l2:/dev/video0?exposur=3"',
        read='country = "XX"\nbundle = "none"',
        journal='path = "none/station.journal"',
        harvest='folder = "plan.csv/harvest"',
        web='address = "0.0.0.0"\ntoken_file = "token"',
    )
    assert [one.split(":")[0] for one in problems] == [f"line {n}" for n in (2, 4, 6, 7, 9, 11, 14)]
    words = ["did you mean exposure?", "plan.csv, line 4: '8o' is neither", "there is no bundle at", "XX"]
    words += [
        "none/station.journal cannot be written",
        "plan.csv is no folder that can be written to",
        "others may read",
    ]
    assert all(any(word in one for one in problems) for word in words), problems
    assert notes == []


def test_a_device_that_may_be_plugged_in_later_is_a_note(folder: Path) -> None:
    problems, notes = checked(
        folder, camera='url = "v4l2:/dev/none?size=640x480"', wire='url = "/dev/none"', read='country = "DE"'
    )
    assert problems == []
    assert notes == [
        "line 2: [camera] url is not there now (/dev/none); a station waits for it",
        "line 6: [wire] url is not there now (/dev/none); a station waits for it",
    ]


def test_a_folder_or_a_video_that_is_not_there_is_a_fault(folder: Path) -> None:
    (problem,), _ = checked(folder, camera='url = "dir:none"')
    assert problem == f"line 2: [camera] url names no folder that is there: {folder}/none"
    (problem,), _ = checked(folder, camera='url = "file:plan.mp4"')
    assert "names no file that is there" in problem
    (problem,), _ = checked(folder, camera='url = "none.png"')
    assert "none.png cannot be read" in problem


def test_gaps_of_the_plan_are_notes(folder: Path) -> None:
    (folder / "plan.csv").write_text("codes,bin\noverflow,other\nreject,hand\n8*,a\n123*,a\n1234567,b\n")
    problems, notes = checked(folder, read='country = "DE"')
    assert problems == []
    assert [one.partition("path ")[2] for one in notes] == [
        "leaves 89,900 codes of DE without a row; they go to overflow",
        "has 1 rows that cover no code of DE",
    ]


def test_a_promise_that_cannot_be_kept_is_a_fault(folder: Path) -> None:
    (problem,), _ = checked(folder, read='country = "DE"\nrole = "sender"')
    assert problem.startswith("line 5: [read] cannot be used: max error 0.01 cannot be promised for role sender")


def test_the_faults_of_the_file_come_first(folder: Path) -> None:
    problems, _ = checked(folder, read="country = 3", plan='path = "none"')
    assert problems == ['line 6: [read] country is 3; give a text such as "DE"']
