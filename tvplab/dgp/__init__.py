"""Simulated worlds with a known truth.  Whatever comes from here is synthetic and says so."""

from tvplab.dgp.anchored_groups import SimulatedGroups, simulate_anchored_groups
from tvplab.dgp.canada import SimulatedCanada, simulate_canada
from tvplab.dgp.deep_factors import SimulatedDeepFactors, simulate_curved_factor, simulate_deep_factors
from tvplab.dgp.designs import DESIGNS, simulate_design
from tvplab.dgp.factor_model import SimulatedFactorModel, simulate_factor_model
from tvplab.dgp.moving_favar import SimulatedFAVAR, simulate_moving_favar
from tvplab.dgp.moving_var import SimulatedVAR, simulate_moving_var
from tvplab.dgp.paths import PATHS, coefficient_path
from tvplab.dgp.sparse_factors import SimulatedSparseFactors, simulate_sparse_factors
from tvplab.dgp.tvp_regression import SimulatedRegression, simulate_tvp_regression

__all__ = [
    "DESIGNS",
    "PATHS",
    "SimulatedCanada",
    "SimulatedDeepFactors",
    "SimulatedFAVAR",
    "SimulatedFactorModel",
    "SimulatedGroups",
    "SimulatedRegression",
    "SimulatedSparseFactors",
    "SimulatedVAR",
    "coefficient_path",
    "simulate_anchored_groups",
    "simulate_canada",
    "simulate_curved_factor",
    "simulate_deep_factors",
    "simulate_design",
    "simulate_factor_model",
    "simulate_moving_favar",
    "simulate_moving_var",
    "simulate_sparse_factors",
    "simulate_tvp_regression",
]
