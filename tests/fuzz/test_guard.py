"""The fuzzers' arenas: what was not lent is closed to the core, and what was lent holds garbage."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from build_core import NoCompilerError, compiler
from tests.fuzz.targets import SANITIZERS, build_with_guard

PROGRAM = """
#include <stdlib.h>
#include "common/arena.h"
#include "guard.h"

int main(int count, char **arguments) {
    pe_arena arena = {malloc(4096), 4096, 0, 0};
    fz_guard(&arena, 0x5A);
    uint8_t *first = pe_take(&arena, 16, 1);
    size_t mark = arena.used;
    uint8_t *second = pe_take(&arena, 16, 1);
    if (count < 2 || first[0] != 0x5A || second[15] != 0x5A || fz_most_used() != arena.used) {
        return 2;
    }
    arena.used = mark;
    switch (atoi(arguments[1])) {
    case 0: first[15] = 1; break;
    case 1: second[15] = 1; break; /* given back, but nothing was lent since */
    case 2: first[16] = 1; break;
    case 3: second[-1] = 1; break;
    case 4: arena.memory[4095] = 1; break;
    default:
        first[15] = *(uint8_t *)pe_take(&arena, 1, 1);
        second[1] = 1; /* given back, and another has begun there */
    }
    fz_unguard(&arena);
    free(arena.memory);
    return 0;
}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        command = compiler()
    except NoCompilerError as error:
        pytest.skip(f"the guard of the fuzzers' arenas is not tested: {error}")
    source = tmp_path_factory.mktemp("guard") / "program.c"
    source.write_text(PROGRAM)
    return build_with_guard(command, SANITIZERS, source)


@pytest.mark.parametrize("place", range(6))
def test_only_what_was_lent_is_open(place: int, program: Path) -> None:
    done = subprocess.run([program, str(place)], capture_output=True, text=True, check=False)
    if place < 2:
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert done.returncode and "use-after-poison" in done.stderr
