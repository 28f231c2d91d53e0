"""Who installs torch: decided from reports in the shape that pip prints, recorded with torch 2.13.0."""

import pytest
import torch_choice


def report(*names):
    return {"version": "1", "install": [{"metadata": {"name": n, "version": "1"}} for n in names]}


# `pip install --dry-run --report - torch` on Linux: from the default index, and with a local CPU wheel.
WITH_CUDA = report(
    "torch", "cuda-toolkit", "nvidia-cudnn-cu13", "triton", "nvidia_nccl_cu13", "networkx", "sympy", "Jinja2"
)
WITHOUT_CUDA = report("torch", "fsspec", "networkx", "setuptools", "sympy", "typing_extensions", "Jinja2")
ALREADY_THERE = report()


def test_cuda_packages_are_found_under_any_spelling():
    expected = ["cuda-toolkit", "nvidia-cudnn-cu13", "nvidia-nccl-cu13", "triton"]
    assert torch_choice.cuda_packages(WITH_CUDA) == expected
    assert torch_choice.cuda_packages(WITHOUT_CUDA) == []


@pytest.mark.parametrize(
    ("choice", "found", "installer"),
    [
        ("auto", WITHOUT_CUDA, "pip"),
        ("auto", ALREADY_THERE, "pip"),
        ("auto", WITH_CUDA, "uv"),
        ("auto", None, "uv"),
        ("cpu", WITH_CUDA, "uv"),
        ("cpu", WITHOUT_CUDA, "pip"),
        ("gpu", None, "pip"),
        ("none", None, "skip"),
    ],
)
def test_plan(choice, found, installer):
    assert torch_choice.plan(choice, found) == installer


@pytest.mark.parametrize(
    ("choice", "before", "settled"),
    [
        ("auto", "gpu", "gpu"),
        ("auto", "none", "none"),
        ("auto", "cpu", "auto"),
        ("auto", "missing", "auto"),
        ("auto", None, "auto"),
        ("cpu", "gpu", "cpu"),
    ],
)
def test_auto_keeps_an_earlier_deliberate_choice(choice, before, settled):
    assert torch_choice.settle(choice, before) == settled


def test_the_dry_run_installs_nothing_and_uv_takes_the_cpu_build():
    assert "--dry-run" in torch_choice.dry_run_command("py", "pins.txt")
    uv = torch_choice.install_command("py", "pins.txt", "uv")
    assert uv[uv.index("--torch-backend") + 1] == "cpu"
    assert all(
        command[command.index("-c") + 1] == "pins.txt"
        for command in (uv, torch_choice.install_command("py", "pins.txt", "pip"))
    )
