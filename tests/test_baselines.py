"""Rolling rivals: which periods a window holds, and that each estimator is what its name says."""

import numpy as np
import pandas as pd
import pytest

from tvplab.baselines import adaptive_pca, cross_validated_alpha, rolling_loadings, sparse_pca
from tvplab.factors import principal_components


def block_panel(n=120, noise=0.5, seed=0):
    """Three factors on 8 series each, neighbours share two; loadings 2."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((20, 3))
    for k in range(3):
        truth[6 * k : 6 * k + 8, k] = 2.0
    return pd.DataFrame(rng.standard_normal((n, 3)) @ truth.T + noise * rng.standard_normal((n, 20))), truth


def first_and_last(window):
    """An 'estimate' that remembers its window: (1, 2)."""
    return window.iloc[[0, -1], 0].to_numpy()[None]


def test_windows_end_at_their_date_and_begin_in_the_training_data():
    time = np.arange(30.0)[:, None] * np.ones((1, 2))
    path = rolling_loadings(first_and_last, time[10:], time[:10], window=8)
    np.testing.assert_array_equal(path[:, 0, 1], np.arange(10, 30))
    np.testing.assert_array_equal(path[:, 0, 0], np.arange(3, 23))


def test_without_training_the_first_dates_share_a_window():
    path = rolling_loadings(first_and_last, np.arange(20.0)[:, None], window=8)
    np.testing.assert_array_equal(path[:, 0, 1], np.maximum(np.arange(20), 7))


def test_estimates_are_held_in_between():
    calls = []

    def counted(window):
        calls.append(len(window))
        return first_and_last(window)

    path = rolling_loadings(counted, np.arange(20.0)[:, None], np.arange(-9.0, 0.0)[:, None], window=6, every=5)
    assert calls == [6, 6, 6, 6]
    np.testing.assert_array_equal(path[:, 0, 1], np.repeat([0, 5, 10, 15], 5))


def test_adaptive_pca_finds_the_number_and_is_pca():
    Y, truth = block_panel()
    loadings = adaptive_pca(Y, 6)
    assert loadings.shape == (20, 6)
    np.testing.assert_array_equal(np.any(loadings != 0, axis=0), [True] * 3 + [False] * 3)
    np.testing.assert_array_equal(loadings[:, :3], principal_components(Y, 3).loadings)
    fitted = loadings @ loadings.T
    np.testing.assert_allclose(fitted, truth @ truth.T, atol=1.6)  # sampling error of a covariance of 8, n = 120
    noise = pd.DataFrame(np.random.default_rng(0).standard_normal((120, 20)))
    assert not adaptive_pca(noise, 6).any()


def test_sparse_pca_is_scikit_learns_in_units_of_factors_of_variance_one():
    from sklearn.decomposition import SparsePCA

    Y, _ = block_panel()
    loadings = sparse_pca(Y, 3, alpha=2.0)
    model = SparsePCA(3, alpha=2.0, ridge_alpha=0.01, method="cd", max_iter=50, tol=1e-3, random_state=0).fit(Y)
    scores = model.transform(Y)
    np.testing.assert_allclose((scores / scores.std(axis=0)) @ loadings.T, scores @ model.components_, atol=1e-10)


def test_without_a_price_sparse_pca_spans_the_principal_components():
    Y, _ = block_panel()
    span, _ = np.linalg.qr(sparse_pca(Y, 3, alpha=1e-6))
    other, _ = np.linalg.qr(principal_components(Y, 3).loadings)
    assert np.linalg.svd(span.T @ other, compute_uv=False).min() > 0.99999


def test_too_many_sparse_components_split_the_signal():
    Y, truth = block_panel()
    assert np.sum(np.abs(sparse_pca(Y, 8, alpha=1.0)).max(axis=0) > 0.1) > truth.shape[1]


def test_cross_validation_takes_the_smallest_held_out_error():
    from sklearn.decomposition import SparsePCA

    Y, _ = block_panel(n=60)
    data = Y.to_numpy() - Y.to_numpy().mean(axis=0)
    errors = {}
    for alpha in (0.5, 4.0, 32.0):
        model = SparsePCA(3, alpha=alpha, ridge_alpha=0.01, method="cd", max_iter=50, tol=1e-3, random_state=0)
        gaps = []
        for train, test in ((data[30:], data[:30]), (data[:30], data[30:])):
            model.fit(train)
            gaps.append(test - model.transform(test) @ model.components_ - train.mean(axis=0))
        errors[alpha] = np.sum(np.square(gaps))
    assert cross_validated_alpha(Y, 3, tuple(errors)) == min(errors, key=errors.get) != 32.0


@pytest.mark.parametrize(
    ("options", "says"),
    [({"window": 2}, "window: must be from 3 to 20"), ({"window": 21}, "window"), ({"window": 5, "every": 0}, "every")],
)
def test_doors(options, says):
    with pytest.raises(ValueError, match=says):
        rolling_loadings(first_and_last, np.arange(20.0)[:, None], **options)
