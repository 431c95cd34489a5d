"""The page about choosing shows the weights as they are."""

from __future__ import annotations

from docs.build.evidence import PAGE, filled


def test_the_page_shows_the_weights_as_they_are() -> None:
    text = PAGE.read_text("utf-8")
    assert filled(text) == text, "run python -m docs.build.evidence"
    assert text.count("<!-- evidence: ") == 3
