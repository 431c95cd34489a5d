"""Which samples the readers are timed with."""

from __future__ import annotations

import pytest

from benchmarks.peers import fields
from device_runtime.errors import PosteyeError
from device_runtime.samples import load_samples


def test_every_sample_is_timed_and_those_of_five_handwritten_digits_come_first() -> None:
    timed = fields.timed_fields()

    assert [path.name for path in timed.plain] == [f"0{n}-hand.png" for n in range(1, 6)]
    assert sorted(timed.every) == sorted(sample.path for sample in load_samples())
    assert timed.every[: len(timed.plain)] == timed.plain


def test_samples_without_a_plain_field_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "load_samples", lambda: [s for s in load_samples() if "MNIST" not in s.origin])

    with pytest.raises(PosteyeError, match="make the samples again"):
        fields.timed_fields()
