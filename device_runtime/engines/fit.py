"""Whether a model is the one that its manifest describes: asked when a bundle is loaded, not at the first strip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_runtime.engines.limits import check_width
from device_runtime.engines.net import Grid, Net
from device_runtime.errors import BundleError
from device_runtime.geometry import STRIP_HEIGHT_PX

if TYPE_CHECKING:
    from device_runtime.bundle import Manifest


def check_fit(manifest: Manifest, net: Net) -> None:
    """Check that a model can be what the manifest says: its strips, scores, grids, and the work.

    The scores of a strip have a column for each column_stride_px of every width that strips are padded to.

    Args:
        manifest: of the bundle.
        net: read from its model.tflite.

    Raises:
        BundleError: it cannot.
    """
    source, target = manifest.input, manifest.output
    outputs = target.sub_columns * (len(manifest.alphabet) + 2)
    step = target.sub_columns * target.column_stride_px
    _same("reads strips of {} rows", net.height_px, source.height_px)
    _same("reads strips of {} rows", source.height_px, STRIP_HEIGHT_PX)
    _same("takes {}", net.input, Grid(source.scale, source.zero_point))
    _same("gives {}", net.output, Grid(target.scale, target.zero_point))
    for width in source.widths_px:
        rows, columns, found = check_width(net, width)
        _same(f"gives {{}} rows for a strip of {width} px", rows, 1)
        _same(f"gives {{}} columns for a strip of {width} px", columns, width / step)
        _same("gives {} scores a column", found, outputs)


def _same(what: str, found: object, said: object) -> None:
    if found != said:
        raise BundleError(f"model.tflite {what.format(found)}, and the manifest asks for {said}")
