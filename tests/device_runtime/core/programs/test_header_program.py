"""What Python says of the core's headers is what a compiler finds in it: sizes, places of fields, numbers."""

from __future__ import annotations

import ctypes
import re
import subprocess
from pathlib import Path
from struct import calcsize

import pytest

from build_core import SOURCES, WARNINGS, NoCompilerError, compiler
from device_runtime.core import block, checks, frames, library, strips, structs
from device_runtime.decoding import core_decoder
from device_runtime.decoding.decoder import RESERVE
from device_runtime.grammar.automaton import LONGEST_CODE
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.recognition import lattice

STRUCTS: dict[str, type[ctypes.Structure]] = {
    "pe_arena": structs.Arena,
    "pe_net": structs.Net,
    "pe_graph": structs.Graph,
    "pe_costs": structs.Costs,
    "pe_options": structs.Options,
    "pe_candidate": structs.CandidateStruct,
    "pe_character": structs.CharacterStruct,
    "pe_decoding": structs.DecodingStruct,
    "pe_frame": frames._Frame,
    "pe_traced": frames._Traced,
    "pe_rule_sizes": frames._Sizes,
    "pe_turned": frames._Turned,
}
# Fields in the order in which Python packs them, and how.
PACKED = {
    "pe_gray": (block._GRAY.format, ["pixels", "height", "width", "stride"]),
    "pe_strip": (
        strips._STRIP.format,
        ["pixels", "width", "has_ink", "second_line", "cut_left", "cut_right", "image_from_strip"],
    ),
}
PACKED |= {
    "pe_place": (checks._PLACE.format, ["begin", "end", "code_begin", "code_end", "image_from_strip"]),
    "pe_box": (checks._RUN.format, ["left", "top", "right", "bottom"]),
}
NUMBERS: dict[str, float] = {
    "PE_ABI_VERSION": library.ABI_VERSION,
    "PE_OK": structs.OK,
    "PE_ARENA_FULL": structs.ARENA_FULL,
    "PE_INVALID": structs.INVALID,
    "PE_BLOCK_PX": frames.BLOCK_PX,
    "PE_STRIP_HEIGHT_PX": structs.STRIP_HEIGHT_PX,
    "PE_INK_DARK": strips._INKS.index("dark"),
    "PE_INK_LIGHT": strips._INKS.index("light"),
    "PE_INK_UNCLEAR": strips._INKS.index("unclear"),
    "PE_INK_PANEL": strips._INKS.index("panel"),
    "PE_MOST_CHARACTERS": structs.MOST_CHARACTERS,
    "PE_MOST_SEPARATORS": structs.MOST_SEPARATORS,
    "PE_MOST_CANDIDATES": structs.MOST_CANDIDATES,
    "PE_MOST_RESERVE": structs.MOST_RESERVE,
    "PE_LONGEST_CODE": structs.LONGEST_CODE,
    "PE_MOST_SIGNS": structs.MOST_SIGNS,
    "PE_PLAIN": lattice.PLAIN,
    "PE_OPEN": lattice.OPEN,
    "PE_MARKED": lattice.MARKED,
}
HEADERS = "".join(path.read_text("utf-8") for path in sorted(SOURCES.glob("posteye_*.h")))
TASK = (SOURCES / "decoding" / "task.c").read_text("utf-8")
# Of task.c alone.
BOUNDS: dict[str, float] = {
    "LEAST_SCALE": core_decoder._SCALES[0],
    "MOST_SCALE": core_decoder._SCALES[1],
    "EXACT_SUM": core_decoder._EXACT_SUM,
    "COLUMN_MASS": core_decoder._COLUMN_MASS,
}


def printed(folder: Path) -> dict[str, float]:
    """What a program that includes the headers prints, by the expression."""
    bounds = re.findall(r"^#define (?:LEAST|MOST)_SCALE .*|^#define (?:EXACT_SUM|COLUMN_MASS) .*", TASK, re.M)
    fields = [f"offsetof({of}, {name})" for of, (_, names) in PACKED.items() for name in names]
    fields += [f"offsetof({of}, {field[0]})" for of, struct in STRUCTS.items() for field in struct._fields_]
    sizes = [f"sizeof({of})" for of in (*STRUCTS, *PACKED)]
    told = [f'printf("%s=%.17g\\n", "{what}", (double){what});' for what in (*fields, *sizes, *NUMBERS, *BOUNDS)]
    head = ["#include <stddef.h>", "#include <stdio.h>", '#include "posteye_core.h"', *bounds]
    (folder / "told.c").write_text("\n".join([*head, "int main(void) {", *told, "return 0;", "}", ""]))
    command = [*compiler(), "-std=c99", *WARNINGS, f"-I{SOURCES}", "told.c", "-o", "told"]
    subprocess.run(command, cwd=folder, check=True)
    lines = subprocess.run([folder / "told"], capture_output=True, text=True, check=True).stdout.splitlines()
    return {what: float(value) for what, _, value in (line.partition("=") for line in lines)}


@pytest.fixture(scope="module")
def header(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    try:
        return printed(tmp_path_factory.mktemp("header"))
    except NoCompilerError as error:
        pytest.skip(f"the core's headers are not compared with Python: {error}")


def test_numbers_are_the_header_s(header: dict[str, float]) -> None:
    wanted = NUMBERS | BOUNDS
    assert {name: header[name] for name in wanted} == wanted
    assert len(SEPARATORS) <= structs.MOST_SEPARATORS and RESERVE <= structs.MOST_RESERVE
    assert LONGEST_CODE == structs.LONGEST_CODE


@pytest.mark.parametrize("of", STRUCTS)
def test_the_structs_of_ctypes_are_laid_out_as_the_header_s(of: str, header: dict[str, float]) -> None:
    struct = STRUCTS[of]
    places = {field[0]: getattr(struct, field[0]).offset for field in struct._fields_}
    assert {name: header[f"offsetof({of}, {name})"] for name in places} == places
    assert header[f"sizeof({of})"] == ctypes.sizeof(struct)
    assert list(places) == in_header(of)


@pytest.mark.parametrize("of", PACKED)
def test_what_is_packed_lies_where_the_header_has_it(of: str, header: dict[str, float]) -> None:
    format_, names = PACKED[of]
    each = [kind for count, kind in re.findall(r"(\d*)([A-Za-z])", format_) for _ in range(int(count or 1))]
    places = [calcsize("@" + "".join(each[: place + 1])) - calcsize("@" + each[place]) for place in range(len(names))]
    assert [header[f"offsetof({of}, {name})"] for name in names] == places
    assert header[f"sizeof({of})"] == calcsize(format_)
    assert names == in_header(of)


def in_header(of: str) -> list[str]:
    """The fields of a struct, as a header writes them."""
    text = re.sub(r"/\*.*?\*/", "", HEADERS, flags=re.S)
    (body,) = re.findall(rf"typedef struct {{([^}}]*)}} {of};", text)
    return [name for line in body.split(";") for name in re.findall(r"(\w+)(?:\[\w+\])?\s*(?:,|$)", line.strip())]
