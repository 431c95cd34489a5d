"""Exact t-SNE for a few hundred points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_PERPLEXITY, _STEPS, _EARLY_STEPS, _EXAGGERATION = 30.0, 600, 150, 12.0
_TINY = 1e-12


def tsne(points: FloatArray) -> FloatArray:
    """Lay points, float64 [n, dimensions] with n >= 4, out in a plane so that near ones stay near: float64 [n, 2].

    Deterministic: it starts from the two principal components. Memory and time grow with n squared.
    Source: van der Maaten and Hinton, "Visualizing data using t-SNE", 2008; step size: Belkina et al., 2019.
    """
    count = len(points)
    squares = _squared_distances(points)
    joint = np.stack(
        [_neighbours(np.delete(row, i), min(_PERPLEXITY, (count - 1) / 3)) for i, row in enumerate(squares)]
    )
    near = np.zeros((count, count))
    near[~np.eye(count, dtype=bool)] = joint.ravel()
    near = np.maximum((near + near.T) / (2 * count), _TINY)
    place = _principal(points)
    speed, gain = np.zeros_like(place), np.ones_like(place)
    rate = max(count / _EXAGGERATION, 50.0)
    for step in range(_STEPS):
        early = step < _EARLY_STEPS
        kernel = 1 / (1 + _squared_distances(place))
        np.fill_diagonal(kernel, 0.0)
        pull = (near * (_EXAGGERATION if early else 1.0) - kernel / kernel.sum()) * kernel
        slope = 4 * (pull.sum(axis=1)[:, None] * place - pull @ place)
        gain = np.maximum(np.where(slope * speed < 0, gain + 0.2, gain * 0.8), 0.01)
        speed = (0.5 if early else 0.8) * speed - rate * gain * slope
        place = place + speed - speed.mean(axis=0)
    return place


def _squared_distances(points: FloatArray) -> FloatArray:
    norms = (points**2).sum(axis=1)
    return np.maximum(norms[:, None] + norms - 2 * points @ points.T, 0.0)


def _neighbours(squares: FloatArray, perplexity: float) -> FloatArray:
    """Chances of one point's neighbours: a Gaussian whose width, found by bisection, gives the perplexity."""
    low, high = 0.0, np.inf
    scale = 1 / max(float(squares.mean()), _TINY)
    for _ in range(60):
        chance = np.exp(-(squares - squares.min()) * scale)
        chance = chance / chance.sum()
        if -(chance * np.log(chance + _TINY)).sum() > np.log(perplexity):
            low = scale
        else:
            high = scale
        scale = (low + high) / 2 if np.isfinite(high) else 2 * scale
    return chance


def _principal(points: FloatArray) -> FloatArray:
    """The two principal components, small, of a fixed sign."""
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2] * np.sign(axes[np.arange(2), np.abs(axes[:2]).argmax(axis=1)])[:, None]
    place = centred @ axes.T
    return place / max(float(place[:, 0].std()), _TINY) * 1e-4
