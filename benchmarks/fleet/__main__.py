"""Many stations on one broker: `python -m benchmarks.fleet`.

    python -m benchmarks.fleet --results benchmarks/results/fleet.json

Each station is a real one from its queue on: two threads of its own, and one connection.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from pathlib import Path

import click
import numpy as np

from benchmarks.figures.command import results_option, run_command
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import machine as machine_here
from benchmarks.fleet.broker import Listener, Mosquitto
from firmware_bridge.host.news import Outcome
from firmware_bridge.host.tongues.mqtt.broker import Broker
from firmware_bridge.host.tongues.mqtt.fleet import look_at_fleet
from firmware_bridge.host.tongues.mqtt.mqtt_tongue import MqttTongue
from firmware_bridge.host.tongues.speaker import Speaker
from firmware_bridge.host.tongues.state import StationState
from firmware_bridge.protocol.message import ReadingMessage

ROOT, SEED = "fleet", 7
_PATIENCE_S = 120.0


class Station:
    """A station that says pieces.

    Args:
        number: of it.
        broker: that is told.
    """

    def __init__(self, number: int, broker: Broker) -> None:
        self.said, self.outcomes, self.back_s = 0, list[Outcome](), 0.0
        self.is_there = threading.Event()
        tongue = MqttTongue(broker, f"station-{number:03d}", ROOT, self._state, False)
        self.speaker = Speaker(tongue, self.outcomes.append, self._wire)

    def say(self, code: str) -> None:
        """Say a piece."""
        self.said += 1
        self.speaker.send(ReadingMessage(self.said, "accepted", code, 0.99, 60, "A3"), self.said)

    def _state(self) -> StationState:
        return StationState(pieces=self.said, accepted=self.said)

    def _wire(self, detail: str | None) -> None:
        if detail is None:
            self.back_s = time.monotonic()
            self.is_there.set()


@click.command()
@click.option("--stations", type=click.IntRange(1, 2000), default=200, show_default=True)
@click.option("--rate", type=click.FloatRange(0.1, 20), default=1.0, show_default=True, help="Pieces a second of each.")
@click.option("--seconds", type=click.FloatRange(1), default=60.0, show_default=True, help="Before the broker stops.")
@click.option("--stopped", type=click.FloatRange(1), default=60.0, show_default=True, help="For how long, in seconds.")
@click.option("--work", type=click.Path(path_type=Path), default=Path("runs/fleet"), show_default=True)
@results_option
def fleet(stations: int, rate: float, seconds: float, stopped: float, work: Path, results: Path | None) -> None:
    """Let stations say pieces to one Mosquitto, stop it in mid-stream, start it again, and count.

    \b
    Example:
      python -m benchmarks.fleet --stations 20 --seconds 5 --stopped 5
    """
    busy = machine_here()
    broker = Mosquitto(work.absolute())
    listener, where = Listener(broker.port, ROOT), Broker("127.0.0.1", broker.port)
    began_s = time.monotonic()
    fleet_ = [Station(number, where) for number in range(stations)]
    for one in fleet_:
        one.is_there.wait(_PATIENCE_S)
    connected_s = time.monotonic() - began_s
    click.echo(f"{stations} stations are connected after {connected_s:.1f} s", err=True)
    _say(fleet_, rate, seconds)
    before = [outcome for one in fleet_ for outcome in list(one.outcomes)]
    looked_s = time.monotonic()
    seen = look_at_fleet(where, ROOT)
    looked_s = time.monotonic() - looked_s
    resident_mb = broker.resident_mb()
    stopper = threading.Thread(target=broker.stop)
    stopper.start()
    _say(fleet_, rate, stopped)
    stopper.join()
    started_s = time.monotonic()
    broker.start()
    _say(fleet_, rate, 10)
    said = sum(one.said for one in fleet_)
    listener.wait(said, _PATIENCE_S)
    for one in fleet_:
        one.speaker.close(_PATIENCE_S)
    cpu_share = broker.cpu_s / (connected_s + seconds + looked_s)
    broker.stop()
    listener.close()
    milliseconds = np.array([1000 * one.elapsed_s for one in before])
    outcomes = [outcome.how for one in fleet_ for outcome in one.outcomes]
    lost, again = said - len(listener.times), listener.times.total() - len(listener.times)
    rows = [
        ["stations, pieces a second", f"{stations}, {stations * rate:g}"],
        ["all connected after", f"{connected_s:.1f} s"],
        ["a piece, from the queue to the broker's acknowledgement, p50", f"{np.percentile(milliseconds, 50):.1f} ms"],
        ["the same, p99", f"{np.percentile(milliseconds, 99):.1f} ms"],
        ["Mosquitto: share of a core, memory", f"{cpu_share:.1%}, {resident_mb:.1f} MB"],
        [
            "`posteye fleet status`: stations online, time",
            f"{sum(one.online is True for one in seen)}, {looked_s:.1f} s",
        ],
        ["Mosquitto stopped in mid-stream for", f"{stopped:.0f} s"],
        ["all stations connected again after", f"{max(one.back_s for one in fleet_) - started_s:.1f} s"],
        ["pieces said in all", f"{said:,}"],
        ["of these acknowledged", f"{outcomes.count('delivered'):,}"],
        ["lost", f"{lost:,}"],
        ["heard again under the same id", f"{again:,}"],
        ["heard again with another content", f"{listener.wrong:,}"],
    ]
    for what, value in rows:
        click.echo(f"{what:62} {value}")
    if results:
        keep(
            "fleet",
            results,
            {"table": {"heads": ["what", "measured"], "lines": rows}},
            seed=SEED,
            bundle=None,
            machine=busy,
        )
    if lost or listener.wrong or outcomes.count("delivered") != said:
        click.echo("pieces were lost or mixed up", err=True)
        sys.exit(1)


def _say(stations: list[Station], rate: float, seconds: float) -> None:
    """Let each station say pieces at an even rate, one after the other."""
    dice = random.Random(SEED)
    due_s = time.monotonic()
    for _ in range(round(seconds * rate)):
        for one in stations:
            one.say(f"{dice.randrange(100_000):05d}")
            due_s += 1 / rate / len(stations)
            time.sleep(max(0.0, due_s - time.monotonic()))


if __name__ == "__main__":
    run_command(fleet)
