"""A run's folder: one training at a time is in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from device_runtime.errors import PosteyeError
from train.commands.train import train
from train.runs.lock import locked

_HOLD = """
import sys
from pathlib import Path
from train.runs.lock import locked
with locked(Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.read()
"""


def test_a_second_training_in_the_same_folder_is_refused_until_the_first_has_died(tmp_path: Path) -> None:
    out = tmp_path / "run"
    place = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(out)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(place)},
    ) as first:
        assert first.stdout is not None and first.stdout.readline() == b"in\n"
        refused = CliRunner().invoke(train, ["--out", str(out), "--preset", "tiny"])
        assert isinstance(refused.exception, PosteyeError) and not (out / "run.json").exists()
        message = str(refused.exception)
        assert message.startswith(f"another `posteye train` is at work in {out}; ") and "\n" not in message
        first.send_signal(signal.SIGKILL)
        first.wait()
        with locked(out):
            pass


def test_a_training_that_writes_nothing_leaves_no_folder(tmp_path: Path) -> None:
    with locked(tmp_path / "run"):
        assert (tmp_path / "run").is_dir()
    assert not (tmp_path / "run").exists()
    with locked(tmp_path / "run"):
        (tmp_path / "run" / "run.json").touch()
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["run.json", "run.lock"]


def test_a_folder_is_free_again_when_a_training_has_ended_or_failed(tmp_path: Path) -> None:
    with pytest.raises(ValueError), locked(tmp_path):
        raise ValueError
    with locked(tmp_path), pytest.raises(PosteyeError, match="is at work in"), locked(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = "file/run cannot be made: Not a directory; choose another"
    with pytest.raises(PosteyeError, match=told), locked(tmp_path / "file" / "run"):
        pass
