"""The int8 net of a bundle rebuilt in torch: what every layer makes of a strip, and where an answer comes from.

Weights and biases are the bundle's, in real numbers; every map is rounded and cut as int8 kernels do it, so the
scores are those of the device, and no training folder is needed. Gradients pass through both, for a score that is sure
beyond the end of its grid has its reasons too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from device_runtime.bundle import Manifest
from device_runtime.engines.net import Conv, Grid, Net, Pad
from device_runtime.recognition.scanner import pad_to_width

FloatArray = NDArray[np.float64]
_FEWEST_ROWS = 8  # of a map for Grad-CAM: fewer do not tell the top of a digit from its bottom


@dataclass(frozen=True)
class Placement:
    """Where a map lies in the strip.

    Attributes:
        first: centre of its first value, px, (vertical, horizontal).
        step: from one value to the next, px, (vertical, horizontal).
    """

    first: tuple[float, float]
    step: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Seen:
    """What the net makes of a strip.

    Attributes:
        width_px: of the strip; maps reach further, over the paper with which it was filled up.
        convs: the layers.
        maps: real values after each layer, float32 [channels, rows, columns].
        placements: where the maps lie.
        logits: float32 [columns, classes], as many columns as the scanner gives.
    """

    width_px: int
    convs: tuple[Conv, ...]
    maps: tuple[Tensor, ...]
    placements: tuple[Placement, ...]
    logits: Tensor

    @property
    def hidden(self) -> FloatArray:
        """The last hidden layer, the input of the classifier: float64 [columns of the map, channels]."""
        return self.maps[-2][:, 0].T.detach().numpy().astype(np.float64)

    def values(self, layer: int) -> NDArray[np.float32]:
        """A map over the strip alone: float32 [channels, rows, columns]."""
        columns = -(-self.width_px // self.placements[layer].step[1])
        return self.maps[layer].detach().numpy()[:, :, :columns]

    @property
    def deepest_picture(self) -> int:
        """The deepest layer whose map still has enough rows to be a picture."""
        return max(i for i, found in enumerate(self.maps) if found.shape[1] >= _FEWEST_ROWS or i == 0)


def see(net: Net, manifest: Manifest, pixels: NDArray[np.uint8]) -> Seen:
    """Run the net on a strip.

    Args:
        net: of a bundle.
        manifest: of this bundle.
        pixels: the strip, uint8 [32, W], W >= 1.

    Raises:
        PosteyeError: the strip is wider than the model reads.
    """
    padded = pad_to_width(pixels, manifest.input.widths_px).astype(np.float32)
    strip = (padded + manifest.input.zero_point - net.input.zero_point) * net.input.scale
    x = torch.from_numpy(strip)[None].requires_grad_()
    convs, maps = [], []
    for step in net.steps:
        x = functional.pad(x, (*step.columns, *step.rows)) if isinstance(step, Pad) else _convolve(step, x)
        if isinstance(step, Conv):
            convs.append(step)
            maps.append(x)
    output = manifest.output
    columns = -(-pixels.shape[1] // (output.sub_columns * output.column_stride_px)) * output.sub_columns
    logits = x[:, 0].T.reshape(-1, len(manifest.alphabet) + 2)[:columns]
    return Seen(pixels.shape[1], tuple(convs), tuple(maps), _placements(net), logits)


def grad_cam(seen: Seen, layer: int, columns: NDArray[np.intp], kind: int) -> FloatArray:
    """Return how much each place of the strip speaks for a class in some columns.

    The gradient weights each value by itself, where Grad-CAM takes means over the map: here kernels that close the
    height differ from row to row, and the means of their rows cancel.

    Args:
        seen: what the net makes of the strip.
        layer: whose map is weighted.
        columns: in which the class is looked at, int [n].
        kind: the class.

    Returns:
        float64 [32, W], 0..1; all zero when nothing speaks for the class.

    Source: Selvaraju et al., "Grad-CAM", 2017, equation 2; unaveraged as in Draelos and Carin, "HiResCAM", 2020,
    equation 4.
    """
    target = seen.logits[torch.from_numpy(columns), kind].sum()
    (gradient,) = torch.autograd.grad(target, seen.maps[layer], retain_graph=True)
    heat = torch.relu((gradient * seen.maps[layer]).sum(0)).detach().numpy().astype(np.float64)
    spread = _to_strip(heat, seen.placements[layer], seen.width_px)
    return spread / max(float(spread.max()), 1e-12)


def _convolve(conv: Conv, x: Tensor) -> Tensor:
    scale = torch.from_numpy(conv.weight_scale.astype(np.float32))
    weight = torch.from_numpy(conv.weight.astype(np.float32)).permute(0, 3, 1, 2) * scale.view(-1, 1, 1, 1)
    bias = torch.from_numpy(conv.bias.astype(np.float32)) * scale * conv.input.scale
    padding = [side // 2 if conv.same else 0 for side in conv.weight.shape[1:3]]
    x = functional.conv2d(x[None], weight, bias, conv.stride, padding)[0]
    return _onto_grid(torch.relu(x) if conv.relu else x, conv.output)


def _onto_grid(x: Tensor, grid: Grid) -> Tensor:
    rounded = torch.fake_quantize_per_tensor_affine(x.detach(), grid.scale, grid.zero_point, -128, 127)
    return rounded + (x - x.detach())  # adds 0 exactly, and the gradient


def _placements(net: Net) -> tuple[Placement, ...]:
    """Centres and steps, layer after layer: padding moves a map's first centre, a stride widens its steps."""
    start = Placement((0.0, 0.0), (1, 1))
    after = accumulate(net.steps, lambda placed, step: _place(placed, step), initial=start)
    return tuple(placed for placed, step in zip(list(after)[1:], net.steps, strict=True) if isinstance(step, Conv))


def _place(before: Placement, step: Conv | Pad) -> Placement:
    if isinstance(step, Pad):
        shift, stride = (-step.rows[0], -step.columns[0]), (1, 1)
        middle = (0.0, 0.0)
    else:
        kernel = step.weight.shape[1:3]
        middle = (0.0, 0.0) if step.same else ((kernel[0] - 1) / 2, (kernel[1] - 1) / 2)
        shift, stride = (0, 0), step.stride
    first = tuple(f + s * (m + p) for f, s, m, p in zip(before.first, before.step, middle, shift, strict=True))
    return Placement((first[0], first[1]), (before.step[0] * stride[0], before.step[1] * stride[1]))


def _to_strip(heat: FloatArray, placed: Placement, width_px: int) -> FloatArray:
    """Spread a map over the strip's px, bilinearly: float64 [rows, columns] -> [32, W]."""
    rows, columns = (placed.first[i] + placed.step[i] * np.arange(heat.shape[i]) for i in (0, 1))
    height = placed.step[0] * heat.shape[0]
    tall = np.stack([np.interp(np.arange(height), rows, column) for column in heat.T], axis=1)
    return np.stack([np.interp(np.arange(width_px), columns, row) for row in tall])
