"""A held-back sample decides whether an adapted net is kept: one that reads it worse is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LABELLED, SUREST, GENERATED = "labelled fields", "surest harvested fields", "generated strips"
# Share of a part that may be lost. People's labels are the truth. The surest fields are those that the given net reads
# as they are labelled, so any other net can only lose some; and every adaptation forgets a little of what it was not
# adapted to.
ALLOWED_LOSS: Mapping[str, float] = {LABELLED: 0.0, SUREST: 0.02, GENERATED: 0.05}


class RefusedError(Exception):
    """The adapted net reads the held-back sample worse. Its message is one line."""


@dataclass(frozen=True)
class Judged:
    """A part of the held-back sample.

    Attributes:
        part: LABELLED, SUREST or GENERATED.
        before: Strips that the given net reads exactly.
        after: Strips that the adapted one reads exactly.
        of: All of them.
    """

    part: str
    before: int
    after: int
    of: int

    @property
    def worse(self) -> bool:
        """Whether more is lost than may be."""
        return self.before - self.after > ALLOWED_LOSS[self.part] * self.of

    @property
    def told(self) -> str:
        """In words."""
        return f"{self.after:,} instead of {self.before:,} of {self.of:,} {self.part}"


def require_no_worse(judged: Sequence[Judged], out: str, bundle: str) -> None:
    """Refuse a net that reads any part worse.

    Args:
        judged: All parts.
        out: The run's folder, as the message names it.
        bundle: The name of the bundle that stays.

    Raises:
        RefusedError: Saying which part, and by how much.
    """
    for one in judged:
        if not one.worse:
            continue
        allowed = int(ALLOWED_LOSS[one.part] * one.of)
        most = f", and {allowed:,} may be lost" if allowed else ""
        raise RefusedError(
            f"{out} is refused: the adapted net reads {one.told} exactly, {one.before - one.after:,} fewer{most}; "
            f"the bundle {bundle} stays as it is"
        )
