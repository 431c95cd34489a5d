"""A folder without labels: what is learned of it, what is held back, what is left out, and a net that is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from convert.training_folder import load_trained
from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError
from tests.train.labelled_folder import field, make_folder
from train.adaptation import adapt, harvest
from train.adaptation.harvest import STRIPS_FILE, TABLE_FILE, Harvest
from train.adaptation.held_back import GENERATED, LABELLED, SUREST
from train.adaptation.pseudo_labels import ACCEPTED, WEAK
from train.adaptation.views import Codes, Sight, Viewer
from train.commands.train import train
from train.data.labelled import FEWEST
from train.progress import Progress
from train.scanner.quantization import QuantScanner
from train.synthesis.shards import load_shard

PICTURES = FEWEST + 10
CODES = Codes(pattern=r"\d{3,5}")
SILENT = Progress(shown=False)


def lettered(folder: Path, count: int = PICTURES) -> tuple[Path, list[str]]:
    """A folder of lettered fields that nobody labelled, and what is in them."""
    random = np.random.default_rng(4)
    codes = [str(number) for number in random.integers(100, 100_000, count)]
    (make_folder(folder, codes) / "labels.csv").unlink()
    return folder, codes


def table(run: Path) -> dict[str, dict[str, str]]:
    """The rows of a run's harvest.csv by file."""
    with (run / TABLE_FILE).open(newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def test_what_is_read_surely_is_learned_and_some_of_it_held_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, codes = lettered(tmp_path / "bay-7")
    cv2.imwrite(str(folder / "blank.png"), np.full((50, 120), 210, np.uint8))
    (folder / "broken.png").write_bytes((folder / "0.png").read_bytes()[:60])
    (folder / "notes.txt").write_text("no picture\n")
    out = tmp_path / "run"
    taught = Harvest(folder, CODES).teach(load_bundle(), out, 5, Progress(1))
    said = capsys.readouterr().err
    assert "left out:" in said and "broken.png" in said and "notes.txt" not in said
    rows = table(out)
    assert rows.keys() == {*(f"{i}.png" for i in range(PICTURES)), "blank.png"}
    assert (rows["blank.png"]["use"], rows["blank.png"]["reason"]) == ("left out", "no ink")
    learned = {name: row["code"] for name, row in rows.items() if row["use"] == "learned"}
    held_back = [row["code"] for row in rows.values() if row["use"] == "held back"]
    assert all(code == codes[int(name.partition(".")[0])] for name, code in learned.items())
    assert list(taught.station.codes) == list(learned.values()) and len(taught.station.images) == len(learned)
    assert taught.shares is not None and np.isclose(taught.shares.sum(), 1)
    assert len(held_back) == round(0.1 * (len(learned) + len(held_back)))
    assert taught.judges == (SUREST, GENERATED)
    assert sorted(taught.held_back[SUREST].targets) == sorted(f"~{code}~" for code in held_back)
    assert load_shard(out / STRIPS_FILE).targets == [f"~{code}~" for code in taught.station.codes]
    assert taught.source == f"harvested fields, unlabelled: {len(learned)} used of {PICTURES + 2}"
    assert taught.adapted_to == {
        "folder": "bay-7",
        "pictures": PICTURES + 2,
        "used": len(learned),
        "by": {ACCEPTED: len(learned)},
    }


def test_parts_that_were_read_are_not_read_again_and_a_damaged_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = lettered(tmp_path / "bay-7")
    monkeypatch.setattr(harvest, "_PART_PICTURES", 25)
    first = Harvest(folder, CODES).teach(load_bundle(), tmp_path / "run", 5, SILENT)
    parts = sorted((tmp_path / "run" / "harvest").iterdir())
    assert [path.name for path in parts] == ["00000.json", "00001.json", "00002.json"]
    parts[1].write_bytes(parts[1].read_bytes()[:-9])
    looked: list[str] = []
    look = Viewer.look

    def noted(self: Viewer, name: str, pixels: np.ndarray) -> Sight:
        looked.append(name)
        return look(self, name, pixels)

    monkeypatch.setattr(Viewer, "look", noted)
    again = Harvest(folder, CODES).teach(load_bundle(), tmp_path / "run", 5, Progress(1))
    assert len(looked) == 25 and "00001.json is damaged" in capsys.readouterr().err
    assert again.station.codes == first.station.codes
    assert again.held_back[SUREST].targets == first.held_back[SUREST].targets


def test_the_other_machines_codes_are_learned_where_they_are_likely(tmp_path: Path) -> None:
    folder, codes = lettered(tmp_path / "bay-7")
    rows = [f"0.png,{codes[0]}", f"1.png,{codes[1][:2]}-{codes[1][2:]}", "2.png,", "3.png,99999", "gone.png,12345"]
    (folder / "weak.csv").write_text("\n".join(["file,code", *rows]) + "\n")
    Harvest(folder, CODES).teach(load_bundle(), tmp_path / "run", 5, SILENT)
    found = table(tmp_path / "run")
    assert [found[name]["reason"] for name in ("0.png", "1.png", "2.png")] == [WEAK, WEAK, ACCEPTED]
    assert found["1.png"]["code"] == codes[1]
    assert found["3.png"]["use"] == "left out" and "the other machine reads 99999" in found["3.png"]["reason"]


def test_labelled_fields_judge_and_are_not_learned(tmp_path: Path) -> None:
    folder, codes = lettered(tmp_path / "bay-7", 2 * FEWEST)
    rows = [f"{i}.png,{codes[i]}" for i in range(FEWEST)]
    (folder / "labels.csv").write_text("\n".join(["file,digits", *rows]) + "\n")
    lessons = Harvest(folder, CODES)
    lessons.known_by()
    taught = lessons.teach(load_bundle(), tmp_path / "run", 5, SILENT)
    assert taught.judges == (LABELLED,)
    assert taught.held_back[LABELLED].targets == [f"~{code}~" for code in codes[:FEWEST]]
    assert table(tmp_path / "run").keys() == {f"{i}.png" for i in range(FEWEST, 2 * FEWEST)}


def test_a_folder_is_known_by_its_files_and_by_the_codes_it_may_hold(tmp_path: Path) -> None:
    folder, _ = lettered(tmp_path / "bay-7")
    known = Harvest(folder, CODES).known_by()
    assert known == Harvest(folder, CODES).known_by()
    assert known != Harvest(folder, Codes(country="DE")).known_by()
    cv2.imwrite(str(folder / "0.png"), field("12345"))
    assert known != Harvest(folder, CODES).known_by()
    assert Harvest(folder, CODES).option == r"--harvest FOLDER --pattern '\d{3,5}'"


def test_a_picture_to_judge_by_that_cannot_be_read_is_told_before_the_others_are_read(tmp_path: Path) -> None:
    folder, codes = lettered(tmp_path / "bay-7", 2 * FEWEST)
    rows = [f"{i}.png,{codes[i]}" for i in range(FEWEST)]
    (folder / "labels.csv").write_text("\n".join(["file,digits", *rows]) + "\n")
    for damage, complaint in (
        (b"\x89PNG", "7.png .*; labels.csv names it: mend"),
        (None, "7.png cannot be read: No such"),
    ):
        (folder / "7.png").unlink() if damage is None else (folder / "7.png").write_bytes(damage)
        with pytest.raises(PosteyeError, match=complaint):
            Harvest(folder, CODES).known_by()


def test_folders_that_cannot_teach_are_refused_in_one_line(tmp_path: Path) -> None:
    few, _ = lettered(tmp_path / "few", 3)
    blank = tmp_path / "blank"
    blank.mkdir()
    for i in range(FEWEST):
        cv2.imwrite(str(blank / f"{i}.png"), np.full((20, 20), 210, np.uint8))
    judged, _ = lettered(tmp_path / "judged")
    (judged / "labels.csv").write_text("file,digits\n0.png,123\n")
    fine, _ = lettered(tmp_path / "fine")
    for folder, codes, complaint in (
        (tmp_path / "nowhere", CODES, "nowhere cannot be read: No such file or directory"),
        (few, CODES, "few holds 3 pictures without labels; collect at least 50"),
        (judged, CODES, "labels 1 fields to judge by; label at least 50"),
        (fine, Codes(country="XX"), "'XX'"),
        (fine, Codes(lexicon=tmp_path / "none.txt"), "cannot read the lexicon .*none.txt: No such file or directory"),
    ):
        with pytest.raises(PosteyeError, match=complaint) as error:
            Harvest(folder, codes).known_by()
        assert "\n" not in str(error.value)
    with pytest.raises(PosteyeError, match="of 50 pictures in blank only 0 are read surely enough"):
        Harvest(blank, CODES).teach(load_bundle(), tmp_path / "run", 5, SILENT)


def run(*arguments: str) -> Result:
    """The command; errors come out as they are raised."""
    return CliRunner().invoke(train, list(arguments), catch_exceptions=False)


def spoiled(shipped: QuantScanner, trained: QuantScanner) -> QuantScanner:
    """The trained net as if training had gone wrong: it tells no digit from another."""
    with torch.no_grad():
        list(trained.convs())[-1].weight.zero_()
    trained.finish()
    return trained


@pytest.mark.slow
def test_a_net_that_reads_worse_is_refused_and_a_better_one_goes_to_convert(
    out: Path, tmp_path: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = lettered(tmp_path / "bay-7")
    command = ("--out", str(out), "--harvest", str(folder), "--pattern", r"\d{3,5}", "--seed", "5", "--workers", "1")
    with monkeypatch.context() as patch:
        patch.setattr(adapt, "interpolated", spoiled)
        refused = run(*command)
    assert refused.exit_code == 1 and not (out / "qat.pt").exists()
    said = refused.stderr.splitlines()[-1]
    assert said.startswith(f"posteye: {out} is refused: the adapted net reads 0 instead of 6 of 6 surest harvested")
    assert said.endswith("6 fewer; the bundle digits stays as it is")
    assert [line[:11] for line in refused.stderr.splitlines() if line[:4] == "step"] == [
        f"step {number} of 6" for number in range(1, 7)
    ]

    # What was trained is kept; the verdict alone is forgotten here, and the same command comes to another.
    (out / "measured.json").unlink()
    kept = run(*command)
    assert kept.exit_code == 0 and "quantized phase, 1 passes over 2 shards of 64 strips, done before" in kept.stderr
    trained = load_trained(out)
    used = trained.recipe["adapted_to"]["used"]
    assert f"harvested fields, unlabelled: {used} used of {PICTURES}" in trained.sources
    assert trained.recipe["command"] == (
        r"posteye train --from BUNDLE --harvest FOLDER --pattern '\d{3,5}' --out RUN --seed 5"
    )
    assert trained.metrics["held_back"][SUREST] == {"before": 6, "after": 6, "of": 6}

    # Other codes are another harvest.
    with pytest.raises(PosteyeError, match="a run with another codes"):
        run("--out", str(out), "--harvest", str(folder), "--country", "DE", "--seed", "5")


def test_options_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    out, folder = str(tmp_path / "run"), str(tmp_path)
    for arguments, complaint in (
        (("--extra", folder, "--harvest", folder), "leave out --extra or --harvest"),
        (("--country", "DE"), "they say what codes the pictures of --harvest hold"),
        (("--harvest", folder, "--shards", "3"), "leave out --shards"),
        (("--harvest", folder, "--from", folder), "is no bundle: --extra and --harvest adapt a bundle"),
    ):
        with pytest.raises(PosteyeError, match=complaint):
            run("--out", out, *arguments)
    assert not (tmp_path / "run").exists()
