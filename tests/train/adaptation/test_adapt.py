"""A bundle adapted to a folder of fields: the run can be converted, is continued, and refuses what does not fit."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from convert.training_folder import load_strips, load_trained
from device_runtime.bundle import load_bundle
from device_runtime.errors import PosteyeError
from tests.train.labelled_folder import make_folder
from train.adaptation import adapt
from train.commands.train import train
from train.data.labelled import FEWEST
from train.runs.trainer import Run
from train.scanner.from_bundle import restore_scanner


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of lettered fields, which the shipped bundle reads."""
    random = np.random.default_rng(4)
    codes = [str(number) for number in random.integers(100, 100_000, FEWEST)]
    return make_folder(tmp_path_factory.mktemp("station") / "bay-7", codes)


def run(*arguments: str) -> Result:
    """The command; errors come out as they are raised."""
    return CliRunner().invoke(train, list(arguments), catch_exceptions=False)


def pressed(*_: object) -> None:
    """Ctrl-C."""
    raise KeyboardInterrupt


@pytest.mark.slow
def test_an_adapted_net_goes_to_convert_with_its_story(
    out: Path, fields: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin = shutil.copytree(out, out.parent / "twin")
    result = run("--out", str(out), "--extra", str(fields), "--seed", "5", "--workers", "1")
    assert [line[:11] for line in result.stderr.splitlines() if line[:4] == "step"] == [
        f"step {number} of 5" for number in range(1, 6)
    ]
    assert result.exit_code == 0 and "of held-out generated numbers" in result.stderr
    trained, source = load_trained(out), load_bundle()
    assert trained.seed == 5 and trained.recipe["adapted_to"] == {"folder": "bay-7", "fields": FEWEST}
    assert trained.recipe["adapted_from"] == {"bundle": "digits", "tflite_sha256": source.manifest.sha256.tflite}
    assert f"{FEWEST} labelled fields of bay-7" in trained.sources and "rehearsal: made up" in trained.sources
    assert trained.sources[: len(source.manifest.sources)] == source.manifest.sources
    assert {"generated_exact", "generated_exact_before"} == trained.metrics["int8"].keys()
    assert len(load_strips(out, 40)[0]) == 40
    before = restore_scanner(source).state_dict()
    after = trained.scanner.state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)

    # Interrupted in its second shard it says so, and called again it ends in the same weights.
    with monkeypatch.context() as patch:
        patch.setattr(Run, "_log", pressed)
        cut = run("--out", str(twin), "--extra", str(fields), "--seed", "5", "--workers", "1")
    assert cut.exit_code == 130 and f"go on with: posteye train --out {twin} --extra {fields} --seed 5" in cut.stderr
    assert run("--out", str(twin), "--extra", str(fields), "--seed", "5", "--workers", "1").exit_code == 0
    assert all(torch.equal(v, after[k]) for k, v in load_trained(twin).scanner.state_dict().items())

    # Interrupted at its end and called again, it comes to the same; for other fields the folder is refused.
    (out / "qat.pt").unlink()
    assert run("--out", str(out), "--extra", str(fields), "--seed", "5", "--workers", "1").exit_code == 0
    assert all(torch.equal(v, after[k]) for k, v in load_trained(out).scanner.state_dict().items())
    others = shutil.copytree(fields, out.parent / "others")
    (others / "labels.csv").write_text((fields / "labels.csv").read_text().replace("9", "8"))
    with pytest.raises(PosteyeError, match="a run with another folder"):
        run("--out", str(out), "--extra", str(others))


def test_what_is_kept_lies_between_the_shipped_and_the_trained_net_on_whole_steps() -> None:
    shipped, moved = (restore_scanner(load_bundle()) for _ in range(2))
    before = [p.detach().clone() for p in shipped.parameters()]
    with torch.no_grad():
        for layer in moved.convs():
            step = layer._step().view(-1, 1, 1, 1)
            layer.weight.add_(10 * step * (layer.weight.abs() < step))
    after = [p.detach().clone() for p in moved.parameters()]
    kept = adapt.interpolated(shipped, moved)
    assert all(torch.equal(p, was) for p, was in zip(shipped.parameters(), before, strict=True))
    for layer, was, then in zip(kept.convs(), before[::2], after[::2], strict=True):
        step = layer._step().view(-1, 1, 1, 1)
        assert torch.equal(layer.weight / step, (layer.weight / step).round())
        way = was + adapt.LEARNED_SHARE * (then - was)
        assert bool(((layer.weight - way).abs() <= step / 2 + 1e-6).all())


def test_what_does_not_go_together_is_refused(tmp_path: Path, fields: Path) -> None:
    out = str(tmp_path / "run")
    for arguments, complaint in (
        (["--from", str(tmp_path), "--extra", str(fields)], "is no bundle: --extra and --harvest adapt a bundle"),
        (["--extra", str(fields), "--shards", "3"], "leave out --shards"),
        (["--extra", str(fields), "--float-rate", "0.1"], "leave out --float-rate"),
        (["--extra", str(tmp_path)], "labels.csv cannot be read"),
    ):
        with pytest.raises(PosteyeError, match=complaint) as error:
            run("--out", out, *arguments)
        assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


def test_a_folder_of_another_training_is_left_alone(out: Path, fields: Path) -> None:
    (out / "shards").mkdir()
    with pytest.raises(PosteyeError, match="holds another training"):
        run("--out", str(out), "--extra", str(fields))
