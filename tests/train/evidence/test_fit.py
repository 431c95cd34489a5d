"""From records to weights: the states, the fit, and what would be accepted with it."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from device_runtime.calibration import Scale
from device_runtime.piece.evidence.alternatives import Country
from device_runtime.piece.evidence.features import FEATURES, IN_LINE
from tests.train.evidence.made import read_line, record
from train.evidence.fit import fit_weights
from train.evidence.line import fit_line
from train.evidence.record import Record, same
from train.evidence.states import State, states
from train.evidence.trial import Outcome, neutral, operating_points, read_again


def records(count: int) -> list[Record]:
    """Pieces with other codes, on which the destination is misread now and then."""
    random = np.random.default_rng(5)
    return [
        record(
            f"{random.integers(10000, 99999)}",
            f"{random.integers(10000, 99999)}",
            misread=n % 4 == 0,
            shift=float(random.uniform(-20, 20)),
        )
        for n in range(count)
    ]


def right(state: State) -> set[tuple[int | None, str | None]]:
    return {(state.alternatives[n].line, state.alternatives[n].code) for n in state.right}


def test_a_record_survives_its_file() -> None:
    made = record()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=Record) == made


@pytest.mark.parametrize(("one", "other", "alike"), [("10 115", "10115", True), ("1", "2", False), (None, "1", False)])
def test_codes_are_the_same_whatever_parts_them(one: str | None, other: str, alike: bool) -> None:
    assert same(one, other) is alike


def test_what_is_right_in_each_state() -> None:
    nothing, some, everything, cut = states(record(), "destination", np.random.default_rng(1))
    assert right(nothing) == {(5, None)} and right(everything) == {(5, "80331")}
    assert right(some) in ({(5, None)}, {(5, "80331")})
    assert {code for _, code in right(cut)} == {"80331"} and len(cut.alternatives) < len(everything.alternatives)
    assert right(states(record(), "sender", np.random.default_rng(1))[2]) == {(2, "50667")}


def test_a_misread_line_is_right_as_misread_and_without_a_code_there_is_none() -> None:
    assert right(states(record(misread=True), "destination", np.random.default_rng(1))[2]) == {(5, None)}
    bare = msgspec.structs.replace(record(), codes={}, places={})
    found = states(bare, "destination", np.random.default_rng(1))
    assert len(found) == 3 and all(right(state) == {(None, None)} for state in found)


def test_weights_choose_the_destination_and_doubt_the_sender_beside_a_misread_one() -> None:
    made = records(60)
    random = np.random.default_rng(1)
    found = [state for one in made for state in states(one, "destination", random)]
    weights = fit_weights(found)
    assert weights == fit_weights(found)
    assert set(weights) == set(FEATURES) and weights["top left"] < weights["middle center"]
    for one in made:
        last = read_again(one, neutral(weights))
        truth = one.codes["destination"]
        if one.lines[5].code == truth:
            assert last.code == truth and last.posterior > 0.9
        else:
            assert last.posterior < 0.5


def test_lines_that_promise_nothing_are_not_read() -> None:
    made = records(60)
    weights = fit_weights([s for one in made for s in states(one, "destination", np.random.default_rng(1))])
    assert 0 < read_again(record(), neutral(weights)).read < 6


def test_operating_points_keep_their_errors() -> None:
    random = np.random.default_rng(7)
    made, truths = [], []
    for _ in range(600):
        posterior = float(random.uniform(0.5, 1.0))
        good = bool(random.random() < posterior)
        made.append(Outcome(posterior, "1", bool(random.random() < 0.9), 2))
        truths.append("1" if good else "3")
    scale, table = operating_points(made, truths, [1.0] * 600)
    assert scale.temperature == pytest.approx(1.0, abs=0.4)
    assert [point.max_error for point in table] == sorted(point.max_error for point in table) and table
    for point in table:
        of_sure = [(one, truth) for one, truth in zip(made, truths, strict=True) if one.sure]
        accepted = [one.code == truth for one, truth in of_sure if scale(one.posterior) >= point.threshold]
        assert (accepted.count(False) + 1) / (len(accepted) + 1) <= point.max_error
        assert point.accept_rate == pytest.approx(len(accepted) / 600)


def test_the_words_of_a_line_tell_a_code_from_another_number() -> None:
    made = []
    for one in records(40):
        house = read_line(one.lines[4].line, "12345 MAIN STREET", "12345")
        code = one.codes["destination"]
        town = read_line(one.lines[5].line, f"TOWN {code}", code)
        found = msgspec.structs.replace(one, lines=(*one.lines[:4], house, town), country=Country("after", 5, 5))
        made.append(found)
    weights = fit_line(made)
    assert set(weights) == set(IN_LINE)
    assert weights["after, last"] > 2 and weights["after, first"] < -0.5
    assert weights["two and three letters"] == 0.0  # of which there were none


def test_without_other_numbers_nothing_is_said() -> None:
    assert set(fit_line(records(4)[1:]).values()) == {0.0}


def test_neutral_weights_change_no_posterior() -> None:
    role = neutral(dict.fromkeys(FEATURES, 0.0))
    assert role.scale == Scale(1.0, 0.0) and role.threshold(1.0) == 0.0


def test_what_is_rare_in_a_stream_of_mail_raises_thresholds_less() -> None:
    made = [Outcome(0.5 + n / 1000, "1", True, 1) for n in range(500)]
    truths = [None if n % 20 == 7 else "1" for n in range(500)]  # one of twenty has no code
    rare = [0.1 if truth is None else 1.0 for truth in truths]
    (_, often), (_, seldom) = operating_points(made, truths, [1.0] * 500), operating_points(made, truths, rare)
    assert not [point for point in often if point.max_error <= 0.01]
    assert [point.max_error for point in seldom][:1] == [0.01] and seldom[0].accept_rate > 0.5
