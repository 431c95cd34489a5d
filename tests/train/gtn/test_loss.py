"""The differentiable twin against all paths, torch's CTC, numeric gradients, the quick criterion and the device."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from tests.random_graphs import walks, word
from train.gtn import ctc as quick
from train.gtn.graph import NULL, Graph, build, chain, character_model, compose, linear
from train.gtn.loss import Criterion, path_penalty, string_loss
from train.gtn.paths import arc_posteriors, forward_score, viterbi
from train.gtn.tables import free_tables, label_tables, tables

ALPHABET = "12"
CLASSES = 4
BLANK, RUBBISH = 2, 3
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)
TARGETS = ["1", "11", "121", "", "#", "#1", "1#1", "~1~", "~12", "~", "#2#", "1122"]


pytestmark = pytest.mark.usefixtures("one_thread")


def random_penalties(batch: int, columns: int, seed: int = 0, classes: int = CLASSES) -> Tensor:
    """Real penalties in float64, of either sign, normalised in no way."""
    return 2 * torch.randn(batch, columns, classes, dtype=torch.float64, generator=torch.manual_seed(seed))


def spelled(path: tuple[int, ...]) -> str:
    """What a sequence of classes reads, in plain words: merge runs, drop blanks, merge marks."""
    merged = [c for c, before in zip(path, (BLANK, *path), strict=False) if c not in (before, BLANK)]
    text = "".join("#" if c == RUBBISH else ALPHABET[c] for c in merged)
    while "##" in text:
        text = text.replace("##", "#")
    return text


def allowed(target: str) -> set[str]:
    """The readings that a target stands for."""
    body = target.strip("~")
    left, right = ["", "#"] if target.startswith("~") else [""], ["", "#"] if target.endswith("~") else [""]
    return {f"{a}{body}{b}" for a in left for b in right} - {"##"}


def by_brute_force(penalties: Tensor, target: str, criterion: Criterion) -> Tensor:
    """The loss from all sequences of classes; torch differentiates it."""
    paths = list(itertools.product(range(CLASSES), repeat=len(penalties)))
    paid = torch.stack([penalties[torch.arange(len(penalties)), list(path)].sum() for path in paths])
    right = paid[[spelled(path) in allowed(target) for path in paths]]

    def score(penalty: Tensor) -> Tensor:
        return penalty.min() if criterion.endswith("viterbi") else -torch.logsumexp(-penalty, 0)

    return score(right) - (score(paid) if criterion.startswith("discriminative") else 0.0)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_losses_and_gradients_are_those_of_all_paths(criterion: Criterion) -> None:
    penalties = random_penalties(len(TARGETS), 5, seed=1).requires_grad_()
    ours = string_loss(penalties, torch.full((len(TARGETS),), 5), TARGETS, criterion, ALPHABET)
    fits = [i for i, target in enumerate(TARGETS) if target != "1122"]  # 6 columns: 1 _ 1 2 _ 2
    theirs = torch.stack([by_brute_force(penalties[i], TARGETS[i], criterion) for i in fits])
    torch.testing.assert_close(ours[fits], theirs, rtol=1e-12, atol=1e-12)
    (ours_by,) = torch.autograd.grad(ours.sum(), penalties)
    (theirs_by,) = torch.autograd.grad(theirs.sum(), penalties)
    torch.testing.assert_close(ours_by, theirs_by, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_target_that_does_not_fit_teaches_nothing(criterion: Criterion) -> None:
    penalties = random_penalties(1, 5).requires_grad_()
    loss = string_loss(penalties, torch.tensor([5]), ["1122"], criterion, ALPHABET)
    loss.sum().backward()
    assert loss.item() == 0
    assert penalties.grad is not None and not penalties.grad.any()


@pytest.mark.parametrize("criterion", CRITERIA)
def test_columns_beyond_a_strip_do_not_count(criterion: Criterion) -> None:
    penalties = random_penalties(3, 7, seed=2).requires_grad_()
    columns = torch.tensor([7, 4, 5])
    together = string_loss(penalties, columns, ["12", "1", "~2~"], criterion, ALPHABET)
    (gradient,) = torch.autograd.grad(together.sum(), penalties)
    for i, target in enumerate(["12", "1", "~2~"]):
        short = penalties[i : i + 1, : columns[i]]
        alone = string_loss(short, columns[i : i + 1], [target], criterion, ALPHABET)
        torch.testing.assert_close(together[i : i + 1], alone)
        assert not gradient[i, columns[i] :].any()


@pytest.mark.parametrize("criterion", ["forward", "discriminative_forward"])
def test_gradients_are_those_of_the_value(criterion: Criterion) -> None:
    penalties = random_penalties(3, 6, seed=3).requires_grad_()
    columns = torch.tensor([6, 5, 6])
    check = lambda x: string_loss(x, columns, ["121", "~2~", "#1#"], criterion, ALPHABET)  # noqa: E731
    assert torch.autograd.gradcheck(check, (penalties,))


def test_equals_ctc_where_the_topology_coincides() -> None:
    targets = ["12", "00", "3", "", "9449"]
    columns = torch.tensor([12, 10, 12, 7, 12])
    logits = random_penalties(5, 12, classes=12).requires_grad_()
    ours = string_loss(-logits.log_softmax(2), columns, targets, "discriminative_forward")
    ctc = torch.nn.CTCLoss(blank=10, reduction="none")
    labels, lengths = torch.tensor([int(c) for t in targets for c in t]), torch.tensor([len(t) for t in targets])
    theirs = ctc(logits.log_softmax(2).transpose(0, 1), labels, columns, lengths)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    (ours_by,), (theirs_by,) = (torch.autograd.grad(loss.sum(), logits) for loss in (ours, theirs))
    torch.testing.assert_close(ours_by, theirs_by, rtol=1e-9, atol=1e-12)


def test_equals_the_quick_criterion_on_normalised_columns() -> None:
    targets = ["#1#1", "~2~", "~", "#", "00711", "#5", "~90#", "1#2", "", "1234567"]
    columns = torch.tensor([14, 9, 7, 8, 14, 3, 11, 14, 5, 5])
    logits = random_penalties(len(targets), 14, seed=5, classes=12).requires_grad_()
    theirs = quick.forward_penalty(logits.log_softmax(2), columns, quick.topology(targets))
    (theirs_by,) = torch.autograd.grad(theirs.sum(), logits)
    for criterion in ("forward", "discriminative_forward"):
        ours = string_loss(-logits.log_softmax(2), columns, targets, criterion)
        (ours_by,) = torch.autograd.grad(ours.sum(), logits)
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(ours_by, theirs_by, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("target", ["11", "90210", ""])
def test_equals_the_devices_engine(target: str) -> None:
    penalties = random_penalties(1, 12, seed=6, classes=12).requires_grad_()
    model = character_model(range(10), 10, 11)
    graph = compose(linear(penalties[0].detach().numpy()), compose(model, chain([int(c) for c in target])))
    columns, graphs = torch.tensor([12]), label_tables([target], "0123456789")
    ours = path_penalty(penalties, columns, graphs, best=False)
    assert ours.item() == pytest.approx(forward_score(graph), rel=1e-12)
    assert path_penalty(penalties, columns, graphs, best=True).item() == pytest.approx(viterbi(graph).penalty, abs=1e-7)
    # Each arc of the graph reads one column, so the shares of a class's arcs add up to its gradient in all columns.
    (gradient,) = torch.autograd.grad(ours.sum(), penalties)
    shares = np.bincount(graph.input, weights=arc_posteriors(graph), minlength=12)
    np.testing.assert_allclose(gradient[0].sum(0).numpy(), shares, atol=1e-9)


@st.composite
def cyclic_graphs(draw: st.DrawFn) -> Graph:
    """Any small graph whose arcs all read: loops, cycles, parallel arcs, arc penalties."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    nodes, arcs = int(random.integers(1, 5)), int(random.integers(0, 9))
    source, destination, label = random.integers(0, nodes, (2, arcs)).tolist() + [random.integers(0, 3, arcs).tolist()]
    some = np.flatnonzero(random.random((2, nodes)) < 0.6)
    start = {int(i): float(random.normal()) for i in some if i < nodes}
    final = {int(i - nodes): float(random.normal()) for i in some if i >= nodes} | {nodes - 1: 0.5}
    penalty = random.normal(size=arcs).tolist()
    return build(zip(source, destination, label, [NULL] * arcs, penalty, strict=True), start, final)


