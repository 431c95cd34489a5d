"""The criteria that are compared: what each makes of a net's logits, in training and when strips are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import ctc_loss, pad

from device_runtime.grammar.grammar import DIGITS
from train.data.target import Target
from train.gtn.ctc import BLANK, forward_penalty, topology
from train.gtn.loss import Criterion, string_loss
from train.scanner.batches import Batch

_NEVER_NATS = 30.0  # penalty of a class that the net does not have


@dataclass(frozen=True)
class Method:
    """A criterion. loss: logits [batch, columns, 12] and their batch -> nats [batch]. penalties: logits -> the same."""

    title: str
    loss: Callable[[Tensor, Batch], Tensor]
    penalties: Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Row:
    """A net to compare: trained from scratch, tuned from a trained one, or that one untouched."""

    method: Method
    kind: Literal["scratch", "tuned", "untouched"]

    @property
    def title(self) -> str:
        """How the table calls it."""
        titles = {"scratch": "{}", "tuned": "trained net, tuned: {}", "untouched": "trained net, untouched"}
        return titles[self.kind].format(self.method.title)


def normalised(logits: Tensor) -> Tensor:
    """Penalties that are probabilities in each column."""
    return -logits.log_softmax(2)


def without_rubbish(logits: Tensor) -> Tensor:
    """Normalised penalties over digits and blank; rubbish is as good as impossible."""
    return pad(normalised(logits[..., : BLANK + 1]), (0, 1), value=_NEVER_NATS)


def _graph_loss(penalties: Callable[[Tensor], Tensor], criterion: Criterion, logits: Tensor, batch: Batch) -> Tensor:
    return string_loss(penalties(logits), batch.columns, batch.targets, criterion, DIGITS)


def _quick_forward(logits: Tensor, batch: Batch) -> Tensor:
    return forward_penalty(logits.log_softmax(2), batch.columns, topology(batch.targets))


def _ctc(logits: Tensor, batch: Batch) -> Tensor:
    digits = [[DIGITS.index(char) for char in Target.parse(target).digits] for target in batch.targets]
    joined = torch.tensor([digit for row in digits for digit in row], dtype=torch.int64)
    lengths = torch.tensor([len(row) for row in digits])
    log_probs = logits[..., : BLANK + 1].log_softmax(2).transpose(0, 1)
    return ctc_loss(log_probs, joined, batch.columns, lengths, BLANK, "none", zero_infinity=True)


_METHODS = {
    "viterbi": Method("Viterbi, columns normalised", partial(_graph_loss, normalised, "viterbi"), normalised),
    "viterbi-raw": Method("Viterbi, raw penalties", partial(_graph_loss, torch.neg, "viterbi"), torch.neg),
    "discriminative-viterbi": Method(
        "discriminative Viterbi, raw penalties", partial(_graph_loss, torch.neg, "discriminative_viterbi"), torch.neg
    ),
    "ctc": Method("CTC, no rubbish class", _ctc, without_rubbish),
    "discriminative-forward": Method("discriminative forward, columns normalised", _quick_forward, normalised),
    "discriminative-forward-raw": Method(
        "discriminative forward, normalised globally",
        partial(_graph_loss, torch.neg, "discriminative_forward"),
        torch.neg,
    ),
}
_TUNED = ("discriminative-viterbi", "ctc", "discriminative-forward", "discriminative-forward-raw")
ROWS = {
    **{name: Row(method, "scratch") for name, method in _METHODS.items()},
    "untouched": Row(_METHODS["discriminative-forward"], "untouched"),
    **{f"tuned-{name}": Row(_METHODS[name], "tuned") for name in _TUNED},
}
