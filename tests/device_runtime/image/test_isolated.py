"""A decoder that crashes, hangs or eats memory costs its own file and no other."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from device_runtime.errors import ImageError
from device_runtime.image import isolated
from device_runtime.image.isolated import IsolatedDecoder
from device_runtime.image.load import load_image
from device_runtime.samples import load_samples

SAMPLE = load_samples()[0].path


@pytest.fixture
def decoder() -> Iterator[IsolatedDecoder]:
    """A decoder that is closed in the end."""
    with IsolatedDecoder() as made:
        yield made


def misbehave(monkeypatch: pytest.MonkeyPatch, doing: str) -> None:
    """Let the child do something else for files called evil.png."""
    code = f"""
import os, sys, time
sys.path.insert(0, sys.argv[1])
from device_runtime.image import isolated
whole = isolated.load_image
def load(name):
    if name.endswith("evil.png"):
        {doing}
    return whole(name)
isolated.load_image = load
isolated.serve()
"""
    monkeypatch.setattr(isolated, "_CHILD", code)


def test_pictures_come_out_the_same(decoder: IsolatedDecoder) -> None:
    for sample in load_samples()[:3]:
        assert np.array_equal(decoder.load_image(sample.path), load_image(sample.path))


@pytest.mark.parametrize("shape", [(31, 40), (31, 40, 3)])
def test_colour_comes_out_the_same(shape: tuple[int, ...], decoder: IsolatedDecoder, tmp_path: Path) -> None:
    picture = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    Image.fromarray(picture).save(tmp_path / "picture.png")
    assert np.array_equal(decoder.load_image(tmp_path / "picture.png"), picture)


def test_complaints_come_out_the_same(decoder: IsolatedDecoder, tmp_path: Path) -> None:
    strange = tmp_path / os.fsdecode(b"caf\xe9\n.gif")
    strange.write_bytes(b"GIF89a")
    (tmp_path / "empty.png").touch()
    for path in (tmp_path / "missing.png", tmp_path, tmp_path / "empty.png", strange):
        with pytest.raises(ImageError) as here:
            load_image(path)
        with pytest.raises(ImageError) as there:
            decoder.load_image(path)
        assert str(here.value) == str(there.value)
    with pytest.raises(ImageError, match="cannot be read"):
        decoder.load_image("nul\0byte")
    assert len(decoder.load_image(SAMPLE))


@pytest.mark.parametrize(
    ("doing", "complaint"),
    [
        ("os.abort()", "its decoder crashed .SIGABRT."),
        ("os.kill(os.getpid(), 11)", "its decoder crashed .SIGSEGV."),
        ("os._exit(0)", "its decoder failed"),
        ("raise RuntimeError('a fault')", "its decoder failed"),
        ("return bytearray(2_000_000_000)", "needs more memory than there is"),
        ("isolated._ANSWER.size; os.write(3, b'x' * 16); os._exit(0)", "its decoder failed"),
        ("os.write(3, isolated._ANSWER.pack(4, 4, 2, 0) + bytes(32)); os._exit(0)", "its decoder failed"),
        ("os.write(3, isolated._ANSWER.pack(4, 4, 0, 0) + bytes(32)); os._exit(0)", "its decoder failed"),
    ],
)
def test_a_child_that_fails_costs_one_file(monkeypatch: pytest.MonkeyPatch, doing: str, complaint: str) -> None:
    misbehave(monkeypatch, doing)
    with IsolatedDecoder() as decoder:
        expected = load_image(SAMPLE)
        assert np.array_equal(decoder.load_image(SAMPLE), expected)
        with pytest.raises(ImageError, match=f"evil.png .*{complaint}"):
            decoder.load_image("evil.png")
        assert np.array_equal(decoder.load_image(SAMPLE), expected)


def test_a_child_that_hangs_costs_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    misbehave(monkeypatch, "time.sleep(1000)")
    with IsolatedDecoder() as decoder:
        decoder.load_image(SAMPLE)
        monkeypatch.setattr(isolated, "TIMEOUT_S", 1)
        started = time.monotonic()
        with pytest.raises(ImageError, match=r"evil\.png cannot be decoded: it took more than 1 s"):
            decoder.load_image("evil.png")
        assert time.monotonic() - started < 5
        monkeypatch.setattr(isolated, "TIMEOUT_S", 60)
        assert len(decoder.load_image(SAMPLE))


def test_a_child_that_is_left_behind_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    misbehave(monkeypatch, "while True: pass")
    monkeypatch.setattr(
        isolated, "_CHILD", isolated._CHILD.replace("isolated.serve()", "isolated.TIMEOUT_S = 0\nisolated.serve()")
    )
    with IsolatedDecoder() as decoder, pytest.raises(ImageError, match="of the processor"):
        decoder.load_image("evil.png")


def test_what_a_decoder_prints_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    misbehave(monkeypatch, "os.write(1, b'libstrange: what is this?'); name = sys.argv[2]")
    monkeypatch.setattr(isolated, "_CHILD", isolated._CHILD.replace("sys.argv[2]", repr(str(SAMPLE))))
    with IsolatedDecoder() as decoder:
        assert np.array_equal(decoder.load_image("evil.png"), load_image(SAMPLE))


def test_an_answer_that_nobody_waited_for_is_given_to_no_other_file(
    decoder: IsolatedDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> bytearray:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(isolated, "_receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            decoder.load_image(load_samples()[1].path)
    assert np.array_equal(decoder.load_image(SAMPLE), load_image(SAMPLE))


def test_no_child_is_left(decoder: IsolatedDecoder) -> None:
    decoder.load_image(SAMPLE)
    child = decoder._child
    assert child is not None and child.poll() is None
    decoder.close()
    assert child.poll() is not None
