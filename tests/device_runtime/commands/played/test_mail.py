"""The mail that comes with the demo."""

from __future__ import annotations

from device_runtime.commands.played.mail import COUNTRY, PLAN, Letter, load_mail
from device_runtime.image.load import load_image
from device_runtime.reader import Reader
from device_runtime.station.plan.live import LivePlan


def test_of_the_demos_mail_no_wrong_code_is_accepted_and_most_right_ones_are() -> None:
    reader = Reader(country=COUNTRY)

    def code(letter: Letter) -> str | None:
        reading = reader.read(load_image(letter.path)).reading
        return reading.code if reading.status == "accepted" else None

    accepted = {letter: found for letter in load_mail() if (found := code(letter))}
    assert all(found == letter.code for letter, found in accepted.items())
    assert len(load_mail()) == 20 and len(accepted) >= 14 and {letter.code for letter in load_mail()} >= {None}


def test_the_demos_mail_is_small_and_its_plan_fits_its_codes() -> None:
    assert all(letter.path.stat().st_size <= 60_000 for letter in load_mail())
    assert LivePlan(PLAN, Reader(country=COUNTRY).grammar).now.findings.fine
