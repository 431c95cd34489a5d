"""What a net may ask for: the sizes, scales and sums with which every engine computes it without harm.

A model file is a stranger's until it was read: nothing in it may cost a small device its memory or minutes of work. The
limits are about twenty times what the shipped net needs.
"""

from __future__ import annotations

import math

import numpy as np

from device_runtime.engines.net import Conv, Net, Pad
from device_runtime.engines.record import require
from device_runtime.errors import BundleError

MOST_BYTES = 4 << 20  # of a model file
_MOST_STEPS = 64
_MOST_WEIGHTS = 2 << 20  # in all
_MOST_ROWS, _MOST_CHANNELS, _WIDEST_KERNEL_PX, _WIDEST_PAD_PX, _LONGEST_STRIDE_PX = 1024, 1024, 64, 64, 64
_DRAWN_PX = 160  # a strip of this width must fit
_MOST_PRODUCTS = 1 << 30  # in the widest strip
_MOST_WORKING_BYTES = 32 << 20  # of the largest step in the widest strip: its map, and the patches of the NumPy engine
_SCALES = 2.0**-40, 2.0**40  # so that their products are ordinary float32 numbers
_MULTIPLIERS = 2.0**-32, 256.0  # what XNNPACK accepts

Shape = tuple[int, int, int]  # rows, columns, channels


def check_net(net: Net) -> None:
    """Refuse a net with sizes, scales or sums that no engine should be given.

    Raises:
        BundleError: it has such.
    """
    require(0 < len(net.steps) <= _MOST_STEPS, f"it has {len(net.steps)} steps")
    require(0 < net.height_px <= _MOST_ROWS, f"it reads strips of {net.height_px} rows")
    require(_SCALES[0] <= net.input.scale <= _SCALES[1], "a scale is out of range")
    for step in net.steps:
        _check_pad(step) if isinstance(step, Pad) else _check_conv(step)
    weights = sum(step.weight.size for step in net.steps if isinstance(step, Conv))
    require(weights <= _MOST_WEIGHTS, f"it has {weights} weights")
    check_width(net, _DRAWN_PX)


def check_width(net: Net, width_px: int) -> Shape:
    """Find the size of the scores of a strip.

    Args:
        net: the net.
        width_px: of the strip.

    Returns:
        Rows, columns and channels.

    Raises:
        BundleError: the strip costs too much work or memory, or is too narrow.
    """
    shape: Shape = (net.height_px, width_px, 1)
    products = 0
    for step in net.steps:
        shape = shape_after(step, shape)
        # Products and working memory of a step: patches and sums, 4 bytes a number, for each place of its map.
        per_place = math.prod(step.weight.shape[1:]) if isinstance(step, Conv) else 0
        places = shape[0] * shape[1]
        products += places * shape[2] * per_place
        working = places * (8 * per_place + 8 * shape[2])
        require(products <= _MOST_PRODUCTS, f"it needs more than {_MOST_PRODUCTS} products for {width_px} px")
        require(working <= _MOST_WORKING_BYTES, f"{step.name} needs {working >> 20} MB for {width_px} px")
    return shape


def shape_after(step: Conv | Pad, shape: Shape) -> Shape:
    """Return the shape of a map after a step.

    Args:
        step: of the net.
        shape: rows, columns and channels before it.

    Raises:
        BundleError: the step does not fit the map.
    """
    rows, columns, channels = shape
    if isinstance(step, Pad):
        return rows + sum(step.rows), columns + sum(step.columns), channels
    out, height, width, depth = step.weight.shape
    fits = depth == channels and (step.same or (height <= rows and width <= columns))
    require(fits, f"{step.name} does not fit the map before it")
    if step.same:
        return rows, columns, out
    return (rows - height) // step.stride[0] + 1, (columns - width) // step.stride[1] + 1, out


def check_sums(conv: Conv) -> float:
    """Return the largest sum of products and bias that a convolution can meet.

    Raises:
        BundleError: 32 bits may not hold it, or the multiplier (input scale * weight scale / output scale) is one that
            no
            kernel takes.
    """
    # How far an input can be from its zero point, times the weights of each output: float of int64 [out].
    furthest = max(127 - conv.input.zero_point, 128 + conv.input.zero_point)
    weights = np.abs(conv.weight.reshape(len(conv.weight), -1).astype(np.int64)).sum(axis=1)
    largest = float((weights * furthest + np.abs(conv.bias.astype(np.int64))).max())
    with np.errstate(all="ignore"):  # what is no number or infinite is refused below
        multiplier = np.float32(conv.input.scale) * conv.weight_scale / np.float32(conv.output.scale)
    if not (largest * max(1.0, float(multiplier.max())) < 2**30 and float(multiplier.max()) < _MULTIPLIERS[1]):
        raise BundleError(f"model.tflite: {conv.name} can overflow the 32-bit sums of the kernels")
    return largest


def _check_conv(conv: Conv) -> None:
    out, height, width, depth = conv.weight.shape
    require(max(out, depth) <= _MOST_CHANNELS, f"{conv.name} has {max(out, depth)} channels")
    require(max(height, width) <= _WIDEST_KERNEL_PX, f"{conv.name} has a kernel of {height} x {width} px")
    require(max(conv.stride) <= _LONGEST_STRIDE_PX, f"{conv.name} has a stride of {max(conv.stride)} px")
    scales = np.array([conv.output.scale, *conv.weight_scale], np.float64)
    require(bool(((scales >= _SCALES[0]) & (scales <= _SCALES[1])).all()), f"{conv.name} has a scale out of range")
    smallest = conv.input.scale * float(conv.weight_scale.min()) / conv.output.scale
    require(smallest >= _MULTIPLIERS[0], f"{conv.name} has scales that no kernel takes")
    check_sums(conv)


def _check_pad(pad: Pad) -> None:
    sizes = (*pad.rows, *pad.columns)
    require(min(sizes) >= 0 and max(sizes) <= _WIDEST_PAD_PX, f"{pad.name} pads by an impossible size")
