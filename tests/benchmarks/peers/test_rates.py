"""Exact rates beside other readers: sets, kept answers, table and page."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.figures.files import Results, load
from benchmarks.peers import rates as peer_rates
from benchmarks.peers.answers import answers, digest
from benchmarks.peers.page import Compared, Rate, Rates, rates_chart, rates_markdown, rates_text, readers_markdown
from benchmarks.peers.process import Answer, Identity, Peer
from benchmarks.peers.sets import FileSet, mnist_set, usps_set
from device_runtime.errors import PosteyeError
from tests.benchmarks.made_digits import made_digits
from tests.stub import stub_bundle
from train.data.labelled import Label


class Scripted(Peer):
    """A reader in this process that says how bright an image is, and counts what it is asked."""

    asked: list[str]

    def __init__(self, version: str = "1", breaks_at: int = -1) -> None:
        self.identity = Identity("RapidOCR", version, 1000)
        self.asked, self._breaks_at = [], breaks_at

    def read(self, image: Path) -> Answer:
        if len(self.asked) == self._breaks_at:
            raise KeyboardInterrupt
        self.asked.append(image.name)
        return Answer(f"No. {cv2.imread(str(image), cv2.IMREAD_GRAYSCALE).max()}", 1.0, 0.0, 0.0, 1)

    def close(self) -> None:
        pass


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    """Three images of one brightness each: 10, 20, 30."""
    paths = [tmp_path / f"{level}.png" for level in (10, 20, 30)]
    for level, path in zip((10, 20, 30), paths, strict=True):
        cv2.imwrite(str(path), np.full((20, 30), level, np.uint8))
    return paths


def file_set(images: list[Path], mode: str = "field") -> FileSet:
    labels = [Label(path.name, path, code, {}) for path, code in zip(images, ("10", "21", "30"), strict=True)]
    return FileSet("set", "a set", tuple(labels), r"\d{2}", mode)


def test_answers_are_kept_by_what_an_image_holds(tmp_path: Path, images: list[Path]) -> None:
    kept = tmp_path / "kept.json"
    first, second, third = Scripted(), Scripted(), Scripted()

    answers(lambda: first, images[:2], kept, again=False)
    images[0].rename(tmp_path / "moved.png")
    moved = [tmp_path / "moved.png", *images[1:]]
    said = answers(lambda: second, moved, kept, again=False)
    answers(lambda: third, moved, kept, again=True)

    assert first.asked == ["10.png", "20.png"] and second.asked == ["30.png"] and len(third.asked) == 3
    assert [said.texts[digest(path)] for path in moved] == ["No. 10", "No. 20", "No. 30"]


def test_a_reader_is_not_started_when_all_is_known_and_a_new_version_reads_all(
    tmp_path: Path, images: list[Path]
) -> None:
    kept = tmp_path / "kept.json"
    answers(Scripted, images[:2], kept, again=False)

    def never() -> Peer:
        raise AssertionError("started")

    assert answers(never, images[:2], kept, again=False).version == "1"
    newer = Scripted("2")
    assert answers(lambda: newer, images, kept, again=False).version == "2"
    assert len(newer.asked) == 3


def test_what_was_read_is_kept_when_the_work_is_broken_off(tmp_path: Path, images: list[Path]) -> None:
    kept = tmp_path / "kept.json"
    with pytest.raises(KeyboardInterrupt):
        answers(lambda: Scripted(breaks_at=2), images, kept, again=False)
    rest = Scripted()

    answers(lambda: rest, images, kept, again=False)

    assert rest.asked == ["30.png"]


def test_a_damaged_file_of_answers_is_refused(tmp_path: Path, images: list[Path]) -> None:
    (tmp_path / "kept.json").write_text("{}")

    with pytest.raises(PosteyeError, match=r"kept\.json holds no kept answers"):
        answers(Scripted, images, tmp_path / "kept.json", again=False)


def test_a_line_is_right_when_the_code_is_a_word_of_it(images: list[Path]) -> None:
    line, field = file_set(images, "line"), file_set(images)

    assert line.is_right("81100 JOHOR, NO 12", "81100")
    assert not line.is_right("811001 JOHOR", "81100") and not line.is_right("8 1100", "81100")
    assert field.is_right("8 11.00-", "81100") and not field.is_right("81100 1", "81100")


def test_a_small_sample_is_part_of_a_larger_one() -> None:
    files = FileSet("set", "a set", tuple(Label(str(i), Path(str(i)), "1", {}) for i in range(50)), r"\d", "digit")

    assert set(files.drawn(10)) < set(files.drawn(30))
    assert files.drawn(10) == sorted(files.drawn(10)) != list(range(10))
    assert files.drawn(60) == list(range(50))


def test_digits_become_files_dark_on_light(tmp_path: Path) -> None:
    digits = made_digits(6)
    rows = [" ".join(["7", *["-1"] * 255, "1"])]
    (tmp_path / "zip").write_text("\n".join(rows))

    mnist, usps = mnist_set(digits, tmp_path / "mnist"), usps_set(tmp_path / "zip", tmp_path / "usps")

    field = cv2.imread(str(mnist.labels[2].path), cv2.IMREAD_GRAYSCALE)
    assert field.shape == (32, 44) and np.array_equal(255 - field[2:30, 8:36], digits.images[2])
    assert [label.code for label in mnist.labels] == list("010101")
    small = cv2.imread(str(usps.labels[0].path), cv2.IMREAD_GRAYSCALE)
    assert usps.labels[0].code == "7" and small.shape == (26, 36)
    assert np.argwhere(small == 0).tolist() == [[20, 25]]


def test_a_file_that_is_not_of_usps_is_refused(tmp_path: Path) -> None:
    (tmp_path / "zip").write_text("seven 1 2\n")

    with pytest.raises(PosteyeError, match="not a USPS file"):
        usps_set(tmp_path / "zip", tmp_path / "usps")


def compared(**rates: Rate) -> Compared:
    return Compared("set", "a set", r"\d{2}", "sample", rates, Rate(60, 80))


OURS = {"posteye": Rate(3, 4), "posteye, no hint": Rate(2, 4)}


def files(sample: str = "sample") -> dict[str, Results]:
    """The results files of both sides."""
    sides = {
        "peer-rates": Rates([compared(**OURS)], {"posteye": "0.1"}),
        "peer-answers": Rates(
            [msgspec.structs.replace(compared(RapidOCR=Rate(1, 4)), sample=sample, whole=None)], {"RapidOCR": "1.4"}
        ),
    }
    return {
        name: Results("measured", "", "", "", False, "", None, {}, None, "", {}, None, msgspec.to_builtins(rates))
        for name, rates in sides.items()
    }


def test_table_leaves_out_who_did_not_read() -> None:
    found = [compared(**OURS, RapidOCR=Rate(1, 4))]
    assert " ".join(rates_text(found).splitlines()[1].split()) == "a set 4 75.0% 50.0% 25.0% - - 75.00% of 80"


def test_the_page_joins_both_sides_and_refuses_other_images() -> None:
    cells = [cell.strip() for cell in rates_markdown(files()).splitlines()[2].split("|")]
    assert cells[1:4] == ["a set", "4", "**75.0 (30.1 to 95.4)**"]
    assert [cell.split(" ")[0] for cell in cells[4:7]] == ["50.0", "25.0", "-"]
    readers = [[cell.strip() for cell in line.split("|")] for line in readers_markdown(files()).splitlines()]
    assert readers[2:] == [["", "posteye", "0.1", ""], ["", "RapidOCR", "1.4", ""]]
    assert [bar.get_width() for bar in rates_chart(files()).axes[0].patches] == [75, 50, 25]  # type: ignore[attr-defined]
    with pytest.raises(PosteyeError, match="of different images"):
        rates_markdown(files("another"))


def test_the_highest_rate_of_a_set_is_bold_whoever_reads_it() -> None:
    both = files()
    others = Rates([msgspec.structs.replace(compared(**{"PP-OCRv6": Rate(4, 4)}), whole=None)], {})
    both["peer-answers"] = msgspec.structs.replace(both["peer-answers"], values=msgspec.to_builtins(others))

    cells = rates_markdown(both).splitlines()[2].split("|")

    assert [cell.strip().split(" ")[0] for cell in cells[3:8]] == ["75.0", "50.0", "-", "**100.0", "-"]


def test_all_readers_get_the_same_files(tmp_path: Path, images: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "labels.csv").write_text("file,digits\n10.png,10\n20.png,21\n30.png,30\n")
    reader = Scripted()
    monkeypatch.setattr(peer_rates, "_others", lambda mode: {"RapidOCR": lambda: reader})

    words = [tmp_path / "work", "--amounts", tmp_path, "--count", 2, "--bundle", stub_bundle(), "--json"]
    result = CliRunner().invoke(peer_rates.peer_rates, [str(word) for word in words])

    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)["sets"][0]
    assert report["rates"]["RapidOCR"]["files"] == report["rates"]["posteye"]["files"] == len(reader.asked) == 2
    assert report["rates"]["RapidOCR"]["right"] == len({"10.png", "30.png"} & set(reader.asked))
    assert report["whole"]["files"] == 3
    assert (tmp_path / "work" / "answers" / "amounts-field-rapidocr.json").exists()


def test_the_others_are_told_what_the_images_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, ...]] = []
    monkeypatch.setattr(peer_rates, "start", lambda *words: told.append(words))

    for begin in peer_rates._others("digit").values():
        begin()

    assert told == [("rapidocr", "digit"), ("ppocr", "digit"), ("tesseract", "digit")]


def test_each_side_is_kept_by_itself(tmp_path: Path, images: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "labels.csv").write_text("file,digits\n10.png,10\n20.png,21\n30.png,30\n")
    monkeypatch.setattr(peer_rates, "_others", lambda mode: {"RapidOCR": Scripted})
    words = ["--amounts", str(tmp_path), "--count", "2", "--bundle", str(stub_bundle())]
    kept = {}
    for side in ("posteye", "others"):
        path = tmp_path / f"{side}.json"
        more = [str(tmp_path / "work"), "--only", side, "--results", str(path)]
        result = CliRunner().invoke(peer_rates.peer_rates, [*more, *words])
        assert result.exit_code == 0, result.output
        kept[side] = load(path)
    assert kept["posteye"].data == kept["others"].data and kept["others"].bundle is None
    assert list(kept["posteye"].values["readers"]) == ["posteye"]
    assert kept["others"].values["sets"][0]["rates"]["RapidOCR"]["files"] == 2


def test_without_a_set_there_is_nothing_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(peer_rates.peer_rates, [str(tmp_path)])

    assert isinstance(result.exception, PosteyeError) and "name a set" in str(result.exception)
