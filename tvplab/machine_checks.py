"""Checks of what the machine is asked for: devices that torch can compute on, processes and threads."""

from __future__ import annotations

import numbers


def check_jobs(jobs, name: str = "jobs") -> int:
    """Return how many run at once: a whole number of at least 1, or -1 for one a core."""
    if isinstance(jobs, bool) or not isinstance(jobs, numbers.Integral) or (jobs < 1 and jobs != -1):
        raise ValueError(f"{name}: a whole number of at least 1 is needed, or -1 for one a core; got {jobs!r}")
    return int(jobs)


def check_device(device, name: str = "device") -> str:
    """Return the name of a device on which torch can compute here; the processor needs no torch.

    Raises
    ------
    TypeError
        It is no text.
    ValueError
        There is no such device here; the message has those that there are.
    ModuleNotFoundError
        Another device than the processor, and torch is not installed.
    """
    if not isinstance(device, str):
        raise TypeError(f'{name}: expected "cpu" or the name of a device of torch, got {device!r}')
    if device != "cpu" and device not in (here := devices()):
        raise ValueError(f"{name}: no {device!r} here; there are {here}")
    return device


def devices() -> list[str]:
    """Names of the devices on which torch can compute here: "cpu"; "cuda", "cuda:0", …; "xpu", …; "mps"."""
    try:
        import torch
    except ModuleNotFoundError as error:
        text = f"{error}: other devices than the processor need torch, pip install 'tvplab[deep]'"
        raise ModuleNotFoundError(text) from None
    cards = {kind: getattr(torch, kind).device_count() for kind in ("cuda", "xpu")}
    named = [name for kind, count in cards.items() if count for name in (kind, *(f"{kind}:{i}" for i in range(count)))]
    return ["cpu", *named, *(["mps"] if torch.backends.mps.is_available() else [])]
