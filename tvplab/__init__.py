"""tvplab: teach and explore models whose parameters move.  This page re-exports the public names."""

from importlib import import_module

from tvplab.ridge import TVPRidge, TwoStepRidge

__all__ = [
    "MARSS",
    "TVPVAR",
    "BayesianTVPRegression",
    "DynamicFactorModel",
    "GroupLassoRidge",
    "LocalProjections",
    "ReducedRankRidge",
    "TVPRidge",
    "TwoStepRidge",
    "banner",
    "canadian_specification",
    "check",
    "data",
    "dgp",
    "explore",
    "metrics",
    "mode",
    "plots",
]

_ROOMS = {"data", "dgp", "explore", "metrics", "plots"}
_DOORS = {
    "BayesianTVPRegression": "tvplab.gibbs_tvp",
    "DynamicFactorModel": "tvplab.marss",
    "GroupLassoRidge": "tvplab.sparse_tvp",
    "LocalProjections": "tvplab.local_projections",
    "MARSS": "tvplab.marss",
    "ReducedRankRidge": "tvplab.reduced_rank",
    "TVPVAR": "tvplab.tvp_var",
    "banner": "tvplab.modes",
    "canadian_specification": "tvplab.local_projections_settings",
    "check": "tvplab.exercises",
    "mode": "tvplab.modes",
}


def __getattr__(name: str):
    """Open the other rooms at first use, so that `import tvplab` stays quick."""
    if name in _ROOMS:
        return import_module(f"tvplab.{name}")
    if name in _DOORS:
        return getattr(import_module(_DOORS[name]), name)
    raise AttributeError(f"module 'tvplab' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
