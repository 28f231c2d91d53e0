"""φ̃ can be given: it stays as given, and is refused out of range or where a variant would not heed it."""

import pytest

from tvplab.dgp import simulate_sparse_factors
from tvplab.dynamic_sparse import DynamicSparseFactors

WORLD = simulate_sparse_factors(T=60, training=0, n_series=15, seed=2)


@pytest.mark.filterwarnings("ignore:EM stopped")
def test_it_stays_as_given():
    given = DynamicSparseFactors(5, persistence=0.3, max_iter=12).fit(WORLD.y)
    free = DynamicSparseFactors(5, max_iter=12).fit(WORLD.y)
    assert given.persistence == 0.3
    assert free.persistence < 0.25  # the true factors have none


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"persistence": 1.0}, "at least 0 and below 1, got 1.0"),
        ({"persistence": -0.1}, "persistence: must be finite and ≥ 0"),
        ({"persistence": 0.5, "variant": "paper"}, "'paper' has its own"),
    ],
)
def test_doors(options, says):
    with pytest.raises(ValueError, match=says):
        DynamicSparseFactors(5, **options).fit(WORLD.y)
