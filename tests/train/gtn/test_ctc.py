"""The criterion against brute force, against torch's CTC, and by numeric gradients."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from train.gtn.ctc import BLANK, RUBBISH, forward_penalty, topology

CLASSES = 12


def random_log_probs(batch: int, columns: int, seed: int = 0) -> Tensor:
    """Normalised float64 columns."""
    torch.manual_seed(seed)
    return torch.randn(batch, columns, CLASSES, dtype=torch.float64).log_softmax(2)


def test_equals_ctc_where_the_topology_coincides() -> None:
    targets = ["12", "00", "3", "", "9449"]
    columns = torch.tensor([12, 10, 12, 7, 12])
    logits = random_log_probs(5, 12).requires_grad_()
    ours = forward_penalty(logits.log_softmax(2), columns, topology(targets))
    (our_gradient,) = torch.autograd.grad(ours.sum(), logits)
    labels = torch.tensor([int(c) for t in targets for c in t])
    ctc = torch.nn.CTCLoss(blank=BLANK, reduction="none")
    theirs = ctc(logits.log_softmax(2).transpose(0, 1), labels, columns, torch.tensor([len(t) for t in targets]))
    (their_gradient,) = torch.autograd.grad(theirs.sum(), logits)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(our_gradient, their_gradient, rtol=1e-9, atol=1e-12)


def spells(path: tuple[int, ...], target: str) -> bool:
    """Whether a path of classes spells a target, by the rules in words: an independent reading of them."""
    start = path
    if target.startswith("~"):
        start = tuple(path[next((i for i, c in enumerate(path) if c not in (BLANK, RUBBISH)), len(path)) :])
    if target.endswith("~"):
        while start and start[-1] in (BLANK, RUBBISH):
            start = start[:-1]
    symbols: list[str] = []
    before = BLANK
    for c in start:
        if c != BLANK and (c != before or before == BLANK):
            name = "#" if c == RUBBISH else str(c)
            if not (name == "#" and symbols and symbols[-1] == "#"):
                symbols.append(name)
        before = c
    return "".join(symbols) == target.strip("~")


@pytest.mark.parametrize("target", ["1", "11", "#", "#1", "1#", "1#1", "~1~", "~12", "~", "", "#2#"])
def test_equals_the_sum_over_all_paths(target: str) -> None:
    log_probs = random_log_probs(1, 5, seed=len(target))
    classes = [1, 2, BLANK, RUBBISH]
    paths = [p for p in itertools.product(classes, repeat=5) if spells(p, target)]
    total = torch.logsumexp(torch.stack([log_probs[0, torch.arange(5), list(p)].sum() for p in paths]), 0)
    # Digits other than 1 and 2 stand in no path that spells these targets.
    penalty = forward_penalty(log_probs, torch.tensor([5]), topology([target]))
    torch.testing.assert_close(penalty[0], -total, rtol=1e-10, atol=1e-10)


def test_gradients_are_those_of_the_value() -> None:
    logits = random_log_probs(4, 7, seed=3).requires_grad_()
    graph, columns = topology(["#1#", "~2~", "~", "#"]), torch.tensor([7, 6, 5, 7])
    assert torch.autograd.gradcheck(lambda z: forward_penalty(z.log_softmax(2), columns, graph), (logits,))


def test_a_target_that_does_not_fit_teaches_nothing() -> None:
    logits = random_log_probs(1, 3).requires_grad_()
    penalty = forward_penalty(logits.log_softmax(2), torch.tensor([3]), topology(["1234"]))
    penalty.sum().backward()
    assert penalty.item() == 0
    assert logits.grad is not None and not logits.grad.any()


def test_columns_beyond_a_strip_do_not_count() -> None:
    short = random_log_probs(1, 6)
    long = torch.cat([short, random_log_probs(1, 4, seed=9)], dim=1)
    graph = topology(["12"])
    a = forward_penalty(short, torch.tensor([6]), graph)
    b = forward_penalty(long, torch.tensor([6]), graph)
    torch.testing.assert_close(a, b)
