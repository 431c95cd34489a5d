"""URLs of sources: taken apart, and what is wrong with one is told in a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_runtime.capture.sources import make_source
from device_runtime.capture.url import parse
from device_runtime.errors import CameraError


def test_a_url_is_taken_apart() -> None:
    found = parse("v4l2:/dev/video2?exposure=5.5&gain=auto&size=1280x720&format=YUYV")
    assert (found.kind, found.place) == ("v4l2", "/dev/video2")
    assert (found.setting("exposure"), found.setting("gain"), found.setting("focus")) == (5.5, "auto", None)
    assert found.size() == (1280, 720) and found.number("fps", 0, 100) is None


def test_what_follows_the_question_mark_of_a_stream_is_for_its_server_and_passwords_are_hidden() -> None:
    url = "rtsp://user:se:cret@10.0.0.9:554/live?channel=1&password=other"
    found = parse(url)
    assert (found.kind, found.place, found.options) == ("rtsp", url, {})
    assert found.name == "rtsp://user:***@10.0.0.9:554/live?channel=1&password=***"


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/belt")
    assert parse("dir:~/inbox?watch").place == "/home/belt/inbox"


def test_images_and_standard_input_need_no_prefix(tmp_path: Path) -> None:
    odd = tmp_path / "a:b?c.png"
    odd.touch()
    assert (parse(str(odd)).kind, parse(str(odd)).place) == ("image", str(odd))
    assert parse("-").kind == "stdin"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("v4l2:/dev/video0?exposre=5", "unknown option 'exposre'; did you mean exposure?"),
        ("dir:a?watching", "unknown option 'watching'; did you mean watch?"),
        ("dir:a?xyz=1", "unknown option 'xyz'; dir: has fps, loop, watch"),
        ("dir:a?fps=0", "fps is '0'; give a number above 0 and up to 1000"),
        ("dir:a?fps=nan", "fps is 'nan'; give a number"),
        ("dir:a?fps=1&fps=2", "fps is given twice; leave one out"),
        ("dir:a?watch=always", "watch is 'always'; give watch or new"),
        ("dir:a?watch&loop", "loop and watch exclude each other; leave one out"),
        ("dir:", "dir: names no place; write for example dir:pictures?fps=5"),
        ("v4l2:/dev/video0?size=big", "size is 'big'; give width and height in px, such as 1280x720"),
        ("v4l2:/dev/video0?size=1x99999", "size is '1x99999'; give width"),
        ("v4l2:/dev/video0?exposure=-1", "exposure is '-1'; give a number, or auto"),
        ("v4l2:/dev/video0?format=H264", "format is 'H264'; give one of RGB3, "),
        ("v4l2:/dev/video0?format=mjpeg", "format is 'mjpeg'; did you mean MJPG?"),
        ("picamera2:first", "a camera has a number; write picamera2:0"),
        ("v4l:/dev/video0", "unknown kind of source 'v4l'; did you mean v4l2:?"),
        ("gopher://x", "unknown kind of source 'gopher'; give an image, - or one of v4l2:, "),
        ("", "'' names no source; write for example v4l2:/dev/video0"),
        (" ", "' ' names no source; write for example v4l2:/dev/video0"),
        ("none.png", "none.png cannot be read: No such file or directory"),
        ("webcam", "; a camera is v4l2:/dev/video0, `posteye camera list` shows those that are there"),
        ("0", "0 cannot be read: No such file or directory; a camera is v4l2:/dev/video0, `posteye camera list`"),
        ("/dev/video97", "/dev/video97 cannot be read: No such file or directory; a camera is v4l2:/dev/video97, "),
        ("/dev/null", "/dev/null is a device; write v4l2:/dev/null"),
        ("zero\0.png", "zero\\x00.png cannot be read: "),
    ],
)
def test_what_is_wrong_is_told_in_a_line(url: str, complaint: str) -> None:
    with pytest.raises(CameraError) as error:
        make_source(url)
    assert complaint in str(error.value) and "\n" not in str(error.value)


def test_a_folder_or_a_video_without_its_prefix_is_told_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match=f"^{tmp_path} is a folder; write dir:{tmp_path}$"):
        parse(str(tmp_path))
    film = tmp_path / "a.MP4"
    film.touch()
    with pytest.raises(CameraError, match=f"^{film} is a video; write file:{film}$"):
        parse(str(film))