@given(st.lists(cyclic_graphs(), min_size=1, max_size=3), st.integers(0, 2**31))
@settings(max_examples=60)
def test_any_graphs_that_read_give_the_sums_over_their_paths(graphs: list[Graph], seed: int) -> None:
    penalties = random_penalties(len(graphs), 4, seed, classes=3).requires_grad_()
    columns = torch.tensor([4, 3, 0])[: len(graphs)]
    score = path_penalty(penalties, columns, tables(graphs), best=False)
    best = path_penalty(penalties, columns, tables(graphs), best=True)
    (gradient,) = torch.autograd.grad(score[torch.isfinite(score)].sum(), penalties)
    for i, graph in enumerate(graphs):
        lattice = compose(linear(penalties[i, : columns[i]].detach().numpy()), graph)
        paths = walks(lattice)
        weights = np.exp([-penalty for _, penalty in paths])
        assert score[i].item() == pytest.approx(-np.log(weights.sum()) if paths else np.inf, rel=1e-10)
        assert best[i].item() == pytest.approx(min((p for _, p in paths), default=np.inf), rel=1e-12)
        share = np.zeros((4, 3))
        for (arcs, _), weight in zip(paths, weights, strict=True):
            share[range(len(arcs)), list(word(lattice.input, arcs))] += weight / weights.sum()
        np.testing.assert_allclose(gradient[i].numpy(), share, atol=1e-10)


