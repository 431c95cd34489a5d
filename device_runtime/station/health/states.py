"""The states of a station: what raises and clears each, and what still works meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Fault = Literal["camera_lost", "wire_lost", "disk_full", "clock_stepped", "overheated"]
State = Literal["ok"] | Fault
FAULTS: tuple[Fault, ...] = get_args(Fault)


@dataclass(frozen=True)
class Meaning:
    """What a state means; each a sentence or two for people.

    Attributes:
        raised: the evidence for it.
        cleared: the evidence that it is over.
        works: what a station still does.
        suspended: what it does not do.
    """

    raised: str
    cleared: str
    works: str
    suspended: str


MEANINGS: dict[State, Meaning] = {
    "ok": Meaning("No fault is known.", "A fault is found.", "Everything.", "Nothing."),
    "camera_lost": Meaning(
        "The source is unplugged, taken by another program, silent, or has not answered for two seconds.",
        "A source that can be opened again gives frames.",
        "Every trigger is answered in time, by NO_READ to the reject bin; the source is opened again with rising "
        "pauses up to 5 s.",
        "Reading.",
    ),
    "wire_lost": Meaning(
        "The controller's port cannot be opened, or nothing is acknowledged; or a peer of another tongue (ascii, mqtt, "
        "webhook, modbus) does not answer, which the detail names.",
        "The controller, or the peer, acknowledges again.",
        "Pieces are read, sorted by the plan and recorded; readings wait to be delivered.",
        "Telling the one that is named; others are told.",
    ),
    "disk_full": Meaning(
        "Less than 100 MB are free where the journal is, or the journal cannot be written.",
        "150 MB are free, and the journal is written again.",
        "Pieces are read, sorted and answered; up to 50,000 records wait in memory and are written when there is room.",
        "Keeping pictures; what waits is lost if the power is cut.",
    ),
    "clock_stepped": Meaning(
        "The clock on the wall was set by more than 2 s while the station ran.",
        "It has run evenly for ten minutes.",
        "Everything: deadlines, ages and order go by a clock that nobody sets.",
        "Comparing the times of pieces before the step with those after it.",
    ),
    "overheated": Meaning(
        "The processor has 80 °C or more, or says that it runs slower for its heat.",
        "It has less than 75 °C, and runs at its speed.",
        "Everything, more slowly: of more pieces the time runs out, and they go to the reject bin by NO_READ.",
        "Nothing.",
    ),
}
