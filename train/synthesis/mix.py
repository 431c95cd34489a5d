"""What generated strips are made of, in shares: a value that goes into a recipe, a run's folder and a manifest.

Needs nothing but the standard library, so that `posteye train --help` answers where nothing else is installed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

KINDS = ("empty", "printed", "words", "plain", "real", "recorded", "capitals", "struck", "boxed")
REST = "handwritten"


@dataclass(frozen=True)
class Mix:
    """Shares of all fields by their kind; the rest is handwritten by generated hands.

    Attributes:
        name: of the mix.
        empty: no digit.
        printed: a printed code, alone or in a line.
        words: a handwritten number beside words in a handwriting font.
        plain: one to three digits as scanned.
        real: a real string, photographed anew.
        recorded: a number of recorded pen strokes.
        capitals: a handwritten number beside words of recorded capitals.
        struck: struck-out numbers and digits, blots, rings, flourishes.
        boxed: a digit each in preprinted boxes, mostly in colour.
        light: share of all fields but boxed ones that are light on dark.
        school: whose shapes of digits and habits the generated hands have: a name in SCHOOLS (writing/style.py).
        device_way: whether fields pass through all that the device does to them, not through normalisation alone.
    """

    name: str
    empty: float = 0.02
    printed: float = 0.24
    words: float = 0.05
    plain: float = 0.1
    real: float = 0.0
    recorded: float = 0.0
    capitals: float = 0.0
    struck: float = 0.0
    boxed: float = 0.0
    light: float = 0.0
    school: str = "first"
    device_way: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for shares that are none."""
        given = {field.name: getattr(self, field.name) for field in fields(self) if field.type == "float"}
        for name, share in given.items():
            if not 0 <= share <= 1:
                raise ValueError(f"mix {self.name}: {name} is {share}, no share of 0 to 1")
        if self.rest < 0:
            raise ValueError(f"mix {self.name}: the shares of the kinds sum to {sum(self.shares):g}, more than 1")

    @property
    def shares(self) -> tuple[float, ...]:
        """Of KINDS, in their order."""
        return tuple(getattr(self, kind) for kind in KINDS)

    @property
    def rest(self) -> float:
        """Share of the handwritten kind, rounded to a millionth."""
        return round(1 - sum(self.shares), 6)

    @property
    def collected(self) -> bool:
        """Whether it needs what people wrote (train/data/collections.py)."""
        return self.real + self.recorded + self.capitals > 0


SHIPPED = Mix("shipped")
SECOND = Mix(
    "second",
    words=0.04,
    plain=0.08,
    real=0.26,
    recorded=0.11,
    capitals=0.06,
    struck=0.03,
    boxed=0.03,
    light=0.03,
    school="second",
    device_way=True,
)
MIXES = {mix.name: mix for mix in (SHIPPED, SECOND)}