def test_the_free_graph_reads_everything() -> None:
    penalties = random_penalties(2, 9, seed=8)
    free = path_penalty(penalties, torch.tensor([9, 6]), free_tables(ALPHABET), best=False)
    columns = -torch.logsumexp(-penalties, dim=2)
    torch.testing.assert_close(free, torch.stack([columns[0].sum(), columns[1, :6].sum()]))


@pytest.mark.parametrize("criterion", ["discriminative_viterbi", "discriminative_forward"])
def test_discriminative_losses_are_never_negative_and_ignore_what_all_classes_share(criterion: Criterion) -> None:
    penalties = random_penalties(4, 8, seed=9)
    columns, targets = torch.full((4,), 8), ["1", "22", "~12~", "#"]
    loss = string_loss(penalties, columns, targets, criterion, ALPHABET)
    assert (loss >= 0).all()
    shifted = penalties + 3 * torch.randn(4, 8, 1, dtype=torch.float64)
    torch.testing.assert_close(string_loss(shifted, columns, targets, criterion, ALPHABET), loss)


def test_float32_penalties_give_a_float32_loss_near_the_exact_one() -> None:
    penalties = random_penalties(2, 40, seed=10).float().requires_grad_()
    columns = torch.tensor([40, 33])
    loss = string_loss(penalties, columns, ["1212", "~2~"], "discriminative_forward", ALPHABET)
    exact = string_loss(penalties.double(), columns, ["1212", "~2~"], "discriminative_forward", ALPHABET)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss.double(), exact, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("target", ["1x", "1##2", "~#1", "1~2"])
def test_a_target_that_cannot_be_spelled_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="target"):
        label_tables([target], ALPHABET)


def test_a_graph_that_reads_nothing_on_an_arc_is_refused() -> None:
    with pytest.raises(ValueError, match="must read one column"):
        tables([build([(0, 1, NULL, 1, 0.0)], {0: 0.0}, {1: 0.0})])
