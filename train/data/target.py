"""The notation of what stands on a strip: digits, `#` where ink that is no digit must be seen, `~` where it may be.

`12500` is a number alone, `~12500~` one that may have marks at either end, `LOT 3, 47500` comes out as `#3#47500`.
A strip with words and no digits is `#`, paper on which there may be marks is `~`. Shards hold targets in this notation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from device_runtime.grammar.grammar import DIGITS

SEEN, POSSIBLE = "#", "~"


@dataclass(frozen=True)
class Target:
    """What stands on a strip.

    Attributes:
        symbols: Characters and `#` from left to right; `#` is a run of rubbish and the gaps in it.
        rubbish_before: Whether rubbish may stand before the symbols.
        rubbish_after: Whether rubbish may stand behind them.
    """

    symbols: str
    rubbish_before: bool = False
    rubbish_after: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for two runs of rubbish side by side, which read as one."""
        if SEEN * 2 in self.spelled_out[0]:
            raise ValueError(f"target {self.text!r} has two runs of rubbish side by side; write one '{SEEN}'")

    @classmethod
    def parse(cls, text: str, alphabet: str = DIGITS) -> Target:
        """Read the notation.

        Args:
            text: A target such as `~12500~`.
            alphabet: The characters that may stand in it beside `#` and `~`.

        Raises:
            ValueError: For other characters, for `~` that is not at an end, and as the constructor does.
        """
        before, after = text.startswith(POSSIBLE), text.endswith(POSSIBLE)
        symbols = text[before : len(text) - after] if len(text) > 1 else text.strip(POSSIBLE)
        if set(symbols) - set(alphabet) - {SEEN}:
            raise ValueError(
                f"target {text!r} cannot be spelled; use {alphabet!r}, single '{SEEN}', and '{POSSIBLE}' at the ends"
            )
        return cls(symbols, before, after)

    @classmethod
    def with_marks(cls, digits: str) -> Target:
        """Digits at whose ends marks may be seen, or not."""
        return cls(digits, rubbish_before=True, rubbish_after=True)

    @classmethod
    def of_line(cls, line: str) -> Target:
        """A line of text: its digits, and `#` for everything else."""
        return cls(re.sub(r"[^0-9]+", SEEN, line))

    @property
    def text(self) -> str:
        """The notation."""
        if not self.symbols and self.rubbish_before and self.rubbish_after:
            return POSSIBLE
        return POSSIBLE * self.rubbish_before + self.symbols + POSSIBLE * self.rubbish_after

    @property
    def digits(self) -> str:
        """All characters from left to right, whatever stands between them."""
        return self.symbols.replace(SEEN, "")

    @property
    def numbers(self) -> tuple[str, ...]:
        """The runs of characters between rubbish."""
        return tuple(number for number in self.symbols.split(SEEN) if number)

    @property
    def spelled_out(self) -> tuple[str, bool, bool]:
        """The symbols with `#` for rubbish that may be there, and whether the first and the last of them may miss."""
        before, after = self.rubbish_before, self.rubbish_after
        if not self.symbols:  # one run of rubbish that may be missing
            before, after = before or after, False
        return SEEN * before + self.symbols + SEEN * after, before, after
