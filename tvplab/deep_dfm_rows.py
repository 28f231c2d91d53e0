"""What a compiled network does to rows of n numbers, one value a period: sums, products, links, Adam's update.

Constants are put to the numbers' own precision first; a plain one would turn single precision into double.
"""

from __future__ import annotations

import numba
import numpy as np

from tvplab.deep_dfm_layout import BETA_1, BETA_2, EPS
from tvplab.deep_dfm_maps import BATCH_EPS, LINKS

RELU, TANH, SIGMOID, SOFTPLUS = (list(LINKS).index(name) for name in ("relu", "tanh", "sigmoid", "softplus"))
FAST = {"reassoc", "contract"}
"""What the compiler may do with sums: add in another order, which alone lets it take eight terms at a time."""


@numba.njit(cache=True, fastmath=FAST)
def normalise(h, z, x, scale, shift, running, momentum, n):
    """Set z to n numbers h less their mean, over the root of their variance and a little, and x = scale·z + shift.

    The running mean and variance move towards these; returns one over the root.
    """
    mean, square = h[:n].sum() / h.dtype.type(n), h.dtype.type(0.0)
    for t in range(n):
        z[t] = h[t] - mean
        square += z[t] * z[t]
    variance = square / h.dtype.type(n)
    root = h.dtype.type(1.0) / np.sqrt(variance + h.dtype.type(BATCH_EPS))
    for t in range(n):
        z[t] *= root
        x[t] = scale * z[t] + shift
    running[0] += momentum * (mean - running[0])
    running[1] += momentum * (variance - running[1])
    return root


@numba.njit(cache=True, fastmath=FAST)
def denormalise(d, z, along, total, factor, n):
    """Turn n slopes in x into those in h: the batch's own mean and variance move with each of its numbers."""
    along, total = along / d.dtype.type(n), total / d.dtype.type(n)
    for t in range(n):
        d[t] = (d[t] - total - z[t] * along) * factor


@numba.njit(cache=True, fastmath=FAST)
def multiply(theta, first, down, along, x, out, wide, narrow, n):
    """Add Σ_i w_ij x_i to out_j, rows of n numbers, w_ij = theta[first + i·down + j·along]; four terms at a time."""
    whole = wide - wide % 4
    for j in range(narrow):
        place = first + j * along
        for i in range(0, whole, 4):
            a, b = theta[place + i * down], theta[place + (i + 1) * down]
            c, d = theta[place + (i + 2) * down], theta[place + (i + 3) * down]
            for t in range(n):
                out[j, t] += a * x[i, t] + b * x[i + 1, t] + c * x[i + 2, t] + d * x[i + 3, t]
        for i in range(whole, wide):
            a = theta[place + i * down]
            for t in range(n):
                out[j, t] += a * x[i, t]


@numba.njit(cache=True, fastmath=FAST)
def correlate(x, d, slope, first, wide, narrow, n):
    """Set slope[first + i·narrow + j] = Σ_t x_it d_jt; four j at a time, which read each x once."""
    whole, zero = narrow - narrow % 4, x.dtype.type(0.0)
    for i in range(wide):
        place = first + i * narrow
        for j in range(0, whole, 4):
            a, b, c, e = zero, zero, zero, zero
            for t in range(n):
                a += x[i, t] * d[j, t]
                b += x[i, t] * d[j + 1, t]
                c += x[i, t] * d[j + 2, t]
                e += x[i, t] * d[j + 3, t]
            slope[place + j], slope[place + j + 1], slope[place + j + 2], slope[place + j + 3] = a, b, c, e
        for j in range(whole, narrow):
            slope[place + j] = dot(x[i], d[j], n)


@numba.njit(cache=True, fastmath=FAST)
def dot(x, y, n):
    """Inner product of n numbers."""
    total = x.dtype.type(0.0)
    for t in range(n):
        total += x[t] * y[t]
    return total


@numba.njit(cache=True)
def bend(link, h, n):
    """H ← g(h), n numbers."""
    one, half = h.dtype.type(1.0), h.dtype.type(0.5)
    if link == RELU:
        for t in range(n):
            h[t] = max(h[t], h.dtype.type(0.0))
    elif link == TANH:
        for t in range(n):
            h[t] = np.tanh(h[t])
    elif link == SIGMOID:
        for t in range(n):
            h[t] = half * (one + np.tanh(half * h[t]))
    else:
        for t in range(n):
            h[t] = max(h[t], h.dtype.type(0.0)) + np.log1p(np.exp(-abs(h[t])))


@numba.njit(cache=True)
def straighten(link, h, d, n):
    """D ← d·g' at n values h of g."""
    one = h.dtype.type(1.0)
    if link == RELU:
        for t in range(n):
            d[t] = d[t] if h[t] > 0 else h.dtype.type(0.0)
    elif link == TANH:
        for t in range(n):
            d[t] *= one - h[t] * h[t]
    elif link == SIGMOID:
        for t in range(n):
            d[t] *= h[t] * (one - h[t])
    else:
        for t in range(n):
            d[t] *= one - np.exp(-h[t])


@numba.njit(cache=True, fastmath=FAST)
def adam(theta, slope, m, v, rate):
    """One update by Adam, in place, as `ArrayNetwork._step`."""
    one, first, second = theta.dtype.type(rate), theta.dtype.type(BETA_1), theta.dtype.type(BETA_2)
    rest_1, rest_2, eps = theta.dtype.type(1.0 - BETA_1), theta.dtype.type(1.0 - BETA_2), theta.dtype.type(EPS)
    for i in range(len(theta)):
        m[i] = first * m[i] + rest_1 * slope[i]
        v[i] = second * v[i] + rest_2 * slope[i] * slope[i]
        theta[i] -= one * m[i] / (np.sqrt(v[i]) + eps)
