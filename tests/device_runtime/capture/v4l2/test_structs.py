"""The structures and numbers are those of the kernel's header, as a C compiler has them."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from device_runtime.capture.v4l2 import controls, structs

HEADER = Path("/usr/include/linux/videodev2.h")
SIZES = {
    "struct v4l2_capability": structs.Capability,
    "struct v4l2_fmtdesc": structs.FormatDescription,
    "struct v4l2_format": structs.Format,
    "struct v4l2_streamparm": structs.StreamParameters,
    "struct v4l2_requestbuffers": structs.RequestBuffers,
    "struct v4l2_buffer": structs.Buffer,
    "struct v4l2_queryctrl": structs.ControlDescription,
    "struct v4l2_control": structs.ControlValue,
}
OFFSETS = {
    ("struct v4l2_capability", "device_caps"): structs.Capability.device_caps.offset,
    ("struct v4l2_fmtdesc", "pixelformat"): structs.FormatDescription.pixelformat.offset,
    ("struct v4l2_format", "fmt.pix.bytesperline"): structs.Format.fmt.offset + 16,
    ("struct v4l2_streamparm", "parm.capture.timeperframe"): structs.StreamParameters.parm.offset + 8,
    ("struct v4l2_buffer", "timestamp"): structs.Buffer.timestamp.offset,
    ("struct v4l2_buffer", "sequence"): structs.Buffer.sequence.offset,
    ("struct v4l2_buffer", "m.offset"): structs.Buffer.m.offset,
    ("struct v4l2_buffer", "length"): structs.Buffer.length.offset,
    ("struct v4l2_queryctrl", "flags"): structs.ControlDescription.flags.offset,
}
NUMBERS = {
    "VIDIOC_QUERYCAP": structs.QUERYCAP,
    "VIDIOC_ENUM_FMT": structs.ENUM_FMT,
    "VIDIOC_G_FMT": structs.G_FMT,
    "VIDIOC_S_FMT": structs.S_FMT,
    "VIDIOC_REQBUFS": structs.REQBUFS,
    "VIDIOC_QUERYBUF": structs.QUERYBUF,
    "VIDIOC_QBUF": structs.QBUF,
    "VIDIOC_DQBUF": structs.DQBUF,
    "VIDIOC_STREAMON": structs.STREAMON,
    "VIDIOC_STREAMOFF": structs.STREAMOFF,
    "VIDIOC_G_PARM": structs.G_PARM,
    "VIDIOC_S_PARM": structs.S_PARM,
    "VIDIOC_G_CTRL": structs.G_CTRL,
    "VIDIOC_S_CTRL": structs.S_CTRL,
    "VIDIOC_QUERYCTRL": structs.QUERYCTRL,
    "V4L2_BUF_TYPE_VIDEO_CAPTURE": structs.CAPTURE,
    "V4L2_MEMORY_MMAP": structs.MEMORY_MMAP,
    "V4L2_FIELD_NONE": structs.FIELD_NONE,
    "V4L2_CAP_VIDEO_CAPTURE": structs.CAN_CAPTURE,
    "V4L2_CAP_STREAMING": structs.CAN_STREAM,
    "V4L2_CAP_DEVICE_CAPS": structs.HAS_DEVICE_CAPS,
    "V4L2_CAP_TIMEPERFRAME": structs.CAN_SET_RATE,
    "V4L2_BUF_FLAG_ERROR": structs.BUFFER_ERROR,
    "V4L2_BUF_FLAG_TIMESTAMP_MASK": structs.CLOCK_MASK,
    "V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC": structs.CLOCK_MONOTONIC,
    "V4L2_BUF_FLAG_TSTAMP_SRC_MASK": structs.STAMP_MASK,
    "V4L2_BUF_FLAG_TSTAMP_SRC_SOE": structs.STAMP_AT_START,
    "V4L2_CTRL_FLAG_DISABLED": structs.CONTROL_DISABLED,
    "V4L2_CID_EXPOSURE_ABSOLUTE": controls.KINDS["exposure"].numbers[0],
    "V4L2_CID_EXPOSURE_AUTO": controls.KINDS["exposure"].switch,
    "V4L2_EXPOSURE_MANUAL": controls.KINDS["exposure"].by_hand,
    "V4L2_EXPOSURE_APERTURE_PRIORITY": controls.KINDS["exposure"].automatic[0],
    "V4L2_EXPOSURE_AUTO": controls.KINDS["exposure"].automatic[1],
    "V4L2_CID_GAIN": controls.KINDS["gain"].numbers[0],
    "V4L2_CID_ANALOGUE_GAIN": controls.KINDS["gain"].numbers[1],
    "V4L2_CID_AUTOGAIN": controls.KINDS["gain"].switch,
    "V4L2_CID_WHITE_BALANCE_TEMPERATURE": controls.KINDS["white_balance"].numbers[0],
    "V4L2_CID_AUTO_WHITE_BALANCE": controls.KINDS["white_balance"].switch,
    "V4L2_CID_FOCUS_ABSOLUTE": controls.KINDS["focus"].numbers[0],
    "V4L2_CID_FOCUS_AUTO": controls.KINDS["focus"].switch,
}


@pytest.mark.skipif(not HEADER.exists() or not shutil.which("cc"), reason="needs a C compiler and linux/videodev2.h")
def test_sizes_places_and_numbers_are_those_of_the_header(tmp_path: Path) -> None:
    wanted = [ctypes.sizeof(kind) for kind in SIZES.values()] + list(OFFSETS.values()) + list(NUMBERS.values())
    asked = [f"sizeof({name})" for name in SIZES]
    asked += [f"offsetof({name}, {member})" for name, member in OFFSETS] + list(NUMBERS)
    lines = "".join(f'printf("%lu\\n", (unsigned long)({one}) & 0xffffffffUL);' for one in asked)
    program = f"#include <stddef.h>\n#include <stdio.h>\n#include <linux/videodev2.h>\nint main(void) {{ {lines} }}\n"
    (tmp_path / "told.c").write_text(program)
    subprocess.run(["cc", "-w", "-o", tmp_path / "told", tmp_path / "told.c"], check=True)
    told = subprocess.run([tmp_path / "told"], capture_output=True, text=True, check=True).stdout.split()
    assert dict(zip(asked, map(int, told), strict=True)) == dict(zip(asked, wanted, strict=True))


# Size of a pointer to: sizes of buffer and format, places of a buffer's stamp, number, memory and length.
LAYOUTS = {4: (80, 204, 24, 56, 64, 68), 8: (88, 208, 24, 56, 64, 72)}


def test_the_layout_here_is_that_of_the_word_size() -> None:
    buffer = structs.Buffer
    places = (buffer.timestamp.offset, buffer.sequence.offset, buffer.m.offset, buffer.length.offset)
    sizes = (ctypes.sizeof(buffer), ctypes.sizeof(structs.Format))
    assert sizes + places == LAYOUTS[ctypes.sizeof(ctypes.c_void_p)]


@pytest.mark.parametrize(("machine", "word"), [("arm-linux-musleabihf", 4), ("aarch64-linux-musl", 8)])
def test_other_machines_have_the_layout_of_their_word_size(machine: str, word: int, tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    asked = ["sizeof(struct v4l2_buffer)", "sizeof(struct v4l2_format)"]
    asked += [f"offsetof(struct v4l2_buffer, {member})" for member in ("timestamp", "sequence", "m", "length")]
    claims = "".join(f'_Static_assert({one} == {value}, "");' for one, value in zip(asked, LAYOUTS[word], strict=True))
    (tmp_path / "told.c").write_text(f"#include <stddef.h>\n#include <linux/videodev2.h>\n{claims}\n")
    compiler = [sys.executable, "-m", "ziglang", "cc", "-target", machine, "-c", "-o", os.devnull, "told.c"]
    done = subprocess.run(compiler, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
