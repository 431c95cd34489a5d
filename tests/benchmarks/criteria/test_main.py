"""The comparison of criteria: each learns, equal ones are equal, and rows are kept, reused and refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch import Tensor

from benchmarks.criteria import compare
from benchmarks.criteria.__main__ import criteria
from benchmarks.criteria.compare import Figures, Plan, Readable, criteria_table, measure, readable
from benchmarks.criteria.rows import ROWS, normalised
from benchmarks.criteria.training import Training
from device_runtime.errors import PosteyeError
from device_runtime.types import Strip
from train.scanner.batches import Batch
from train.scanner.model import ScanningLeNet
from train.scanner.penalties import net_recognizer
from train.synthesis.shards import Shard, save_shard, shard_path

PLAN = Plan(shards=1, epochs=2, seed=5)
SCRATCH = [name for name, row in ROWS.items() if row.kind == "scratch"]


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one shard of two written digits a strip, some with rubbish or unsure ends."""
    folder = tmp_path_factory.mktemp("shards")
    random = np.random.default_rng(1)
    pixels, targets = [], []
    for i in range(24):
        text = f"{random.integers(0, 100):02d}"
        strip = np.zeros((32, 64), np.uint8)
        cv2.putText(strip, text, (int(random.integers(4, 16)), 26), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2)
        pixels.append(strip)
        targets.append([text, f"~{text}~", f"#{text}"][i % 3])
    save_shard(Shard(pixels, targets), shard_path(folder, 0))
    return folder


@pytest.fixture(scope="module")
def sets(shards: Path) -> list[Readable]:
    """The same strips, to read."""
    return readable(shard_path(shards, 0), None, None)


def random_batch(targets: list[str]) -> tuple[Tensor, Batch]:
    """Logits in float64 that are normalised in no way, and the batch they belong to; the last column does not count."""
    torch.manual_seed(3)
    count = len(targets)
    logits = (3 * torch.randn(count, 12, 12, dtype=torch.float64) + 2).requires_grad_()
    return logits, Batch(torch.zeros(count, 1, 32, 24), torch.full((count,), 11), targets)


@pytest.mark.parametrize("name", SCRATCH)
def test_the_loss_falls_under_each_criterion(name: str, shards: Path) -> None:
    torch.manual_seed(0)
    training = Training(ScanningLeNet(), ROWS[name].method.loss, 4e-3, 10, seed=0)
    losses = []
    for _ in range(10):
        training.one_shard(shard_path(shards, 0))
        losses.append(training.loss)
    assert training.strips == 240 and training.done == 10
    assert max(losses[-2:]) < 0.75 * losses[0] if losses[0] > 0 else losses[-1] < losses[0]
    assert (losses[-1] < 0) == (name == "viterbi-raw")  # only there can penalties be low whatever is read


def test_normalising_columns_or_all_paths_is_the_same() -> None:
    results = []
    for name in ("discriminative-forward", "discriminative-forward-raw"):
        logits, batch = random_batch(["12#3", "~477", "#", "~"])
        loss = ROWS[name].method.loss(logits, batch)
        loss.sum().backward()
        results.append((loss.detach(), logits.grad))
    torch.testing.assert_close(results[0], results[1])
    assert bool((results[0][0] > 1).all())


def test_ctc_is_forward_training_without_rubbish() -> None:
    logits, batch = random_batch(["12#3", "~477", "", "#00~"])
    loss = ROWS["ctc"].method.loss(logits, batch)
    bare = logits.detach().clone()
    bare[..., 11] = -1e4
    plain = Batch(batch.strips, batch.columns, ["123", "477", "", "00"])
    torch.testing.assert_close(loss.detach(), ROWS["discriminative-forward"].method.loss(bare, plain))
    loss.sum().backward()
    assert logits.grad is not None and not logits.grad[..., 11].any()


def test_raw_penalties_are_read_like_normalised_ones(sets: list[Readable]) -> None:
    torch.manual_seed(0)
    net = ScanningLeNet().eval()
    strip = Strip(sets[0].data.strips[0].pixels, np.eye(2, 3), True)
    decoder = sets[0].decoder
    raw, plain = (
        decoder.decode(net_recognizer(net, to_penalties=p)(strip)).candidates for p in (torch.neg, normalised)
    )
    assert [c.code for c in raw] == [c.code for c in plain] and raw
    assert [c.confidence for c in raw] == pytest.approx([c.confidence for c in plain], rel=1e-4)


