"""A trained scanner's weights in a wider net that reads exactly what it read, and has room to learn more.

After Chen, Goodfellow and Shlens, "Net2Net: Accelerating Learning via Knowledge Transfer" (2016), section 3. There new
channels are copies of old ones; here they are random and nothing listens to them yet: copies would get equal gradients.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from train.scanner.model import ScanningLeNet
from train.scanner.quantization import QuantScanner

_SMALLEST = 1e-6


def fits(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    """Whether a net of such channels can be widened to one of others: as many layers, none of them narrower."""
    return len(new) == len(old) and all(there <= wanted for there, wanted in zip(old, new, strict=True))


def widened(source: QuantScanner, channels: tuple[int, ...], strips: Tensor, seed: int) -> ScanningLeNet:
    """A float net of these widths that scores strips as the source does, up to the rounding of its maps.

    Quantised layers have their batch normalisation folded in. It is unfolded again: every channel's mean and spread are
    measured on strips, so that the net can be trained on as one that was never quantised.

    Args:
        source: a finished scanner.
        channels: of each layer, at least those of the source.
        strips: float32 [batch, 1, 32, W], ink = 1: writing as it comes.
        seed: of the new channels.

    Raises:
        ValueError: a layer would be narrower than the source's, or there is another number of layers.
    """
    if not fits(source.channels, channels):
        raise ValueError(f"a net of channels {source.channels} does not fit into one of {channels}")
    random = torch.Generator().manual_seed(seed)
    net = ScanningLeNet(channels)
    net.eval()
    layers = list(source.convs())
    with torch.no_grad():
        x = strips
        for layer, conv, norm in zip(layers[:-1], net.convs, net.norms, strict=True):
            assert isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)
            assert norm.running_mean is not None and norm.running_var is not None
            out, into = layer.weight.shape[:2]
            # Rows of norm 1, old and new; old channels take nothing from new ones.
            lengths = layer.weight.flatten(1).norm(dim=1).clamp(min=_SMALLEST)  # [out]
            conv.weight.copy_(torch.randn(conv.weight.shape, generator=random))
            conv.weight[:out] = 0
            conv.weight[:out, :into] = layer.weight / lengths.view(-1, 1, 1, 1)
            conv.weight[out:] /= conv.weight[out:].flatten(1).norm(dim=1).view(-1, 1, 1, 1)
            # The statistics of what it gives: [channels].
            y = conv(x)
            mean, variance = y.mean(dim=(0, 2, 3)), y.var(dim=(0, 2, 3), unbiased=False)
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            spread = (variance + norm.eps).sqrt()
            # Gain and bias undo them for the old channels; the new ones spread as the old ones do on average.
            gain = lengths * spread[:out]
            norm.weight.fill_(float(gain.mean()))
            norm.weight[:out] = gain
            norm.bias.zero_()
            norm.bias[:out] = layer.bias + lengths * mean[:out]
            x = torch.relu(norm(y))
        head = layers[-1]
        net.head.weight.zero_()
        net.head.weight[:, : head.weight.shape[1]] = head.weight
        assert net.head.bias is not None
        net.head.bias.copy_(head.bias)
    return net
