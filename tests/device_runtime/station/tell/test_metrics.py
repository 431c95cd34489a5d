"""Metrics: what they count, that they name no mail and no path, and that Prometheus can read them."""

from __future__ import annotations

import math
import socket
import urllib.request
from pathlib import Path

import pytest

from device_runtime.errors import PosteyeError
from tests.device_runtime.station.tell.decisions import decision

prometheus_client = pytest.importorskip("prometheus_client", reason="pip install 'posteye[metrics]' to test metrics")

from prometheus_client.parser import text_string_to_metric_families  # noqa: E402

from device_runtime.station.health.health import Health  # noqa: E402
from device_runtime.station.tell.metrics import DOUBTS, Metrics, Served, Sources  # noqa: E402

SHA = "0a79ac09" + "f" * 56


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def metrics(health: Health, tmp_path: Path) -> Metrics:
    return Metrics(Sources(health, tmp_path, {"journal": lambda: 12}, lambda: 48.5), "numpy 1.26", SHA)


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    found: float | None = metrics.registry.get_sample_value(name, labels)
    return found


def test_pieces_are_counted_by_what_became_of_them(metrics: Metrics) -> None:
    metrics.tell(decision())
    metrics.tell(decision(confidence=0.9))
    metrics.tell(decision(status="rejected", reason="rival 80338 at the top left"))
    metrics.tell(decision(status="rejected", reason="doubtful"))
    metrics.tell(decision(status="no_code", code=None, reason="nothing to read"))
    metrics.tell(decision(status=None, reason="the deadline passed", took_ms=150))
    counts = [value(metrics, "posteye_pieces_total", status=s) for s in ("accepted", "rejected", "no_code", "no_read")]
    assert counts == [2, 2, 1, 1]
    assert [value(metrics, "posteye_doubtful_pieces_total", doubt=doubt) for doubt in DOUBTS] == [1, 1, 1, 1, 1]
    assert value(metrics, "posteye_late_answers_total") == 1, "its deadline was 100 ms after the trigger"
    assert value(metrics, "posteye_frames_read_total") == 12


def test_times_are_in_seconds(metrics: Metrics) -> None:
    metrics.tell(decision(stages_ms={"wait": 5.0, "scan": 30.0, "of a later version": 2.0, "total": 42.5}))
    assert value(metrics, "posteye_answer_seconds_sum") == pytest.approx(0.0425)
    assert value(metrics, "posteye_answer_seconds_bucket", le="0.02") == 0
    assert value(metrics, "posteye_answer_seconds_bucket", le="0.05") == 1
    assert value(metrics, "posteye_stage_seconds_sum", stage="scan") == pytest.approx(0.03)
    assert value(metrics, "posteye_stage_seconds_sum", stage="other") == pytest.approx(0.002)
    assert value(metrics, "posteye_stage_seconds_count", stage="total") is None, "that is the answer"


def test_states_are_those_of_now(metrics: Metrics, health: Health) -> None:
    assert value(metrics, "posteye_state", state="ok") == 1
    health.set("wire_lost", "no cable")
    health.set("overheated", "80 °C")
    lasting = [
        one for one in ("ok", "camera_lost", "wire_lost", "overheated") if value(metrics, "posteye_state", state=one)
    ]
    assert lasting == ["wire_lost", "overheated"]
    health.clear("wire_lost")
    health.clear("overheated")
    assert value(metrics, "posteye_state", state="ok") == 1 and value(metrics, "posteye_state", state="wire_lost") == 0


def test_what_is_read_of_the_machine(metrics: Metrics, health: Health) -> None:
    assert value(metrics, "posteye_temperature_celsius") == 48.5
    assert value(metrics, "posteye_waiting_pieces", queue="journal") == 12
    assert (value(metrics, "posteye_disk_free_bytes") or 0) > 0
    assert value(metrics, "posteye_build_info", version="0.1.0", engine="numpy 1.26", bundle="0a79ac09") == 1
    assert (value(metrics, "process_resident_memory_bytes") or 0) > 1e6
    gone = Metrics(Sources(health, Path("/none"), celsius=lambda: None), "numpy", SHA)
    assert math.isnan(value(gone, "posteye_temperature_celsius") or 0)
    assert math.isnan(value(gone, "posteye_disk_free_bytes") or 0)


def test_no_code_and_no_path_is_told_whatever_the_pieces_say(metrics: Metrics) -> None:
    metrics.tell(decision(code="80331", status="rejected", reason="rival 80338 in dir:/srv/mail", bin="/srv/80331"))
    metrics.tell(decision(status=None, reason="v4l2:/dev/video0 gave no picture", stages_ms={"/srv/80331": 1.0}))
    said = prometheus_client.generate_latest(metrics.registry).decode()
    assert not [word for word in ("80331", "80338", "/srv", "/dev", "munich") if word in said]


def test_prometheus_reads_them_from_loopback_until_they_are_closed(metrics: Metrics) -> None:
    metrics.tell(decision())
    with Served(metrics, "127.0.0.1", 0) as served:
        url = f"http://127.0.0.1:{served.port}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}
    assert families["posteye_pieces"].type == "counter" and families["posteye_answer_seconds"].type == "histogram"
    for family in families.values():
        assert family.documentation, family.name
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # which does not help while somebody listens
        free.bind(("127.0.0.1", served.port))


def test_a_port_that_is_taken_is_told(metrics: Metrics) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            PosteyeError, match=rf"cannot be served at 127.0.0.1:{port}: Address already in use; change"
        ):
            Served(metrics, "127.0.0.1", port)
