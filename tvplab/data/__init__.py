"""Floor 0, data: load real data sets, fetch further ones, and prepare them for a model."""

from tvplab.data.dataset import Dataset
from tvplab.data.errors import FetchError
from tvplab.data.fetching import fetch
from tvplab.data.inventory import catalog, verify
from tvplab.data.lags import lag_matrix
from tvplab.data.loading import load, load_vintages
from tvplab.data.mixed_frequency import MARIANO_MURASAWA, aggregation_matrix, quarterly_growth
from tvplab.data.publication import NYFED_LAGS
from tvplab.data.standardizer import Standardizer
from tvplab.data.transforms import apply_tcode, apply_tcodes

__all__ = [
    "MARIANO_MURASAWA",
    "NYFED_LAGS",
    "Dataset",
    "FetchError",
    "Standardizer",
    "aggregation_matrix",
    "apply_tcode",
    "apply_tcodes",
    "catalog",
    "fetch",
    "lag_matrix",
    "load",
    "load_vintages",
    "quarterly_growth",
    "verify",
]
