"""Answers are answers whatever happens, and no path of the machine is in any of them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from device_runtime.errors import LabelsError, PosteyeError, WriteError
from device_runtime.station.web.app import answer_of
from device_runtime.station.web.asked import Asked, Refused, without_paths
from device_runtime.station.web.shell import FOLDER
from tests.device_runtime.station.web.serving import served
from tests.device_runtime.station.web.stub_station import StubCamera, StubIll, StubStation

# A path, or a piece of one, as the station of this test has them.
_PATHS = re.compile(r"/(?:home|root|tmp|var|usr|work|etc|dev|proc)\b|secret")


def test_no_answer_has_a_path_of_the_machine(tmp_path: Path) -> None:
    folder = tmp_path / "secret place"
    folder.mkdir()
    with served(folder, harvested=3) as page:
        station = page.station
        where = f"{folder}/deep/file.csv"
        reading = station.told[0].read
        assert not isinstance(reading, str)
        told = replace(reading, source=where, reading=replace(reading.reading, status="rejected", reason=f"no {where}"))
        station.tell(told)
        station.tell(f"{station.camera.name} gave no picture in 0.1 s: [Errno 19] /dev/video0")
        station.health.now = (
            StubIll("camera_lost", f"{station.camera.name} is lost; /dev/video0 is busy", "the journal at /var/lib/x"),
            StubIll(
                "disk_full", f"'{folder}/harvest' is full, see ~/posteye/log and /var/lib/posteye/station.journal", ""
            ),
        )
        answers = [
            page.ask(path)
            for path in (
                "/",
                "/aim",
                "/watch",
                "/key",
                "/plan",
                "/login",
                "/nothing",
                "/files/none.js",
                "/files/..%2f..%2fapp.py",
                *(f"/files/{one.name}" for one in FOLDER.iterdir()),
                "/api/health",
                "/api/watch",
                "/api/watch/strip/1.png",
                "/api/watch/strip/18.png",
                "/api/aim",
                "/api/plan",
                "/api/aim/picture.jpg",
                "/api/plan/which?code=1",
                "/api/key",
                "/api/key?name=a",
                "/api/key?name=a&file=x",
                "/api/key/picture/0000000001.png",
                "/api/key/picture/..%2flabels.csv",
                "/api/nothing",
            )
        ]
        answers += [
            page.post("/api/aim/read", None),
            page.post("/api/aim/region", {"region": [0, 0, 9, 9]}),
            page.post("/api/key", {"file": "0000000001.png", "name": "a", "two": False, "digits": "x"}),
            page.post("/api/key", {"file": "../labels.csv", "name": "a", "two": False, "digits": "1"}),
        ]
        station.plan_path.write_text("broken")
        answers.append(page.post("/api/plan/reload", None))
        station.plan_path.unlink()
        answers.append(page.post("/api/plan/reload", None))
        assert station.harvest_folder
        (station.harvest_folder / "labels.csv").write_text("\n")
        answers.append(page.ask("/api/key?name=a"))
        (station.harvest_folder / "labels.csv").unlink()
        (station.harvest_folder / "labels.csv").mkdir()
        answers.append(page.post("/api/key", {"file": "0000000001.png", "name": "a", "two": False, "digits": "1"}))
        station.harvest_folder = folder / "gone"
        answers.append(page.ask("/api/key?name=a"))
        camera = station.camera
        station.camera = StubCamera(camera.name, None, f"{camera.name} is lost: {where}")
        answers += [page.ask("/api/aim"), page.post("/api/aim/read", None)]
        assert len(answers) > 40
        for one in answers:
            assert one.status < 500 or one.status in (503, 507), one
            text = one.body.decode("latin-1") + str(one.headers)
            assert not _PATHS.search(text) and str(tmp_path) not in text and "Traceback" not in text, text


def test_texts_keep_what_is_no_path() -> None:
    known = {"dir:my pictures/inbox?fps=5": "the camera"}
    for text, shown in (
        ("dir:my pictures/inbox?fps=5 is silent", "the camera is silent"),
        ("/dev/video0 is busy", "video0 is busy"),
        ("v4l2:/dev/video0: no", "v4l2:video0: no"),
        ("('/home/anna/plan.csv')", "('plan.csv')"),
        ("~/plan.csv, line 3", "plan.csv, line 3"),
        ("1/2 of 5 px/s and either/or", "1/2 of 5 px/s and either/or"),
        ("62704-1234", "62704-1234"),
        ("<script>alert('1')</script>", "<script>alert('1')</script>"),
        ("<b>a</b><i>/</i>", "<b>a</b><i>/</i>"),
        ("north / south / 3", "north / south / 3"),
        ("/north", "/north"),
        ("file:///etc/posteye/plan.csv", "file:plan.csv"),
        ("//srv//plans/plan.csv: no", "plan.csv: no"),
        ("in /home/anna/ is nothing", "in  is nothing"),
    ):
        assert without_paths(text, known) == shown
    assert without_paths([{"/a/b": ("/c/d", 1, None)}], {}) == [{"b": ["d", 1, None]}]


def test_a_camera_with_a_short_name_leaves_other_texts_alone(tmp_path: Path) -> None:
    station = StubStation(tmp_path, 0)
    station.camera.name = "-"
    answer = answer_of(station, lambda asked: {"code": "62704-1234"}, Asked(), print)
    assert answer.body == b'{"code": "62704-1234"}'


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused(404, "it is gone"), 404),
        (PosteyeError("it is wrong"), 400),
        (LabelsError("it is no label"), 409),
        (WriteError("/mnt/card/labels.csv cannot be written: No space left on device"), 507),
        (ZeroDivisionError("of /home/anna/secret.py"), 500),
    ],
)
def test_whatever_goes_wrong_is_an_answer_in_one_line(tmp_path: Path, error: Exception, status: int) -> None:
    def fails(asked: Asked) -> Any:
        raise error

    told: list[str] = []
    answer = answer_of(StubStation(tmp_path, 0), fails, Asked(), told.append)
    assert answer.status == status and b"/" not in answer.body and b"\n" not in answer.body
    assert len(told) == (status == 500), "what should not happen is told to the station's log alone"


def test_threads_that_answer_come_behind_the_stations_own(tmp_path: Path) -> None:
    from device_runtime.station.web.server import workers

    with workers(1) as pool:
        nice: Callable[[], int] = lambda: os.getpriority(os.PRIO_PROCESS, 0)  # noqa: E731
        assert pool.submit(nice).result() >= 10 > nice()
