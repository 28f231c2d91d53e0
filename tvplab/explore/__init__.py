"""Explorers: sliders bound to a figure, one file per lesson."""

from tvplab.explore.controls import choice, float_slider, int_slider, log_slider, stops_slider, switch
from tvplab.explore.deep_factors import d2fm
from tvplab.explore.dfm import dfm
from tvplab.explore.dss import dss
from tvplab.explore.explorer import Explorer
from tvplab.explore.favar import favar
from tvplab.explore.gsae import gsae
from tvplab.explore.local_projections import local_projections
from tvplab.explore.nowcast import nowcast
from tvplab.explore.panel import LivePanel
from tvplab.explore.ridge import ridge
from tvplab.explore.sparse import sparse
from tvplab.explore.tvp_var import tvp_var

__all__ = [
    "Explorer",
    "LivePanel",
    "choice",
    "d2fm",
    "dfm",
    "dss",
    "favar",
    "float_slider",
    "gsae",
    "int_slider",
    "local_projections",
    "log_slider",
    "nowcast",
    "ridge",
    "sparse",
    "stops_slider",
    "switch",
    "tvp_var",
]
