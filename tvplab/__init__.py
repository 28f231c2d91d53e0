"""tvplab: teach and explore models whose parameters move.  This page re-exports the public names."""

from importlib import import_module

from tvplab.ridge import TVPRidge, TwoStepRidge

__all__ = [
    "FAVAR",
    "MARSS",
    "TVPVAR",
    "BayesianTVPRegression",
    "DeepDynamicFactors",
    "DynamicFactorModel",
    "DynamicSparseFactors",
    "GroupLassoRidge",
    "GroupedSparseAutoencoder",
    "LinearFactors",
    "LocalProjections",
    "MixedFrequencyFactors",
    "ReducedRankRidge",
    "RidgeTVPVAR",
    "TVPRidge",
    "TwoStepRidge",
    "banner",
    "canadian_specification",
    "check",
    "choose_deep_factors",
    "data",
    "dgp",
    "explore",
    "metrics",
    "mode",
    "news",
    "nowcast",
    "plots",
]

_ROOMS = {"data", "dgp", "explore", "metrics", "plots"}
_DOORS = {
    "BayesianTVPRegression": "tvplab.gibbs_tvp",
    "DeepDynamicFactors": "tvplab.deep_dfm",
    "DynamicFactorModel": "tvplab.marss",
    "DynamicSparseFactors": "tvplab.dynamic_sparse",
    "FAVAR": "tvplab.favar",
    "GroupLassoRidge": "tvplab.sparse_tvp",
    "GroupedSparseAutoencoder": "tvplab.sparse_autoencoder",
    "LinearFactors": "tvplab.linear_factors",
    "LocalProjections": "tvplab.local_projections",
    "MARSS": "tvplab.marss",
    "MixedFrequencyFactors": "tvplab.nowcast_factors",
    "ReducedRankRidge": "tvplab.reduced_rank",
    "RidgeTVPVAR": "tvplab.tvp_var_ridge",
    "TVPVAR": "tvplab.tvp_var",
    "banner": "tvplab.modes",
    "canadian_specification": "tvplab.local_projections_settings",
    "check": "tvplab.exercises",
    "choose_deep_factors": "tvplab.deep_dfm_validation",
    "mode": "tvplab.modes",
    "news": "tvplab.nowcast_news",
    "nowcast": "tvplab.nowcasting",
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
