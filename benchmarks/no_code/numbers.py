"""Writing that holds no five-digit code: what its lines say, by kind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.synthesis.writing.typeset import random_word

Random = np.random.Generator
Lines = tuple[str, ...]


def _digits(random: Random, count: int) -> str:
    """So many digits, the first of them no 0."""
    return str(random.integers(1, 10)) + "".join(str(d) for d in random.integers(0, 10, count - 1))


def _spelled(random: Random, letters: str, count: int) -> str:
    return "".join(letters[int(i)] for i in random.integers(0, len(letters), count))


def _any(random: Random, *choices: str) -> str:
    return choices[int(random.integers(len(choices)))]


def _word(random: Random, letters: int | None = None) -> str:
    return random_word(random, letters)


def _across(mark: str) -> Callable[[Random], Lines]:
    """A number of eleven digits with a mark in it, so that five digits stand on one side of the mark."""

    def lines(random: Random) -> Lines:
        parts = (_digits(random, 6), _digits(random, 5))
        return (mark.join(parts if random.random() < 0.7 else parts[::-1]),)

    return lines


def _phone(random: Random) -> Lines:
    form = _any(
        random, "0## ### ## ##", "(030) #### ###", "+49 30 ######", "01## / ### ## ##", "06 ## ## ## ##", "###-####"
    )
    return ("".join(_digits(random, 1) if char == "#" else char for char in form),)


def _date(random: Random) -> Lines:
    day, month, year = int(random.integers(1, 29)), int(random.integers(1, 13)), int(random.integers(1950, 2030))
    return (
        _any(random, f"{day:02}.{month:02}.{year}", f"{year}-{month:02}-{day:02}", f"{day}/{month}/{year % 100:02}"),
    )


def _letters_touch(random: Random) -> Lines:
    letters, code = _spelled(random, "ABDEFGHKLMNPRTXZ", int(random.integers(1, 4))), _digits(random, 5)
    return (_any(random, letters + code, code + letters),)


# Kind of writing -> its lines. In none of them do five digits stand by themselves.
KINDS: dict[str, Callable[[Random], Lines]] = {
    "eleven digits with '-'": _across("-"),
    "eleven digits with ','": _across(","),
    "eleven digits with '.'": _across("."),
    "eleven digits with '/'": _across("/"),
    "eleven digits with ':'": _across(":"),
    "price 123,45": lambda random: (f"{_digits(random, 3)},{_digits(random, 1)}{random.integers(10)}",),
    "decimal 12.345": lambda random: (f"{_digits(random, 2)}.{_digits(random, 3)}",),
    "price with currency": lambda random: (
        f"{_any(random, 'EUR ', '', '$ ')}{_digits(random, 4)}{_any(random, '.', ',')}{_digits(random, 2)}"
        f"{_any(random, '', ' EUR')}",
    ),
    "telephone": _phone,
    "date": _date,
    "time": lambda random: (f"{random.integers(24):02}:{random.integers(60):02}:{random.integers(60):02}",),
    "letters touch five digits": _letters_touch,
    "two codes stacked": lambda random: (_digits(random, 5), _digits(random, 5)),
    "six digits": lambda random: (_digits(random, 6),),
    "four digits": lambda random: (_digits(random, 4),),
    "eight to twelve digits": lambda random: (_digits(random, int(random.integers(8, 13))),),
    "ten digits in two lots": lambda random: (_digits(random, 5) + "-" + _digits(random, 5),),
    "account in lots of four": lambda random: (
        _any(random, "DE", "FR", "") + " ".join(_digits(random, 4) for _ in range(int(random.integers(2, 5)))),
    ),
    "letters O as zeros": lambda random: ("O" * int(random.integers(4, 7)),),
    "letters like digits": lambda random: (_spelled(random, "SOIBZGlL", 5),),
    "a word": lambda random: (_word(random),),
    "two words": lambda random: (f"{_word(random)} {_word(random)}",),
    "house number and street": lambda random: (f"{_word(random, 7)}str. {random.integers(1, 200)}",),
    "the last digit cut in half": lambda random: (_digits(random, 5),),
    "nothing but paper and lines": lambda random: ("",),
}
