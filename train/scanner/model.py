"""The scanning LeNet: a fully convolutional net that slides over a whole strip (paper, section VII).

Against LeNet-5 it keeps the plan (5x5 first layer, resolution halved twice, a layer that closes the height, a
classifier) and takes ReLU, batch normalisation and strided convolutions for speed on int8 kernels. The classifier
writes two sub-columns per stride, so that "11" and "00" keep a blank between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from device_runtime.grammar.grammar import DIGITS
from device_runtime.recognition.columns import Columns
from train.scanner.sizes import SMALL

CLASSES = len(DIGITS) + 2  # the digits, blank, rubbish
SUB_COLUMNS = 2
COLUMNS = Columns(first_px=-1, stride_px=2, sub_columns=SUB_COLUMNS)
INPUT_SCALE = 1 / 256  # of a pixel 0..255


@dataclass(frozen=True)
class ConvShape:
    """One convolution: kernel, stride and padding as (vertical, horizontal) pixels."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]


# For a strip of 32 rows: 16, 8, 8, 4, 1, 1, 1, 1 rows. The search for them: docs/accuracy.md.
SHAPES = (
    ConvShape((5, 5), (2, 2), (2, 2)),
    ConvShape((3, 3), (2, 2), (1, 1)),
    ConvShape((3, 3), (1, 1), (1, 1)),
    ConvShape((3, 3), (2, 1), (1, 1)),
    ConvShape((4, 3), (1, 1), (0, 1)),
    ConvShape((1, 3), (1, 1), (0, 1)),
    ConvShape((1, 3), (1, 1), (0, 1)),
    ConvShape((1, 3), (1, 1), (0, 1)),
)
RECEPTIVE_FIELD_PX = 57


class ScanningLeNet(nn.Module):
    """Float scanner: strips float32 [batch, 1, 32, W], ink = 1, W a multiple of 4 -> logits [batch, W / 2, classes]."""

    def __init__(self, channels: tuple[int, ...] = SMALL, shapes: tuple[ConvShape, ...] = SHAPES) -> None:
        """Raises ValueError when there are not as many channel numbers as layers."""
        super().__init__()
        if len(channels) != len(shapes):
            raise ValueError(f"{len(channels)} numbers of channels for a net of {len(shapes)} layers")
        sizes = (1, *channels)
        self.channels, self.shapes = channels, shapes
        self.convs = nn.ModuleList(
            nn.Conv2d(sizes[i], sizes[i + 1], s.kernel, s.stride, s.padding, bias=False) for i, s in enumerate(shapes)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(c) for c in channels)
        self.head = nn.Conv2d(channels[-1], SUB_COLUMNS * CLASSES, 1)

    def forward(self, strips: Tensor) -> Tensor:
        x = strips
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = torch.relu(norm(conv(x)))
        return columns(self.head(x))


def columns(head: Tensor) -> Tensor:
    """Unfold the head's map [batch, sub-columns * classes, 1, W / 4] into logits [batch, W / 2, classes]."""
    batch, _, _, width = head.shape
    split = head.reshape(batch, SUB_COLUMNS, CLASSES, width)
    return split.permute(0, 3, 1, 2).reshape(batch, width * SUB_COLUMNS, CLASSES)
