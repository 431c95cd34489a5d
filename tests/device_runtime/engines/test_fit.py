"""A model that its manifest does not describe is refused when the reader is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from convert.bundle.writer import write_bundle
from device_runtime.bundle import MODEL_FILE, ONNX_FILE, load_bundle
from device_runtime.errors import BundleError
from device_runtime.reader import Reader
from tests.engines_here import ALL_ENGINES


@pytest.mark.parametrize("engine", ALL_ENGINES)
@pytest.mark.parametrize(
    ("part", "changes", "complaint"),
    [
        ("input", {"height_px": 28}, "reads strips of 32 rows, and the manifest asks for 28"),
        ("input", {"scale": 0.004}, "takes Grid"),
        ("input", {"zero_point": 0}, "takes Grid"),
        ("input", {"widths_px": (96, 162 + 2, 65536)}, "for 65536 px"),
        ("output", {"scale": 0.5}, "gives Grid"),
        ("output", {"sub_columns": 3}, "columns for a strip of 64 px"),
        ("output", {"sub_columns": 1, "column_stride_px": 4}, "gives 24 scores a column, and the manifest asks for 12"),
        ("output", {"column_stride_px": 4}, "gives 16 columns for a strip of 64 px, and the manifest asks for 8.0"),
        (None, {"alphabet": "012345678"}, "gives 24 scores a column, and the manifest asks for 22"),
    ],
)
def test_a_manifest_of_another_model_is_refused(
    tmp_path: Path, engine: str, part: str | None, changes: dict[str, Any], complaint: str
) -> None:
    shipped = load_bundle()
    whole: Any = shipped.manifest
    if part is not None:
        changes = {part: msgspec.structs.replace(getattr(whole, part), **changes)}
    wrong = msgspec.structs.replace(whole, **changes)
    onnx = (shipped.folder / ONNX_FILE).read_bytes()
    write_bundle(tmp_path / "made", wrong, (shipped.folder / MODEL_FILE).read_bytes(), onnx)
    with pytest.raises(BundleError, match=complaint) as caught:
        Reader(bundle=tmp_path / "made", engine=engine)
    assert str(tmp_path / "made") in str(caught.value) and "\n" not in str(caught.value)
