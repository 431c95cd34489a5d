"""How far a run is: numbered steps, a bar on a terminal, and plain lines now and then where there is none."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

from train.duration import duration

_FIRST_S, _EVERY_S = 5.0, 30.0  # when a plain line comes
_LEAST_SHARE = 0.01  # of the total; from less no time can be told
Advance = Callable[[int], None]


class Progress:
    """Says on stderr which step of how many runs, what is done of it and how long the rest will take."""

    def __init__(self, steps: int = 0, shown: bool = True) -> None:
        """Say nothing yet.

        Args:
            steps: how many there will be; 0 leaves the numbers out.
            shown: False says nothing at all.
        """
        self._steps, self._shown = steps, shown
        self._number = 0
        self._part = ""

    def step(self, name: str) -> None:
        """Begin the next step."""
        self._number += 1
        self._part = ""
        self.say(f"step {self._number} of {self._steps}: {name}" if self._steps else name)

    def say(self, line: str) -> None:
        """Say one line, above the bar if there is one."""
        if self._shown:
            tqdm.write(line, file=sys.stderr)
            sys.stderr.flush()

    def keep(self, part: str) -> None:
        """Note what of this step is in the run's folder, as `310 of 1,152 shards`."""
        self._part = part

    def kept(self) -> str:
        """What an interrupted run will not do again."""
        number = self._number
        if not number:
            return "nothing new"  # what an earlier call left was not looked at yet
        before = {1: "", 2: "step 1"}.get(number, f"steps 1 to {number - 1}")
        part = f"{self._part} of step {number}" if self._part else ""
        return " and ".join(filter(None, (before, part))) or "nothing yet"

    @contextmanager
    def bar(self, total: int, unit: str, done: int = 0) -> Iterator[Bar]:
        """A bar for the step, or for a part of it.

        Args:
            total: how many units there are to do.
            unit: what they are, in the plural.
            done: how many were done before this run.
        """
        kind = _SilentBar if not self._shown else _TqdmBar if sys.stderr.isatty() else _LineBar
        bar = kind(total, unit, done)
        try:
            yield bar
        finally:
            bar.close()


class _SilentBar:
    """Counts and says nothing."""

    def __init__(self, total: int, unit: str, done: int) -> None:
        self.total, self.unit, self.done = total, unit, done

    def to(self, done: int, note: str = "") -> None:
        """So much is done now."""
        self.done = done

    def advance(self, count: int = 1) -> None:
        """So much more is done."""
        self.to(self.done + count)

    def close(self) -> None:
        """No more will be done."""


Bar = _SilentBar


class _TqdmBar(_SilentBar):
    """tqdm's bar."""

    def __init__(self, total: int, unit: str, done: int) -> None:
        super().__init__(total, unit, done)
        form = "  {n_fmt} of {total_fmt} {unit} |{bar}| {elapsed}, {remaining} left{postfix}"
        self._bar = tqdm(total=total, initial=done, unit=unit, bar_format=form, dynamic_ncols=True, file=sys.stderr)

    def to(self, done: int, note: str = "") -> None:
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(done - self.done)
        super().to(done)

    def close(self) -> None:
        self._bar.close()


class _LineBar(_SilentBar):
    """A line now and then, for logs."""

    def __init__(self, total: int, unit: str, done: int) -> None:
        super().__init__(total, unit, done)
        self._first = done
        self._started = time.monotonic()
        self._next = self._started + _FIRST_S
        self._note = ""

    def to(self, done: int, note: str = "") -> None:
        super().to(done)
        self._note = note or self._note
        now = time.monotonic()
        if now >= self._next and _LEAST_SHARE * self.total < done - self._first and done < self.total:
            left = (now - self._started) * (self.total - done) / (done - self._first)
            self._say(f"{duration(left)} left")
            self._next = now + _EVERY_S

    def close(self) -> None:
        if self.done > self._first:
            self._say(duration(time.monotonic() - self._started))

    def _say(self, time_said: str) -> None:
        parts = [f"  {self.done:,} of {self.total:,} {self.unit}", time_said, self._note]
        print(", ".join(filter(None, parts)), file=sys.stderr, flush=True)
