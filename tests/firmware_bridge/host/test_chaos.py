"""A bad line and restarts in memory, seeded: what is promised holds, whatever happens."""

from __future__ import annotations

import random

import pytest

from firmware_bridge import Sorter
from firmware_bridge.protocol.frame import Frame, encode
from firmware_bridge.protocol.notice import Capability
from tests.firmware_bridge.host.conversing import Talk, bad_line


@pytest.mark.parametrize("seed", range(20))
def test_on_a_bad_line_nothing_is_lost_doubled_or_out_of_order(seed: int) -> None:
    generator = random.Random(seed)
    talk = Talk(there=bad_line(generator, 0.15), back=bad_line(generator, 0.15))
    for piece in range(1, 101):
        talk.send(piece)
        talk.run(0.02)
    talk.there = talk.back = lambda data: data
    talk.run(5)
    assert [(one.how, one.tag) for one in talk.outcomes()] == [("delivered", piece) for piece in range(1, 101)]
    assert talk.acted() == list(range(1, 101))


@pytest.mark.parametrize("remembers", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_on_a_bad_line_with_restarts_the_stated_guarantee_holds(seed: int, remembers: bool) -> None:
    generator = random.Random(seed)
    speaks = Capability.HEARTBEAT | (Capability.REMEMBERS if remembers else Capability(0))
    talk = Talk(Sorter(speaks=speaks), there=bad_line(generator, 0.1), back=bad_line(generator, 0.1))
    for piece in range(1, 101):
        talk.send(piece)
        talk.run(0.1)
        if generator.random() < 0.1:
            talk.sorter.restart()
        if generator.random() < 0.1:
            talk.exchange.lost("unplugged")
            talk.exchange.opened(talk.now_s)
    talk.there = talk.back = lambda data: data
    talk.run(20)
    hows = {one.tag: one.how for one in talk.outcomes()}
    assert sorted(hows) == list(range(1, 101)) and len(talk.outcomes()) == 100
    acted = talk.acted()
    assert acted == sorted(set(acted))
    assert {piece for piece, how in hows.items() if how == "delivered"} <= set(acted)
    assert set(hows.values()) <= ({"delivered"} if remembers else {"delivered", "unconfirmed"})


def test_no_bytes_raise_an_error() -> None:
    generator = random.Random(7)
    talk = Talk()
    talk.run(0.1)
    for _ in range(300):
        kind = generator.choice([0x81, 0x82, 0x83, 0x90, 0x92, 0xA0, 0xA1, 0xA2, 0xA3, 0xFF])
        session = generator.choice([0, talk.exchange.session, 5])
        payload = generator.randbytes(generator.randrange(20))
        sequence = generator.choice([talk.exchange._sequence, 0, 9])
        talk.step(encode(Frame(kind, sequence, session, payload, generator.choice([1, 1, 1, 2]))))
        talk.step(generator.randbytes(40))
    talk.send(1)
    talk.run(5)
    assert [one.how for one in talk.outcomes()] == ["delivered"]
