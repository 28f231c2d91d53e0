"""Figures from results, in one style."""

from tvplab.plots.autoencoder import group_factor_map, inclusion_maps, training_path
from tvplab.plots.deep_factors import codes_against_truth, score_bars
from tvplab.plots.dynamic_sparse import (
    counts_over_time,
    errors_and_counts,
    loading_history,
    loading_maps,
    noise_histories,
)
from tvplab.plots.factors import common_component, item_bars, loglik_paths
from tvplab.plots.figure import Picture
from tvplab.plots.forecasts import forecast_ratios, ratio_boxes
from tvplab.plots.local_projections import (
    compare_responses,
    response_difference,
    response_heat,
    response_slices,
)
from tvplab.plots.nowcasts import error_paths, news_bars, nowcast_progress, nowcasts_and_truth
from tvplab.plots.reduced_rank import drift_factors
from tvplab.plots.ridge import coefficient_paths, compare_paths, cv_curve, residual_volatility
from tvplab.plots.style import COLOURS, use_style
from tvplab.plots.surface import response_surface
from tvplab.plots.tvp_var import draws_and_truth, impulse_responses, panel_responses, shock_volatility

__all__ = [
    "COLOURS",
    "Picture",
    "codes_against_truth",
    "coefficient_paths",
    "common_component",
    "compare_paths",
    "compare_responses",
    "counts_over_time",
    "cv_curve",
    "draws_and_truth",
    "drift_factors",
    "error_paths",
    "errors_and_counts",
    "forecast_ratios",
    "group_factor_map",
    "impulse_responses",
    "inclusion_maps",
    "item_bars",
    "loading_history",
    "loading_maps",
    "loglik_paths",
    "news_bars",
    "noise_histories",
    "nowcast_progress",
    "nowcasts_and_truth",
    "panel_responses",
    "ratio_boxes",
    "residual_volatility",
    "response_difference",
    "response_heat",
    "response_slices",
    "response_surface",
    "score_bars",
    "shock_volatility",
    "training_path",
    "use_style",
]
