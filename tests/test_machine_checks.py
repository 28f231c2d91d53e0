"""The door for devices and for jobs: what this machine has goes through, anything else is named with what there is."""

import os
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import tvplab
from tvplab.machine_checks import check_device, check_jobs, devices
from tvplab.replicate.runner import run_cells
from tvplab.replicate.store import Store
from tvplab.replicate.study import Task

rng = np.random.default_rng(3)
Y = pd.DataFrame(rng.normal(size=(60, 3)), pd.period_range("2000Q1", periods=60, freq="Q"), list("abc"))
WRONG_JOBS = [0, -2, 1.5, True, None, "2"]


def torch_with(cuda=0, xpu=0, mps=False):
    """A stand-in for torch on a machine with these cards."""
    cards = {kind: SimpleNamespace(device_count=lambda n=n: n) for kind, n in (("cuda", cuda), ("xpu", xpu))}
    return SimpleNamespace(**cards, backends=SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps)))


@pytest.mark.parametrize("jobs", [1, 7, -1, np.int64(3)])
def test_jobs_that_are_whole_pass(jobs):
    assert check_jobs(jobs) == jobs
    assert type(check_jobs(jobs)) is int


@pytest.mark.parametrize("jobs", WRONG_JOBS)
def test_other_jobs_are_named(jobs):
    with pytest.raises(ValueError, match=f"jobs: a whole number of at least 1 is needed, or -1 .* got {jobs!r}"):
        check_jobs(jobs)


@pytest.mark.parametrize("jobs", WRONG_JOBS)
def test_every_door_with_jobs_checks_them(jobs):
    with pytest.raises(ValueError, match="jobs: a whole number"):
        tvplab.BayesianTVPRegression(jobs=jobs).fit(Y["a"], Y[["b"]])
    with pytest.raises(ValueError, match="jobs: a whole number"):
        tvplab.TVPVAR(jobs=jobs).fit(Y)
    if jobs is not None:  # one a core
        model = tvplab.LocalProjections(horizons=2, lags=1, shock_lags=1, estimator=tvplab.TVPRidge(lam=1.0))
        with pytest.raises(ValueError, match="jobs: a whole number"):
            model.fit(Y["a"], Y["b"], jobs=jobs)


def test_a_study_checks_its_jobs(tmp_path):
    store = Store(tmp_path, Task("jobs", lambda cell: cell, 1), "quick")
    with pytest.raises(ValueError, match="jobs: a whole number"):
        run_cells(store, [{"seed": 0}], jobs=0)


def test_all_cores_are_as_good_as_one():
    model = tvplab.LocalProjections(horizons=3, lags=1, shock_lags=1, estimator=tvplab.TVPRidge(lam=1.0))
    one, every, default = (model.fit(Y["a"], Y["b"], jobs=jobs) for jobs in (1, -1, None))
    pd.testing.assert_frame_equal(one.irf, every.irf)
    pd.testing.assert_frame_equal(one.irf, default.irf)


def test_minus_one_takes_every_core(monkeypatch):
    asked = []
    monkeypatch.setattr(os, "cpu_count", lambda: asked.append(True) or 2)
    model = tvplab.LocalProjections(horizons=1, lags=1, shock_lags=1, estimator=tvplab.TVPRidge(lam=1.0))
    model.fit(Y["a"], Y["b"], jobs=2)
    assert not asked
    model.fit(Y["a"], Y["b"], jobs=-1)
    assert asked


@pytest.mark.parametrize(
    ("cards", "names"),
    [
        ({}, ["cpu"]),
        ({"cuda": 2}, ["cpu", "cuda", "cuda:0", "cuda:1"]),
        ({"xpu": 1}, ["cpu", "xpu", "xpu:0"]),
        ({"mps": True}, ["cpu", "mps"]),
    ],
)
def test_devices_are_those_that_torch_reports(monkeypatch, cards, names):
    monkeypatch.setitem(sys.modules, "torch", torch_with(**cards))
    assert devices() == names
    assert [check_device(name) for name in names] == names


@pytest.mark.parametrize("device", ["cuda:7", "gpu", "CPU", "", "meta"])
def test_a_device_that_is_not_here_is_named_with_those_that_are(monkeypatch, device):
    monkeypatch.setitem(sys.modules, "torch", torch_with(cuda=1))
    with pytest.raises(ValueError, match=rf"device: no {device!r} here; there are \['cpu', 'cuda', 'cuda:0'\]"):
        check_device(device)
    with pytest.raises(ValueError, match=f"device: no {device!r} here"):
        tvplab.DeepDynamicFactors(1, device=device).fit(Y)


@pytest.mark.parametrize("device", [0, None, ["cpu"]])
def test_a_device_is_text(device):
    with pytest.raises(TypeError, match="device: expected"):
        check_device(device)


def test_the_processor_needs_no_torch_and_others_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert check_device("cpu") == "cpu"
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'tvplab\[deep\]'"):
        check_device("cuda")


def test_devices_of_this_machine_hold_numbers():
    torch = pytest.importorskip("torch", reason="other devices than the processor need torch")
    for name in devices():
        assert torch.ones(2, device=name).sum().item() == 2.0
    with pytest.raises(ValueError, match=r"device: no 'cuda:99' here; there are \['cpu'"):
        tvplab.DeepDynamicFactors(1, device="cuda:99").fit(Y)
