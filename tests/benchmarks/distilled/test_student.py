"""What each arm has to answer for, and a training short enough for a test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.distilled.lessons import Lesson, lessons
from benchmarks.distilled.student import ARMS, START, Arm, first_net, load_net, loss_of, save_net, trained
from device_runtime.bundle import load_bundle
from tests.benchmarks.distilled.lines_made import line
from train.progress import Progress
from train.scanner.from_bundle import restore_scanner

STUDENT, CONTROL = (next(arm for arm in ARMS if arm.name == name) for name in ("student", "control"))


def _lesson(targets: tuple[str, str] = ("12", "34")) -> Lesson:
    (lesson,) = lessons([line("12"), line("34", real=True)], 2, np.random.default_rng(0))
    order = ["12", "34"]
    return replace(lesson, targets=[targets[order.index(target)] for target in lesson.targets])


def _loss(arm: Arm, logits: torch.Tensor, **changes: object) -> float:
    return float(loss_of(arm, logits, replace(_lesson(), **changes)))  # type: ignore[arg-type]


def test_a_student_like_its_teacher_diverges_nowhere() -> None:
    lesson = _lesson()
    alike, flat = lesson.frames.log(), torch.zeros_like(lesson.frames)
    silent = replace(STUDENT, teacher=False)
    assert _loss(STUDENT, alike) == pytest.approx(_loss(silent, alike), abs=1e-4)
    assert _loss(STUDENT, flat) > _loss(silent, flat) + 10


def test_only_who_has_the_labels_of_real_strings_answers_for_them() -> None:
    lesson = _lesson()
    logits = lesson.frames.log()
    other = _lesson(("12", "99"))
    assert float(loss_of(STUDENT, logits, other)) == pytest.approx(float(loss_of(STUDENT, logits, lesson)))
    assert float(loss_of(CONTROL, logits, other)) > float(loss_of(CONTROL, logits, lesson)) + 5
    generated = _lesson(("99", "34"))
    assert float(loss_of(STUDENT, logits, generated)) > float(loss_of(STUDENT, logits, lesson)) + 5


def test_the_control_hears_no_teacher() -> None:
    lesson = _lesson()
    logits = torch.zeros_like(lesson.frames)
    assert _loss(CONTROL, logits) == _loss(CONTROL, logits, frames=lesson.frames.flip(0))


def test_the_first_net_reads_as_the_bundle_does() -> None:
    lines = [line("123"), line("40")]
    net = first_net(lines, 1).eval()
    bundle = restore_scanner(load_bundle(START))
    (lesson,) = lessons(lines, 2, np.random.default_rng(0))
    with torch.no_grad():
        ours, theirs = net(lesson.strips), bundle(lesson.strips)
    assert float((ours.argmax(2) == theirs.argmax(2)).float().mean()) > 0.9


def test_a_training_lowers_its_loss_and_is_repeated(tmp_path: Path) -> None:
    lines = [line(digits) for digits in ("12", "34", "56", "78")]
    net, seconds = trained(STUDENT, lines, 6, 1, Progress(shown=False))
    again, _ = trained(STUDENT, lines, 6, 1, Progress(shown=False))
    assert all(torch.equal(a, b) for a, b in zip(net.state_dict().values(), again.state_dict().values(), strict=True))
    (lesson,) = lessons(lines, 4, np.random.default_rng(0))
    before = first_net(lines, 1).eval()
    with torch.no_grad():
        losses = [float(loss_of(STUDENT, one(lesson.strips), lesson)) for one in (before, net)]
    assert losses[1] < losses[0]
    save_net(net, seconds, tmp_path / "net.pt")
    kept, told = load_net(tmp_path / "net.pt")
    assert told == seconds and torch.equal(kept(lesson.strips), net(lesson.strips))
