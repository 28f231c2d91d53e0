"""Decide how PyTorch is installed: never with gigabytes of CUDA packages unless somebody asks for them.

The choice is one of ``auto`` (a CPU build where one can be had, otherwise none, with a message),
``cpu`` (a CPU build or an error), ``gpu`` (the default build, with CUDA on Linux) and ``none``.
Everything here is a pure function; ``bootstrap.py`` runs the commands.
"""

CHOICES = ("auto", "cpu", "gpu", "none")
CUDA_PREFIXES = ("nvidia-", "cuda-", "triton", "pytorch-triton")
LEFT_OUT = (
    "torch was left out: no CPU build in the configured sources, and PyTorch's own could not be reached.\n"
    "Lessons 4 and 5 need it. Add it later with `make lab TORCH=cpu` (or `TORCH=gpu` for the CUDA build)."
)


def settle(choice, before):
    """Return the choice to act on: ``auto`` keeps an earlier ``gpu`` or ``none`` (`before`)."""
    return before if choice == "auto" and before in ("gpu", "none") else choice


def cuda_packages(report):
    """Return the CUDA packages in a pip installation report, as a sorted list of names.

    Parameters
    ----------
    report : dict
        What ``pip install --dry-run --report -`` prints; ``report["install"]`` lists what pip would install.
    """
    names = [item["metadata"]["name"].lower().replace("_", "-") for item in report["install"]]
    return sorted(name for name in names if name.startswith(CUDA_PREFIXES))


def plan(choice, report):
    """Return ``"pip"``, ``"uv"`` or ``"skip"``: who installs torch.

    Parameters
    ----------
    choice : str
        One of `CHOICES`.
    report : dict or None
        pip's dry-run report for torch; None when pip found nothing to install (needed by ``auto``, ``cpu``).
    """
    if choice == "none":
        return "skip"
    if choice == "gpu":
        return "pip"
    return "uv" if report is None or cuda_packages(report) else "pip"


def dry_run_command(python, constraints):
    """Return the command that asks pip what torch would bring along, and installs nothing."""
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-input"]
    return [*pip, "--dry-run", "--report", "-", "-c", str(constraints), "torch"]


def install_command(python, constraints, installer):
    """Return the command by which `installer` (``"pip"`` or ``"uv"``) installs torch at its pinned version.

    uv knows where PyTorch keeps its CPU wheels; pip takes torch from the configured sources.
    """
    if installer == "pip":
        return [str(python), "-m", "pip", "install", "--no-input", "-c", str(constraints), "torch"]
    uv = [str(python), "-m", "uv", "pip", "install", "--python", str(python)]
    return [*uv, "--torch-backend", "cpu", "-c", str(constraints), "torch"]
