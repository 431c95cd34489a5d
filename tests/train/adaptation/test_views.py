"""Pictures as a station's bundle sees them: five views, the device's own reading, and what forbids to believe it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device_runtime.bundle import load_bundle
from tests.train.labelled_folder import field
from train.adaptation.views import Codes, Viewer


@pytest.fixture(scope="module")
def viewer() -> Viewer:
    """The shipped bundle, for codes of three to five digits."""
    return Viewer(load_bundle(), Codes(pattern=r"\d{3,5}"))


def test_a_plain_field_is_accepted_and_every_view_has_its_code(viewer: Viewer) -> None:
    seen = viewer.look("a.png", field("72671"))
    assert (seen.name, seen.accepted, seen.fault) == ("a.png", "72671", "")
    assert len(seen.views) == 5 and seen.votes("72671") == 5 and seen.posterior("72671") > 0.9
    assert seen.posterior("12345") == 0 and seen.any_number == ""  # such a pattern is no list


def test_light_ink_is_learned_as_dark_ink(viewer: Viewer) -> None:
    dark = field("72671")
    light = np.asarray(255 - dark, np.uint8)
    np.testing.assert_array_equal(viewer.ink(light), dark)
    assert viewer.look("b.png", light).votes("72671") == 5


def test_pictures_without_a_code_have_a_fault(viewer: Viewer) -> None:
    assert viewer.look("c.png", np.full((50, 120), 210, np.uint8)).fault == "no ink"
    two = np.concatenate([field("72671"), field("44700")])
    assert "two lines" in viewer.look("d.png", two).fault


def test_with_a_list_the_strip_is_read_without_it_too(tmp_path: Path) -> None:
    lexicon = tmp_path / "codes.txt"
    lexicon.write_text("72671\n44700\n")
    seen = Viewer(load_bundle(), Codes(lexicon=lexicon)).look("e.png", field("44700"))
    assert seen.any_number == "44700" and seen.votes("44700") == 5
    other = Viewer(load_bundle(), Codes(lexicon=lexicon)).look("f.png", field("44701"))
    assert not other.accepted and (other.fault or other.any_number == "44701")
