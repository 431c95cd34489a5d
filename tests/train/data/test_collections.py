"""The folder of `--strings`: what is missing or damaged in it is told at once, and by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from tests.train.collected import write_all_strokes, write_strings
from train.data.collections import FILES, require_collections
from train.data.real_strings import CLINIC_FILE, NOTARIES_FILE
from train.data.recorded import CAPITALS_FILE, DIGITS_FILE, NUMBERS_FILE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds all files."""
    write_strings(tmp_path, ["12", "345"], ["67", "89"])
    write_all_strokes(tmp_path)
    return tmp_path


def test_a_folder_with_all_files_is_enough(folder: Path) -> None:
    require_collections(folder)
    assert {path.name for path in folder.iterdir()} == FILES.keys()


def test_all_that_is_missing_is_named_in_one_line_with_where_it_comes_from(folder: Path) -> None:
    docs = 'docs/training.md says where they come from, under "The second mix"'
    for name in (NOTARIES_FILE, NUMBERS_FILE):
        (folder / name).unlink()
    with pytest.raises(PosteyeError) as some:
        require_collections(folder)
    assert str(some.value) == f"--strings {folder} lacks {NOTARIES_FILE}, {NUMBERS_FILE}; {docs}"
    for place in (folder / "nowhere", folder / CLINIC_FILE):
        with pytest.raises(PosteyeError) as every:
            require_collections(place)
        assert str(every.value) == f"--strings {place} lacks {', '.join(FILES)}; {docs}"
    page = (Path(__file__).parents[3] / "docs/training.md").read_text("utf-8")
    section = page.partition("### The second mix\n")[2].partition("\n#")[0]
    assert all(name in section for name in FILES)


def test_a_damaged_file_and_one_of_other_arrays_are_named(folder: Path) -> None:
    (folder / DIGITS_FILE).write_bytes((folder / DIGITS_FILE).read_bytes()[:-100])
    with pytest.raises(PosteyeError, match=f"{DIGITS_FILE} is damaged, or holds no arrays points, .*; fetch it again"):
        require_collections(folder)
    write_all_strokes(folder)
    np.savez(folder / CAPITALS_FILE, other=np.zeros(3))
    with pytest.raises(PosteyeError, match=f"{CAPITALS_FILE} is damaged, or holds no arrays"):
        require_collections(folder)
