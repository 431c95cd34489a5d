"""Decisions as messages: numbers, bins, flags, reasons, and what cannot travel."""

from __future__ import annotations

import pytest

from device_runtime.report.decided import decision_message, plain, reason_of
from device_runtime.station.loop.answering import (
    BEHIND_OTHERS,
    CUT_OFF,
    NO_FRAME,
    NO_FRAME_YET,
    TWO_PIECES,
    UNFINISHED,
)
from device_runtime.station.loop.pieces import TOO_MANY
from firmware_bridge import Flags, NoReadMessage, NoReadReason, ReadingMessage
from tests.device_runtime.report.deciding import decision


def test_a_decision_is_a_reading_with_its_bin() -> None:
    expected = ReadingMessage(7, "accepted", "10115", 0.99735, 61, "A3", Flags.TRIGGERED)
    assert decision_message(decision()) == (expected, None)


def test_a_piece_that_only_the_station_counts_has_the_journals_number() -> None:
    message, _ = decision_message(decision(2**32 + 5, number=None))
    assert (message.piece, message.flags) == (5, Flags(0))


def test_an_answer_after_its_deadline_says_so() -> None:
    message, _ = decision_message(decision(total_ms=100.2))
    assert message.flags == Flags.TRIGGERED | Flags.LATE and message.elapsed_ms == 100


def test_a_station_without_a_plan_sends_no_bin() -> None:
    assert decision_message(decision(bin=""))[0].bin is None


def test_a_rejected_reading_keeps_its_guess_and_one_without_a_code_has_none() -> None:
    assert decision_message(decision(status="rejected"))[0] == ReadingMessage(
        7, "rejected", "10115", 0.99735, 61, "A3", Flags.TRIGGERED
    )
    none, _ = decision_message(decision(status="no_code", code=None))
    assert isinstance(none, ReadingMessage) and none.code is None


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("two pieces in one picture; feed them one by one", NoReadReason.DOUBLE_FEED),
        ("the piece is longer than the picture, which cuts off the line of its code", NoReadReason.TOO_LONG),
        ("no picture in time", NoReadReason.NO_PICTURE),
        ("the camera is lost: /dev/video0 is not there", NoReadReason.NO_PICTURE),
        ("its reading was not finished in time", NoReadReason.NO_TIME),
        ("pieces before it were being read until too late", NoReadReason.NO_TIME),
        ("16 pieces before it were still being read", NoReadReason.NO_TIME),
        ("it could not be read: MemoryError", NoReadReason.OTHER),
    ],
)
def test_a_piece_that_was_not_read_has_the_reason(why: str, reason: NoReadReason) -> None:
    assert reason_of(why) == reason
    message, trouble = decision_message(decision(why_not=why, bin="reject"))
    assert message == NoReadMessage(7, reason, 61, "reject", Flags.TRIGGERED, why[:64]) and trouble is None


def test_a_bin_that_cannot_travel_is_left_out_and_told() -> None:
    message, trouble = decision_message(decision(bin="M\u00fcnchen"))
    assert isinstance(message, ReadingMessage) and message.bin is None
    assert trouble == "bin 'M\u00fcnchen' cannot travel: printable ASCII of at most 32 characters can"


def test_a_code_that_cannot_travel_is_no_reading() -> None:
    message, trouble = decision_message(decision(code="1" * 33))
    assert isinstance(message, NoReadMessage) and message.reason == NoReadReason.OTHER and message.bin == "A3"
    assert trouble and "at most 32 characters" in trouble


def test_words_are_cut_to_what_a_message_holds() -> None:
    assert plain("caf\u00e9\n" + "x" * 80) == "caf??" + "x" * 59


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        (TWO_PIECES, NoReadReason.DOUBLE_FEED),
        (CUT_OFF, NoReadReason.TOO_LONG),
        (NO_FRAME, NoReadReason.NO_PICTURE),
        (NO_FRAME_YET, NoReadReason.NO_PICTURE),
        (UNFINISHED, NoReadReason.NO_TIME),
        (BEHIND_OTHERS, NoReadReason.NO_TIME),
        (TOO_MANY, NoReadReason.NO_TIME),
        ("the camera is lost: v4l2:/dev/video0 is silent", NoReadReason.NO_PICTURE),
    ],
)
def test_what_a_station_says_has_its_reason(why: str, reason: NoReadReason) -> None:
    assert reason_of(why) == reason
