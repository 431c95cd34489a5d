"""The networks of the 1998 paper as plans, and a torch module that runs any of them in batches.

A plan is a row of layers. Convolutions may be connected by a table; a full layer is a convolution as large as its
input. The per-sample trainer (train/lenet1998/per_sample.py) works on the same plans and the same order of parameters.
Source: LeCun et al. 1998, sections II-B, III-C and appendix A.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from device_runtime.errors import PosteyeError

AMPLITUDE, SLOPE = 1.7159, 2 / 3  # f(a) = A tanh(S a), so that f(1) = 1 and f(-1) = -1
BACKGROUND, FOREGROUND = -0.1, 1.175
INITIAL_SPREAD = 2.4
Table = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Convolution:
    """Maps that each look at some maps below through square windows.

    Attributes:
        maps: how many there are.
        kernel: side of a window in px.
        table: for each map the numbers of the maps below that it looks at; None = all.
        squash: whether f follows; the last layer may go without.
    """

    maps: int
    kernel: int
    table: Table | None = None
    squash: bool = True


@dataclass(frozen=True)
class Subsampling:
    """Halves the maps below: sum of 2 x 2 inputs, times a trainable coefficient, plus a trainable bias, then f.

    Attributes:
        parents: for each map the number of the map below that it halves; None = one each.
    """

    parents: tuple[int, ...] | None = None


Layer = Convolution | Subsampling


@dataclass(frozen=True)
class Plan:
    """A network.

    Attributes:
        name: as the paper calls it.
        side: of its square input, in px.
        layers: from the input on.
        rbf: whether RBF units stand on the last layer.
    """

    name: str
    side: int
    layers: tuple[Layer, ...]
    rbf: bool = False


@dataclass(frozen=True)
class Size:
    """What a layer or a net costs."""

    parameters: int  # that can be trained
    connections: int  # biases counted
    products: int  # multiply-accumulates; biases not counted


@dataclass(frozen=True)
class SizedLayer:
    """A layer with its sizes in a plan: number and side of the maps that it takes and gives."""

    layer: Layer
    maps_in: int
    side_in: int  # px
    maps_out: int
    side_out: int  # px

    @property
    def window(self) -> int:
        """Kernel side in px."""
        return self.layer.kernel if isinstance(self.layer, Convolution) else 2

    def size(self) -> Size:
        """Parameters, connections and products of the layer."""
        positions = self.side_out**2
        if isinstance(self.layer, Subsampling):
            return Size(2 * self.maps_out, 5 * self.maps_out * positions, self.maps_out * positions)
        weights = int(self.mask().sum()) * self.window**2
        return Size(weights + self.maps_out, (weights + self.maps_out) * positions, weights * positions)

    def mask(self) -> Tensor:
        """Which pairs (map above, map below) a convolution connects: bool [maps_out, maps_in]."""
        table = self.layer.table if isinstance(self.layer, Convolution) else None
        if table is None:
            return torch.ones(self.maps_out, self.maps_in, dtype=torch.bool)
        mask = torch.zeros(self.maps_out, self.maps_in, dtype=torch.bool)
        for above, below in enumerate(table):
            mask[above, list(below)] = True
        return mask


def sized_layers(plan: Plan) -> Iterator[SizedLayer]:
    """The layers of a plan with their sizes, from the input on."""
    maps, side = 1, plan.side
    for layer in plan.layers:
        if isinstance(layer, Convolution):
            given, left = layer.maps, side - layer.kernel + 1
        else:
            given, left = len(layer.parents or range(maps)), side // 2
        if left < 1:
            raise PosteyeError(f"{plan.name}: {layer} does not fit on maps of {side} px; take a smaller kernel")
        yield SizedLayer(layer, maps, side, given, left)
        maps, side = given, left


# Table I: which maps of S2 each map of C3 looks at.
C3_TABLE: Table = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
LENET_5 = Plan(
    "LeNet-5",
    32,
    (
        Convolution(6, 5),
        Subsampling(),
        Convolution(16, 5, C3_TABLE),
        Subsampling(),
        Convolution(120, 5),
        Convolution(84, 1),
    ),
    rbf=True,
)

# The 1990 paper on LeNet-1 gives 2,578 parameters and 98,442 connections; 20 pairs in two blocks give both.
_LENET_1_BLOCK = ((0,), (0, 1), (0, 1), (1,), (0, 1), (0, 1))
_LENET_1_TABLE: Table = (*_LENET_1_BLOCK, *(tuple(m + 2 for m in row) for row in _LENET_1_BLOCK))
LENET_1 = Plan(
    "LeNet-1",
    28,
    (Convolution(4, 5), Subsampling(), Convolution(12, 5, _LENET_1_TABLE), Subsampling(), Convolution(10, 4)),
)

# Of LeNet-4 only the maps and two totals are published: about 260,000 connections and about 17,000 parameters. A full
# layer of 120 units on 16 maps of 5 x 5 would alone have 48,120, so it must be sparse too. 60 pairs between the maps
# (as in LeNet-5) and four or five of the sixteen maps for each of the 120 units are the even choice that gives both.
_LENET_4_TABLE: Table = tuple(
    tuple(sorted((m + step) % 8 for step in ((0, 1, 3, 6) if m % 4 else (0, 1, 3)))) for m in range(16)
)
_LENET_4_UNITS: Table = tuple(
    tuple(sorted((u + k * (1 + 2 * (u // 16))) % 16 for k in range(5 if u % 3 else 4))) for u in range(120)
)
LENET_4 = Plan(
    "LeNet-4",
    32,
    (
        Convolution(4, 5),
        Subsampling((0, 0, 1, 1, 2, 2, 3, 3)),
        Convolution(16, 5, _LENET_4_TABLE),
        Subsampling(),
        Convolution(120, 5, _LENET_4_UNITS),
        Convolution(10, 1),
    ),
)


class LeNet(nn.Module):
    """A plan as a torch module: images float32 [n, side, side] in -0.1..1.175 -> outputs of the last layer [n, units].

    Weights start uniform within 2.4 / fan-in (appendix A), where the fan-in of a map is that of its table.
    """

    def __init__(self, plan: Plan, seed: int) -> None:
        super().__init__()
        self.plan = plan
        self.sized_layers = tuple(sized_layers(plan))
        random = torch.Generator().manual_seed(seed)
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for sized in self.sized_layers:
            weight, bias = _initial(sized, random)
            self.weights.append(nn.Parameter(weight))
            self.biases.append(nn.Parameter(bias))

    def forward(self, images: Tensor) -> Tensor:
        return self._run(images, len(self.sized_layers))

    def hidden(self, images: Tensor) -> Tensor:
        """Outputs of the last layer but one: float32 [n, units]."""
        return self._run(images, len(self.sized_layers) - 1)

    def _run(self, images: Tensor, layers: int) -> Tensor:
        """Outputs of the layer with this number, counted from 1: float32 [n, units]."""
        x = images[:, None]  # [n, 1, side, side]
        for sized, weight, bias in list(zip(self.sized_layers, self.weights, self.biases, strict=True))[:layers]:
            # x becomes [n, maps_out, side_out, side_out]
            if isinstance(sized.layer, Convolution):
                x = functional.conv2d(x, weight, bias)
            else:
                summed = 4 * functional.avg_pool2d(x, 2)
                if sized.layer.parents is not None:
                    summed = summed[:, list(sized.layer.parents)]
                x = summed * weight[:, None, None] + bias[:, None, None]
            if not (isinstance(sized.layer, Convolution) and not sized.layer.squash):
                x = AMPLITUDE * torch.tanh(SLOPE * x)
        return x.flatten(1)


def with_parameters(plan: Plan, row: np.ndarray) -> LeNet:
    """A net with the parameters that training left.

    Args:
        plan: of the net.
        row: weights and biases of each layer in turn, float32 [parameters].

    Raises:
        PosteyeError: when the row is not as long as the plan's, or connects what the plan's table does not.
    """
    net = LeNet(plan, seed=0)
    parameters = [p for pair in zip(net.weights, net.biases, strict=True) for p in pair]
    ends = np.cumsum([p.numel() for p in parameters])
    if row.shape != (ends[-1],):
        raise PosteyeError(
            f"these parameters, {row.shape}, are not those of {plan.name}, which has {ends[-1]} in a row"
        )
    with torch.no_grad():
        for parameter, part in zip(parameters, np.split(row, ends[:-1]), strict=True):
            parameter.copy_(torch.from_numpy(part.reshape(parameter.shape)))
    for sized, weight in zip(net.sized_layers, net.weights, strict=True):
        if isinstance(sized.layer, Convolution) and bool(weight.detach()[~sized.mask()].any()):
            raise PosteyeError(f"these parameters connect maps that {plan.name} does not: they are of another net")
    return net


def _initial(sized: SizedLayer, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """First weights and biases of a layer, as its parameters are shaped."""

    def uniform(shape: tuple[int, ...]) -> Tensor:
        return 2 * torch.rand(shape, generator=random) - 1

    if isinstance(sized.layer, Subsampling):
        spread = INITIAL_SPREAD / 4
        return uniform((sized.maps_out,)) * spread, uniform((sized.maps_out,)) * spread
    mask = sized.mask()  # [maps_out, maps_in]
    spreads = INITIAL_SPREAD / (mask.sum(1) * sized.window**2)  # [maps_out]
    shape = (sized.maps_out, sized.maps_in, sized.window, sized.window)
    weights = uniform(shape) * spreads[:, None, None, None] * mask[:, :, None, None]
    return weights, uniform((sized.maps_out,)) * spreads


def total(plan: Plan) -> Size:
    """Parameters, connections and products of a whole net, its RBF units' connections (10 x 84) among them."""
    sizes = [sized.size() for sized in sized_layers(plan)]
    units = list(sized_layers(plan))[-1].maps_out * 10 if plan.rbf else 0
    return Size(
        sum(size.parameters for size in sizes),
        sum(size.connections for size in sizes) + units,
        sum(size.products for size in sizes) + units,
    )


def as_input(images: np.ndarray, side: int) -> Tensor:
    """Digits in the middle of the net's input: float32 [n, side, side], paper -0.1, ink 1.175.

    Args:
        images: uint8 [n, h, w], ink bright.
        side: of the input, in px.

    Raises:
        PosteyeError: when the digits are larger.
    """
    count, rows, columns = images.shape
    top, left = (side - rows) // 2, (side - columns) // 2
    if top < 0 or left < 0:
        raise PosteyeError(f"digits of {rows} x {columns} px do not fit into {side} x {side}; make them smaller")
    gray = torch.zeros(count, side, side)
    gray[:, top : top + rows, left : left + columns] = torch.from_numpy(images).float() / 255
    return gray * (FOREGROUND - BACKGROUND) + BACKGROUND