def test_a_finished_row_is_kept_and_reused(
    shards: Path, sets: list[Readable], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = measure("ctc", tmp_path, PLAN, shards, sets, None)
    assert first.strips == 48 and first.loss is not None and not first.collapsed
    assert set(torch.load(tmp_path / "ctc.pt", weights_only=True)) == {"state", "channels"}
    monkeypatch.delattr(compare, "Training")  # nothing can be trained any more
    assert measure("ctc", tmp_path, PLAN, shards, sets, None) == first
    with pytest.raises(PosteyeError, match="another plan or other sets"):
        measure("ctc", tmp_path, Plan(1, 3, 5), shards, sets, None)
    with pytest.raises(PosteyeError, match="another plan or other sets"):
        measure("ctc", tmp_path, PLAN, shards, [], None)
    (tmp_path / "ctc.json").write_text("{}")
    with pytest.raises(PosteyeError, match=r"ctc\.json holds no figures .* delete it"):
        measure("ctc", tmp_path, PLAN, shards, sets, None)


def test_training_stops_when_penalties_run_away(shards: Path, sets: list[Readable], tmp_path: Path) -> None:
    figures = measure("viterbi-raw", tmp_path, Plan(1, 50, 5), shards, sets, None, runaway_nats=-15.0)
    assert figures.collapsed and 24 < figures.strips < 24 * 50
    assert criteria_table({"viterbi-raw": figures}).lines[0][0].endswith("(ran away, stopped)")


def test_the_trained_net_is_left_as_it_is(shards: Path, sets: list[Readable], tmp_path: Path) -> None:
    torch.manual_seed(1)
    start = ScanningLeNet()
    before = {key: value.clone() for key, value in start.state_dict().items()}
    tuned = measure("tuned-ctc", tmp_path, PLAN, shards, sets, start)
    untouched = measure("untouched", tmp_path, PLAN, shards, sets, start)
    torch.testing.assert_close(start.state_dict(), before, rtol=0, atol=0)
    assert tuned.strips == 24  # one epoch
    assert untouched.loss is None and untouched.strips == 0
    same = torch.load(tmp_path / "untouched.pt", weights_only=True)["state"]
    torch.testing.assert_close(same, before, rtol=0, atol=0)


def test_what_cannot_be_done_is_refused(shards: Path, sets: list[Readable], tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match="--start"):
        measure("tuned-ctc", tmp_path, PLAN, shards, sets, None)
    with pytest.raises(PosteyeError, match=r"shard-00001\.npz is no shard .* ask for fewer"):
        measure("ctc", tmp_path, Plan(2, 1, 5), shards, sets, None)
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(PosteyeError, match="is no shard"):
        readable(tmp_path / "broken.npz", None, None)
    save_shard(Shard([np.zeros((32, 40), np.uint8)], ["#"]), tmp_path / "rubbish.npz")
    with pytest.raises(PosteyeError, match="no strip of one number"):
        readable(tmp_path / "rubbish.npz", None, None)


def test_the_command_prints_the_rows_asked_for(shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = {"exact": 0.5, "accepted_at_0.01": 0.125, "accepted_at_0.02": 0.25, "accepted_at_0.05": 0.375}
    figures = Figures(PLAN, 0.75, 2.0, 1000, False, {"generated strips": rates})
    monkeypatch.setattr("benchmarks.criteria.__main__.measure", lambda *_: figures)
    given = [str(tmp_path), "--shards", str(shards), "--held-out", str(shard_path(shards, 0))]
    result = CliRunner().invoke(criteria, [*given, "--only", "ctc"])
    assert result.output.splitlines()[2:] == ["| CTC, no rubbish class | 0.750 | 50.0; 12.5 / 25.0 / 37.5 |"]
    assert len(CliRunner().invoke(criteria, given).output.splitlines()) == 2 + len(SCRATCH)
    refused = CliRunner().invoke(criteria, [*given, "--only", "perceptron"])
    assert refused.exit_code == 2 and "perceptron" in refused.output
