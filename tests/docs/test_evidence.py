"""The page about choosing shows the weights as they are."""

from __future__ import annotations

from device_runtime.piece.evidence.weights import load_weights
from docs.build.evidence import PAGE, filled


def test_the_page_shows_the_weights_as_they_are() -> None:
    text = PAGE.read_text("utf-8")
    assert filled(text) == text, "run python -m docs.build.evidence"
    assert text.count("<!-- evidence: ") == 3


def test_the_pages_name_the_smallest_error_that_is_promised_for_a_sender() -> None:
    least = f"--max-error {load_weights().roles['sender'].table[0].max_error:g}"
    assert f"`{least}` or more must be given" in PAGE.read_text("utf-8")
    command = (PAGE.parent / "commands" / "read.md").read_text("utf-8")
    assert f"needs `{least}` or more" in command and f"give {least} or more`" in command
