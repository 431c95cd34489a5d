"""Figures of votes: what is counted, of what, and how it is shown."""

from __future__ import annotations

import msgspec
import pytest

from benchmarks.figures.files import Results
from benchmarks.pieces.rendered import ALIKE, BARE, SENDER
from benchmarks.voting import page
from benchmarks.voting.figures import Measured, measured
from benchmarks.voting.readings import BUDGETS, FRAMES, Said, Voted
from device_runtime.errors import PosteyeError
from train.evaluation.metrics import Share

RIGHT, REJECTED, WRONG, CUT = (
    Said(True, True, False),
    Said(True, False, False),
    Said(False, True, False),
    Said(False, False, True),
)


def piece(name: str, by_frames: list[Said], budgets: list[Said]) -> Voted:
    """A piece whose frames take a second each."""
    stopped = next((one for one in by_frames if one.accepted), by_frames[-1])
    return Voted(name, by_frames, stopped, 1 + by_frames.index(stopped), [1.0, 3.0, 5.5], 20.0, budgets)


def found() -> Measured:
    """Three pieces with a code, one without."""
    most = len(BUDGETS) - 1
    coded = [
        piece("a", [REJECTED, RIGHT, RIGHT], [CUT] * most + [REJECTED]),
        piece("b", [RIGHT, RIGHT, RIGHT], [CUT] * most + [RIGHT]),
        piece("c", [WRONG, REJECTED, REJECTED], [CUT] * most + [WRONG]),
    ]
    bare = [piece("d", [WRONG, REJECTED, CUT], [])]
    return measured(coded, {BARE: bare, ALIKE: bare, SENDER: bare})


def test_shares_are_of_what_they_say() -> None:
    one, three, _ = (found().frames[str(frames)] for frames in FRAMES)
    assert (one.exact, one.accepted, one.wrong) == (Share(2, 3), Share(2, 3), Share(1, 2))
    assert (three.exact, three.accepted, three.wrong) == (Share(3, 3), Share(2, 3), Share(0, 2))
    assert one.without == {kind: Share(1, 1) for kind in (BARE, ALIKE, SENDER)}
    assert three.without[BARE] == Share(0, 1)
    stopped = found().until_accepted
    assert (stopped.accepted, stopped.wrong) == (Share(3, 3), Share(1, 3)) and found().looked_at == pytest.approx(1.33)


def test_costs_are_those_of_one_frame() -> None:
    assert found().cpu_ratios == {"1": 1.0, "3": 3.0, "5": 5.5} and found().median_cost == 20.0
    last = found().budgets[-1]
    assert (last.share, last.cut, last.accepted, last.wrong) == (BUDGETS[-1], Share(0, 3), Share(2, 3), Share(1, 2))
    assert found().budgets[0].cut == Share(3, 3) and found().budgets[0].accepted == Share(0, 3)


def test_the_page_shows_what_the_file_holds() -> None:
    results = Results("measured", "", "", "", False, "", 41, {}, None, "", {}, None, msgspec.to_builtins(found()))
    files = {"voting": results}
    assert page.of_files(files) == found()
    frames = page.frames_markdown(files)
    assert "| 3 " in frames and "0 of 2" in frames and "5.50" in frames and "until one is accepted" in frames
    assert "1 of 1" in page.without_markdown(files)
    assert page.budgets_markdown(files).count("100.0") == len(BUDGETS) - 1
    assert "frames until accepted: 1.33" in page.summary_text(found())
    with pytest.raises(PosteyeError, match=r"python -m benchmarks\.voting"):
        page.of_files({})
    with pytest.raises(PosteyeError, match="holds no votes"):
        page.of_files({"voting": msgspec.structs.replace(results, values={"frames": 3})})
