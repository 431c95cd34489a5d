"""Which strip comes next, and when what was keyed is a label."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.errors import LabelsError
from device_runtime.station.web.keying.desk import Desk

FILES = [f"{number:010d}.png" for number in range(1, 5)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*FILES, "1.png", "other.jpg"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / FILES[0]).write_bytes(b"")
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Desk:
    return Desk(folder, lambda: 0.0)


def next_file(desk: Desk, name: str, two: bool = True, after: str = "") -> str | None:
    strip, _ = desk.look(name, two, after)
    return strip.file if strip else None


def labels(folder: Path) -> dict[str, str]:
    path = folder / "labels.csv"
    rows = path.read_text().splitlines()[1:] if path.exists() else []
    return dict(row.split(",") for row in rows)


def test_one_person_goes_through_all_strips(desk: Desk, folder: Path) -> None:
    after = ""
    for number, file in enumerate(FILES):
        strip, progress = desk.look("Anna", False, after)
        assert strip and (strip.file, strip.digits, strip.again) == (file, None, False)
        assert (progress.labelled, progress.waiting) == (number, 4 - number)
        assert desk.key(file, f"{number}", "Anna", False)
        after = file
    assert desk.look("Anna", False, after)[0] is None
    assert labels(folder) == {file: f"{number}" for number, file in enumerate(FILES)}


def test_a_skipped_strip_is_not_shown_to_that_person_again_and_gets_no_label(desk: Desk, folder: Path) -> None:
    desk.skip(FILES[0], "Anna")
    assert next_file(desk, "anna ", False) == FILES[1] and next_file(desk, "Ben", False) == FILES[0]
    assert labels(folder) == {}


def test_whoever_goes_back_and_skips_takes_the_label_away(desk: Desk, folder: Path) -> None:
    desk.key(FILES[0], "1", "Anna", False)
    desk.skip(FILES[0], "Anna")
    assert labels(folder) == {} and next_file(desk, "Anna", False) == FILES[1]


def test_a_strip_that_the_quota_took_away_is_passed_over(desk: Desk, folder: Path) -> None:
    assert next_file(desk, "Anna", False) == FILES[0]
    (folder / FILES[0]).unlink()
    assert next_file(desk, "Anna", False) == FILES[1]


def test_one_can_go_back_and_key_it_otherwise(desk: Desk, folder: Path) -> None:
    desk.key(FILES[0], "1", "Anna", False)
    assert desk.strip(FILES[0], "Anna").digits == "1"
    desk.key(FILES[0], "2", "Anna", False)
    assert labels(folder) == {FILES[0]: "2"}


def test_two_people_who_agree_make_a_label(desk: Desk, folder: Path) -> None:
    assert not desk.key(FILES[0], "123", "Anna", True)
    assert labels(folder) == {} and next_file(desk, "Anna") == FILES[1]
    strip, _ = desk.look("Ben", True)
    assert strip and (strip.file, strip.digits, strip.again) == (FILES[0], None, False), "nobody sees what others keyed"
    assert desk.key(FILES[0], "123", "Ben", True)
    assert labels(folder) == {FILES[0]: "123"}


def test_one_person_under_two_spellings_is_one(desk: Desk, folder: Path) -> None:
    for name in ("Anna", "ANNA", "  anna  "):
        assert not desk.key(FILES[0], "123", name, True)
    assert labels(folder) == {}


def test_a_disagreement_comes_again_until_two_agree(desk: Desk, folder: Path) -> None:
    desk.key(FILES[0], "123", "Anna", True)
    desk.key(FILES[0], "124", "Ben", True)
    strip, _ = desk.look("Anna", True)
    assert strip and (strip.file, strip.digits, strip.again) == (FILES[0], "123", True)
    assert next_file(desk, "Ben") == FILES[1], "he has just keyed it"
    assert not desk.key(FILES[0], "123", "Anna", True)  # she stays with it: his turn
    assert next_file(desk, "Anna") == FILES[1] and next_file(desk, "Ben") == FILES[0]
    assert desk.key(FILES[0], "124", "Cem", True), "a third one decides"
    assert labels(folder) == {FILES[0]: "124"}


def test_whoever_takes_an_agreement_back_takes_the_label_away(desk: Desk, folder: Path) -> None:
    for name in ("Anna", "Ben"):
        desk.key(FILES[0], "123", name, True)
    assert not desk.key(FILES[0], "128", "Ben", True)
    assert labels(folder) == {} and next_file(desk, "Anna") == FILES[0]


def test_a_label_of_somebody_else_stays(desk: Desk, folder: Path) -> None:
    (folder / "labels.csv").write_text(f"file,digits\n{FILES[0]},123\n")
    assert next_file(desk, "Anna") == FILES[1]
    assert desk.key(FILES[0], "123", "Anna", True) and labels(folder) == {FILES[0]: "123"}


def test_what_was_keyed_for_two_is_offered_when_one_is_enough(desk: Desk, folder: Path) -> None:
    desk.key(FILES[0], "123", "Anna", True)
    strip, _ = desk.look("Anna", False)
    assert strip and (strip.file, strip.digits) == (FILES[0], "123")


def test_it_begins_anew_at_the_end(desk: Desk) -> None:
    assert next_file(desk, "Anna", False, FILES[-1]) == FILES[0]


@pytest.mark.parametrize("digits", ["", "12a", "12 3", "-1", "\uff11\uff12", "1" * 31])
def test_what_is_no_number_is_not_taken(desk: Desk, folder: Path, digits: str) -> None:
    with pytest.raises(LabelsError, match="key digits alone"):
        desk.key(FILES[0], digits, "Anna", False)
    assert not (folder / "labels.csv").exists() and not (folder / "keyed.csv").exists()


@pytest.mark.parametrize(
    "file", ["1.png", "other.jpg", "0000000009.png", "../0000000001.png", "frames/0000000001.png", "", "\0"]
)
def test_no_other_file_is_reached(desk: Desk, file: str) -> None:
    for work in (
        lambda: desk.key(file, "1", "Anna", False),
        lambda: desk.skip(file, "Anna"),
        lambda: desk.picture(file),
    ):
        with pytest.raises(LabelsError, match="no longer there"):
            work()


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\x00b"])
def test_people_have_names(desk: Desk, name: str) -> None:
    with pytest.raises(LabelsError, match="give your name"):
        desk.look(name, False)


def test_a_folder_that_is_gone_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="the folder of pictures cannot be read: No such file"):
        Desk(tmp_path / "gone").look("Anna", False)


@pytest.mark.parametrize("name", ["=1+1", " @SUM(A1)", "+49", "-anna"])
def test_a_name_that_is_a_formula_is_refused(desk: Desk, folder: Path, name: str) -> None:
    with pytest.raises(LabelsError, match=r"give your name without . at its beginning"):
        desk.key(FILES[0], "1", name, False)
    assert not (folder / "keyed.csv").exists() and not (folder / "labels.csv").exists()


def test_a_link_is_no_strip(desk: Desk, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elsewhere") / "secret"
    secret.write_bytes(b"secret")
    (folder / FILES[0]).unlink()
    (folder / FILES[0]).symlink_to(secret)
    assert not desk.has(FILES[0]) and next_file(desk, "Anna") == FILES[1]
    with pytest.raises(LabelsError, match="no longer there"):
        desk.picture(FILES[0])
    desk.has = lambda file: True  # type: ignore[method-assign]  # it became one since
    with pytest.raises(LabelsError, match="it is a link, not a file"):
        desk.picture(FILES[0])
