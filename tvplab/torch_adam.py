"""Adam on one flat vector of weights, in place (Kingma and Ba, 2015, Algorithm 1)."""

from __future__ import annotations

import math

import torch

BETA_1, BETA_2, EPS = 0.9, 0.999, 1e-8


class Adam:
    """Moves `theta` against the gradient that lies in `slope`; both flat, of one length, changed in place."""

    def __init__(self, theta: torch.Tensor, slope: torch.Tensor):
        self.theta, self.slope, self.t = theta, slope, 0
        self.m, self.v, self.root = (torch.zeros_like(theta) for _ in range(3))

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """θ ← θ − rate · m̂ / (√v̂ + ε)."""
        self.t += 1
        self.m.lerp_(self.slope, 1.0 - BETA_1)
        self.v.mul_(BETA_2).addcmul_(self.slope, self.slope, value=1.0 - BETA_2)
        torch.sqrt(self.v, out=self.root).mul_(1.0 / math.sqrt(1.0 - BETA_2**self.t)).add_(EPS)
        self.theta.addcdiv_(self.m, self.root, value=-rate / (1.0 - BETA_1**self.t))
