"""The probe's answer becomes stages that add up, and libraries by their files."""

from __future__ import annotations

import pytest

from benchmarks.instructions.counted import counted, libraries
from device_runtime.errors import PosteyeError
from tests.benchmarks.instructions.made import answer, picture


def test_the_lattice_counts_as_decoding_and_the_stages_add_up() -> None:
    found = counted(answer(decode=9_000_000)).stages
    assert found["normalize"] == 4_600_000 and found["polarity"] == 600_000
    assert found["scan"] == 3_700_000 and found["decode"] == 9_000_000 and found["rest"] == 50_000
    assert found["whole"] == sum(found[stage] for stage in ("normalize", "scan", "decode", "rest"))


def test_of_a_picture_lines_and_whole_are_told() -> None:
    assert set(picture().stages) == {"locate", "whole"}


@pytest.mark.parametrize("broken", [{"scan": 0}, {"clock": answer()["clock"] | {"total": 3}}])
def test_a_reader_that_passes_elsewhere_is_noticed(broken: dict[str, object]) -> None:
    with pytest.raises(PosteyeError, match=r"mend benchmarks/instructions/probe\.py"):
        counted(answer() | broken)


def test_libraries_are_told_by_their_files() -> None:
    files = {
        "/root-1/usr/bin/python3.13": 1,
        "/root-1/usr/lib/python3.13/lib-dynload/mmap.so": 2,
        "/root-1/usr/lib/aarch64-linux-gnu/libm.so.6": 4,
        "/root-1/usr/lib/aarch64-linux-gnu/libc.so.6": 8,
        "/site-1/numpy/_core/_multiarray_umath.so": 16,
        "/site-1/numpy.libs/libscipy_openblas64_.so": 32,
        "/site-1/cv2/cv2.abi3.so": 64,
        "/site-1/ai_edge_litert/libpywrap_litert_common.so": 128,
        "/own/device_runtime/core/libposteye_core.so": 256,
        "/root-1/usr/lib/aarch64-linux-gnu/libstdc++.so.6": 512,
        "": 1024,
    }
    assert libraries(files) == {
        "posteye's core in C": 256,
        "OpenCV": 64,
        "LiteRT": 128,
        "NumPy": 48,
        "C library": 12,
        "CPython": 3,
        "others": 1536,
    }
