# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lesson 2b · Which coefficients moved, and did they move together?
#
# **The question.** Lesson 2 let every coefficient of a regression move a little. But when an economy changes, does
# *everything* in it change? Perhaps only the level of growth fell and all else stayed. Perhaps twenty coefficients moved,
# but all for one reason. Can the data tell which?
#
# **After this lesson you can** find the coefficients that never moved (*sparse* time variation), find the few common
# forces behind those that did (*reduced rank*), choose another law of motion than the random walk, and say in which
# worlds each of these helps and in which it hurts.
#
# **You need** [lesson 2](02_tvp_as_ridge.ipynb). **Time**: about 60 minutes to read, half a minute to run.
#
# *Source*: Ph. Goulet Coulombe, "Time-Varying Parameters as Ridge Regressions", sections 2.5, 3, 4 and appendix A.
# Equation numbers are the paper's.

# %%
import tvplab

tvplab.banner()

# %% [markdown]
# ## 1. A world with a known truth
#
# Six regressors. The coefficient of the first swings, that of the second breaks; the other four, and the constant, never
# move. All of this is **synthetic**.

# %%
from tvplab import dgp

shapes = ("cosine", "break", "constant", "constant", "constant", "constant")
world = dgp.simulate_tvp_regression(T=200, shapes=shapes, noise=0.5, seed=0)
truth = world.beta.assign(const=0.0)

# %% [markdown]
# Lesson 2's best estimator, 2SRR, gives each coefficient a price on movement of its own. How far does each path travel,
# from its lowest to its highest point?

# %%
import pandas as pd

from tvplab import TwoStepRidge

dense = TwoStepRidge().fit(world.y, world.X)
travel = pd.DataFrame({"truth": truth.max() - truth.min(), "2SRR": dense.beta.max() - dense.beta.min()})
travel.round(2)

# %% [markdown]
# Little, but not nothing: five coefficients that never moved each wander. A ridge penalty shrinks; it never switches
# off. The model of this lesson does. (Its knob α, explained in section 2, is chosen by cross-validation.)

# %%
from tvplab import GroupLassoRidge

sparse = GroupLassoRidge(alpha="cv").fit(world.y, world.X)
sparse.constant

# %%
from tvplab import plots

plots.compare_paths({"2SRR": dense, "GLRR": sparse}, "x3", truth=truth)

# %% [markdown]
# *The coefficient of x3 is constant; GLRR says so, and its line is flat.* Over all seven coefficients the error falls by a
# quarter:

# %%
from tvplab.metrics import mean_absolute_error

fits = {"2SRR": dense, "GLRR": sparse}
pd.Series({name: mean_absolute_error(truth, fit.beta[truth.columns]) for name, fit in fits.items()}, name="MAE").round(
    3
)

# %% [markdown]
# ## 2. From a ridge to a group lasso
#
# ### 2.1 A price on setting out
#
# Write $u_k$ for all the steps of coefficient k, and $\lVert u_k\rVert$ for the root of the sum of their squares. 2SRR pays
# $\lambda\sum_k\lVert u_k\rVert^2/\sigma^2_k$ for movement. Squares are cheap when small: the first bit of movement is free.
# Eq. 11 adds a price on the length itself. With $\Omega_\epsilon$ the noise variances on a diagonal (lesson 2, section 6), Z the
# matrix that turns steps into fitted values, α the share of the old price, and σ_k from the first step,
#
# $$\min_{\beta_1,u}\ \lVert\Omega_\epsilon^{-1/2}(y-X\beta_1-Zu)\rVert^2
#   +\tilde\lambda\Big[\alpha\sum_k\frac{\lVert u_k\rVert^2}{\sigma^2_k}+2(1-\alpha)\,c\sum_k\frac{\lVert u_k\rVert}{\sigma_k}\Big].$$
#
# A length has a kink at zero: the first step costs as much as any later one. A coefficient whose data would pay less than
# that does not set out at all. This is a **group lasso**; all steps of one coefficient are a group. α = 1 is 2SRR, and
# c, the typical length after the first step (a root mean square), only puts both prices into one unit.
#
# Two choices are ours, and the paper's are one argument away (`adaptive=False, multiple=1`): the price is lower for a
# coefficient that moved much in the first step (the 1/σ_k), and $\tilde\lambda=\lambda/\alpha$, so that sparsity is added
# to the ridge and not taken out of it. How many paths stop *exactly* in the world of section 1, at the paper's α = 0.5?

# %%
settings = {"paper's": GroupLassoRidge(adaptive=False, multiple=1), "ours": GroupLassoRidge()}
{name: model.fit(world.y, world.X).constant for name, model in settings.items()}

# %% [markdown]
# ### 2.2 A lasso made of ridges
#
# A length is a square divided by a length, $\lVert u\rVert=\lVert u\rVert^2/\lVert u\rVert$. If we knew the lengths, the problem would
# be a ridge again, with a price for each coefficient. We do not; but we have the last estimate. Use it, and repeat. This
# is Algorithm 2, and all of it is a loop around lesson 2's `TVPRidge`.

# %%
import numpy as np

from tvplab import TVPRidge

first = TVPRidge(scale=None).fit(world.y, world.X)
squares = first.beta.diff().pow(2).mean()
sigma2 = squares / squares.mean()


# %%
def adaptive_ridge(y, X, lam, alpha, rounds):
    """Algorithm 2 with constant noise: fit, measure the lengths, price anew."""
    lengths, path = np.sqrt(sigma2), []
    for _ in range(rounds):
        price = alpha / sigma2 + (1 - alpha) / (np.sqrt(sigma2) * lengths)
        fit = TVPRidge(lam=lam, sigma_u2=1 / price, scale=None).fit(y, X)
        lengths = np.sqrt(fit.beta.diff().pow(2).mean() / squares.mean())
        path.append(lengths)
    return fit, pd.DataFrame(path)


alpha = 0.2
by_hand, lengths = adaptive_ridge(world.y, world.X, first.lam / alpha, alpha, rounds=40)
lengths.loc[[0, 4, 9, 19, 39]].round(5)

# %% [markdown]
# *Two lengths settle at once. Five shrink, and the smaller they are, the faster.* A short path gets a high price, which
# makes it shorter. They never reach zero, but the limit is clear. The library takes Newton steps to the same minimum, in a
# handful of them, with exact zeros ([`tvp_groups.py`](../tvplab/tvp_groups.py)):

# %%
library = GroupLassoRidge(alpha=alpha, final="group", volatility="constant", scale=None).fit(world.y, world.X)
np.allclose(by_hand.beta, library.beta, atol=1e-8), library.n_iter, library.constant

# %% [markdown]
# ### 2.3 How the library knows that zero is zero
#
# No threshold is set by hand. At the minimum, a path that stands still must not want to set out: the pull of the data on
# it, $q_k=\lVert Z_k'e\rVert$ with $e$ the residuals, may not exceed the price of the first step,
# $\tilde\lambda(1-\alpha)c/\sigma_k$. (These are the Karush-Kuhn-Tucker conditions: the derivative of eq. 11 at zero.)
# $Z_k'e$ is a cumulative sum from the end, as in section 2.5 of lesson 2. Pull over price, for the paths found by hand:

# %%
e = by_hand.resid.to_numpy()
columns = np.column_stack([np.ones(len(world.X)), world.X])
pull = np.sqrt((np.cumsum((columns * e[:, None])[::-1], axis=0)[::-1][1:] ** 2).sum(axis=0))
c = np.sqrt(first.beta.diff().pow(2).sum().mean())
price = first.lam / alpha * (1 - alpha) * c / np.sqrt(sigma2)
(pull / price).round(2)

# %% [markdown]
# *Above 1: it moves (and pays the ridge part on top). Below 1: it would not even start.*
#
# ### 2.4 How much sparsity?
#
# α joins λ as a knob to be tuned. Cross-validation again; but its scores (mean squared errors held out) are flat once the
# clutter is gone. So there are three ways: `alpha="cv"` takes the best score; `"1se"` the sparsest within one standard
# error of it; and `select="likelihood"` leaves the lasso, and lets a coefficient move only if that raises the likelihood
# by more than chance does in 19 of 20 still worlds.

# %%
sparse.sparsity_path.round(3)

# %%
by_likelihood = GroupLassoRidge(select="likelihood").fit(world.y, world.X)
by_likelihood.steps.round(1)

# %% [markdown]
# *Two coefficients set out, and each raises twice the log-likelihood (`ratio`) by more than 150. Chance reaches 2.7 once in
# twenty: that is theory, half a χ² with one degree of freedom.*
#
# ## 3. The slider
#
# The worlds are now the paper's own (section 3): **S1** has cosines, **S2** breaks, **S3** trends and cosines, **S4** a mixture.
# One regressor, `y_lag`, is last period's y. A share K*/K of the coefficients moves. Start with S1: of six regressors and a
# constant, two coefficients move. (S2's break comes after period 175. The slider has 150 periods, so in its S2 nothing
# moves, a test of its own; `explore.sparse(T=250)` shows the break.)
#
# **Predict first.**
#
# 1. Drag α to the left. Do coefficients freeze one by one, or all at once? Who goes last?
# 2. Let all of them move (K*/K = 1). Does sparsity help now?
# 3. Switch to GRRRR with one factor, all moving. Why might it win?

# %%
from tvplab import explore

explore.sparse()

# %% [markdown]
# **What happened.** (1) Nearly one by one: near α = 0.2 the five still ones are frozen and the two others not, and the
# error is smallest. Further left those freeze too, and from there the slider changes nothing. (2) No: each freeze is now a
# mistake, and the error doubles. (3) All seven follow the same cosine. One path is easier to estimate from seven
# coefficients' worth of data than seven paths are. Here the gain over 2SRR is small; with more coefficients it grows.
# That is the next section.
#
# Three settings, for paper, in the world of section 1:

# %%
settings = {f"α = {a:g}": GroupLassoRidge(alpha=a).fit(world.y, world.X) for a in (1.0, 0.2, 0.02)}
plots.compare_paths(settings, "x1", truth=truth)

# %% [markdown]
# *α = 1 and α = 0.2 agree on x1, which does move; at 0.02 it is frozen, wrongly, and only the break of x2 is left.*
#
# ## 4. Few forces: reduced rank
#
# ### 4.1 Twenty coefficients, one reason
#
# World S1 with 20 regressors, all moving, all with the same cosine. Estimate by 2SRR, and ask how many *independent*
# movements it found: the principal components of all steps.

# %%
common = dgp.simulate_design("S1", T=300, K=20, share=1.0, noise="low", seed=1)
loose = TwoStepRidge().fit(common.y, common.X)
strength = np.linalg.svd(loose.beta.diff().dropna(), compute_uv=False) ** 2
(strength / strength.sum()).round(2)[:6]

# %% [markdown]
# *One component holds half of all movement; the others are noise that has been spread out.* So let the steps have a factor
# structure, $U=\Lambda F$ (eqs. 12 and 13): each period brings r shocks $f_t$, and coefficient k takes $\Lambda_k f_t$ of them.
#
# ### 4.2 The same kernel
#
# Given Λ, the prior covariance of a period's steps is ΛΛ'/λ. Lesson 2's kernel took a diagonal one; nothing in it needs
# that. So eq. 17 is a TVP ridge with
#
# $$Z\,(\Lambda\Lambda'\otimes I)\,Z' = (X\Lambda\Lambda'X')\circ M,$$
#
# lesson 2's kernel of the r regressors $X\Lambda$, whatever the number of coefficients. (The paper sorts steps by period and
# writes $I\otimes\Lambda$; lesson 2's Z sorts them by coefficient.) Against that Kronecker product, on eight periods:

# %%
from tvplab.tvp_primal import expanded_regressors

x, loadings = common.X.to_numpy()[:8, :3], np.array([[1.0], [-0.5], [2.0]])
M = np.minimum.outer(np.arange(1, 9), np.arange(1, 9))
Z_factor = expanded_regressors(x) @ np.kron(loadings, np.eye(8))
np.allclose(Z_factor @ Z_factor.T, (x @ loadings @ loadings.T @ x.T) * M)

# %% [markdown]
# ### 4.3 Two regressions that take turns
#
# We know neither Λ nor F. But with one factor (appendix A.3) the model is $y_t=X_t\beta_0+g_t\,(X_t l)+\epsilon_t$, with
# $g_t=\sum_{s\le t}f_s$. Know l: a TVP regression on **one** regressor, $X_tl$. Know g: an ordinary regression on $X_t$ and
# $X_tg_t$. So take turns. (The appendix writes $f_t$ for the path itself. Start and loadings get a light ridge here, and λ
# is set by hand.)


# %%
def one_factor(y, X, loadings, lam, rounds):
    """A.3 with a ridge in both steps: the path given the loadings, the loadings given the path."""
    time, K = np.arange(len(y)), X.shape[1]
    M = np.minimum.outer(time, time)
    for _ in range(rounds):
        x = X @ loadings
        weights = np.linalg.solve(np.outer(x, x) * M / lam + 10 * X @ X.T + np.eye(len(y)), y)
        g = M @ (x * weights) / lam
        both = np.hstack([X, X * g[:, None]])
        loadings = np.linalg.solve(both.T @ both + np.eye(2 * K), both.T @ y)[K:]
        loadings = loadings / np.sqrt((loadings**2).mean())
    return g, loadings


# %%
y = common.y.to_numpy() / common.y.std()
X = np.column_stack([np.ones(300), common.X / common.X.std()])
g, l_hat = one_factor(y, X, np.ones(21), lam=1000, rounds=20)

# %% [markdown]
# The truth is one cosine for all, so any coefficient's will do. How close is the path, apart from level, scale and sign?

# %%
cosine = common.beta["x5"]
round(abs(np.corrcoef(g, cosine)[0, 1]), 3)

# %% [markdown]
# ### 4.4 GRRRR
#
# The library's `ReducedRankRidge` (Algorithm 3) starts from the components of section 4.1, takes a lasso with some ridge
# (an elastic net) for the loadings, so that a coefficient may load on nothing and stay constant, drops factors that nobody
# loads on, and tunes λ on the way.

# %%
from tvplab import ReducedRankRidge

few = ReducedRankRidge(rank=1).fit(common.y, common.X)
few.plot_factors(truth=pd.DataFrame({"F1": cosine}))

# %%
several = ReducedRankRidge().fit(common.y, common.X)
fits = {"2SRR": loose, "GLRR": GroupLassoRidge().fit(common.y, common.X), "GRRRR, one factor": few}
fits[f"GRRRR, rank not given: {several.rank}"] = several
pd.Series({name: mean_absolute_error(common.beta, fit.beta) for name, fit in fits.items()}, name="MAE").round(3)

# %% [markdown]
# *More than forty per cent off 2SRR's error*, as one path is estimated from twenty-one coefficients' data. Leave `rank` out,
# and it starts from as many components as hold four fifths of 2SRR's movement (the paper's kind of rule) and drops
# those that nobody loads on. Here one too many is left, at a small cost.
#
# Or ask which number *predicts* best. To be fair, loadings must not have seen what they predict: for each fold they are
# found anew without it (in closed form, [`tvp_rank.py`](../tvplab/tvp_rank.py)).

# %%
by_prediction = ReducedRankRidge(rank="cv").fit(common.y, common.X, start=loose)
by_prediction.rank_path.round(4)

# %% [markdown]
# *The first factor takes two thirds off the error, the second nothing: so one.* (Rank 0 is a constant regression.) Over
# many such worlds this rule starts from the right number far more often; but since the loadings' penalty drops most of
# what is too many, both rules mostly end with the same one (`python -m tvplab replicate grrrr-rank`).
#
# ## 5. Other laws of motion
#
# A random walk is a belief: changes do not come back, and do not go on. Change the triangle C of lesson 2 and you change
# the belief; the rest stays. One argument each:
#
# | `law=` | belief | for λ → ∞ |
# |---|---|---|
# | `"random walk"` | β stays where it is | a constant |
# | `"drift"` | and follows a trend of its own | a straight line |
# | `"smooth"` | its slope is a random walk | a straight line |
# | `"ar"` | it comes back to its start, at a rate φ chosen with λ | a constant |

# %%
laws = ("random walk", "drift", "smooth", "ar")
bent = dgp.simulate_tvp_regression(T=200, shapes=("quadratic", "trend break"), noise=1.0, seed=3)
by_law = {law: TVPRidge(law=law).fit(bent.y, bent.X) for law in ("random walk", "smooth")}
plots.compare_paths(by_law, "x1", truth=bent.beta)

# %% [markdown]
# *A quadratic path. The smooth law draws it without the walk's corners, and comes nearer at both ends.* One world proves
# little; the mean error over fifty worlds (five in quick mode) of each shape:


# %%
def error_of(law, shape, seed):
    """MAE of one law in a world with one coefficient of one shape."""
    w = dgp.simulate_tvp_regression(T=200, shapes=(shape,), noise=1.0, seed=seed)
    return mean_absolute_error(w.beta["x1"], TVPRidge(law=law).fit(w.y, w.X).beta["x1"])


seeds = range(5 if tvplab.mode() == "quick" else 50)
errors = {law: {shape: np.mean([error_of(law, shape, s) for s in seeds]) for shape in dgp.PATHS} for law in laws}
pd.DataFrame(errors).round(3)

# %% [markdown]
# *Where paths are smooth, the smooth law is nearer the truth. No law helps much with a break. And where nothing moves, each
# of the others pays for what it allows.* The random walk is never more than a fifth behind the best: a fair default.
#
# ## 6. Limits: what all of these contain
#
# One argument each brings back an old friend. α = 1 is 2SRR; φ = 1 makes the autoregression a random walk; λ → ∞ is least
# squares, whatever the price on length. (Under the two laws with a slope it is least squares with straight lines.)

# %%
from tvplab.tvp_laws import AR

pairs = {
    "α = 1 is 2SRR": (GroupLassoRidge(alpha=1.0, final="cv"), TwoStepRidge()),
    "φ = 1 is the random walk": (TVPRidge(law=AR(1.0)), TVPRidge()),
    "λ → ∞ is OLS": (GroupLassoRidge(lam=1e14, lam0=0, volatility="constant"), TVPRidge(lam=1e14, lam0=0)),
}
distance = {
    name: np.abs(one.fit(world.y, world.X).beta - other.fit(world.y, world.X).beta).max().max()
    for name, (one, other) in pairs.items()
}
pd.Series(distance, name="largest difference").map("{:.0e}".format)

# %% [markdown]
# ## 7. The paper's tables, and ours
#
# Section 3 of the paper simulates each world in 15 setups (3 shares, 5 kinds of noise) for each K and T, and reports mean
# absolute errors. Here are two of them again, with few seeds; Tables 3 to 14 are in [`REPLICATION.md`](../REPLICATION.md), and
# `python -m tvplab replicate table-3` computes one of them.

# %%
from tvplab.replicate.simulation_cells import run
from tvplab.replicate.simulation_scores import paper

seeds = range(500, 504 if tvplab.mode() == "quick" else 520)
models = ("2SRR", "GLRR", "GRRRR")
setup = {"design": "S1", "T": 300, "K": 20, "noise": "low", "models": list(models)}
runs = {share: [run(setup | {"share": share, "seed": seed})["mae"] for seed in seeds] for share in (0.2, 1.0)}
ours = {(share, model): np.mean([one[model] for one in runs[share]]) for share in runs for model in models}

# %%
theirs = {(share, model): paper(3)["mae"][(20, share, "low", model)] for share, model in ours}
table = pd.DataFrame({"paper": theirs, "here": ours}).rename_axis(["K*/K", "model"])
table.round(3)

# %% [markdown]
# *2SRR lands near the paper's errors. GLRR gains less than the paper's where few coefficients move; GRRRR errs less than the
# paper's in both.* Three things are known to differ: our cross-validation is exact (lesson 2, section 4), the reference
# software's is not; GLRR's price is ours (section 2.1); and our price on the loadings follows the noise level, while the
# paper does not say how it sets its own.
#
# **Forecasts.** Section 4 of the paper forecasts five US series of FRED-QD, 2003 to 2014, each time from the past alone
# (Tables 15 to 17; `python -m tvplab replicate table-15` does one). A small version with bundled data: inflation one quarter
# ahead, 1990 to 2009, from the quarters before, as later revised. Two lags; least squares, 2SRR, and the paper's
# "half & half", the mean of the two.

# %%
raw = tvplab.data.load("us-macro").frame.loc["1959-04":]
inflation = raw["infl"]
past = pd.DataFrame({"lag 1": inflation.shift(1), "lag 2": inflation.shift(2)}).dropna()
target = inflation.loc[past.index]

# %%
rows = {}
for date in target.loc["1990":].index:
    known, known_past = target.loc[:date].iloc[:-1], past.loc[:date].iloc[:-1]
    constant = TVPRidge(lam=1e9, lam0=1e-6).fit(known, known_past).predict(past.loc[date])
    moving = TwoStepRidge().fit(known, known_past).predict(past.loc[date])
    rows[date] = {"OLS": constant, "2SRR": moving, "half & half": (constant + moving) / 2}
errors = pd.DataFrame(rows).T.sub(target.loc["1990":], axis=0)
(np.sqrt((errors**2).mean()) / np.sqrt((errors["OLS"] ** 2).mean())).round(3)

# %% [markdown]
# *Movement costs something in forecasting here; the mean of the two costs nothing.* At the end of the sample a path is held
# from one side only. The paper, in other years, has 0.93 for 2SRR in this case (Table 15) and 0.94 for the mean (Table 16).
# Two and four quarters ahead 2SRR loses there too (1.14, 1.09), and the mean wins (0.91, 0.85).
#
# The whole of Tables 15 to 17, 48 quarters of FRED-QD (vintage 2019-04), is in [`REPLICATION.md`](../REPLICATION.md). For the
# autoregression, inflation (INF) and the one-year rate (IR), ours stand before the paper's in brackets. Below 1 the moving
# model errs less than the constant one; stars mark differences that a Diebold-Mariano test sees at 10, 5 and 1 %.
#
# | | 2SRR | GLRR | GRRRR | 2SRR, half & half | GLRR, half & half | GRRRR, half & half |
# | --- | --- | --- | --- | --- | --- | --- |
# | INF, h = 1 | 1.36 (0.93) | 0.96 (0.96) | 1.01 (0.95) | 1.05 (0.94) | 0.96∗∗ (0.95) | 0.97 (0.96) |
# | INF, h = 2 | 1.26 (1.14) | 1.26 (1.15) | 1.14 (1.00) | 0.93 (0.91) | 0.94 (0.92) | 0.91 (0.94) |
# | INF, h = 4 | 1.03 (1.09) | 1.02 (1.10) | 0.83∗ (1.12) | 0.80∗ (0.85∗) | 0.80∗ (0.85∗) | 0.79∗ (0.86∗) |
# | IR, h = 1 | 0.90 (0.64∗∗∗) | 0.89 (0.71∗∗∗) | 1.39∗ (0.79∗∗∗) | 0.91 (0.80∗∗∗) | 0.90 (0.84∗∗∗) | 1.12 (0.88∗∗∗) |
# | IR, h = 2 | 0.80∗ (0.72∗∗∗) | 0.80∗ (0.66∗∗∗) | 1.17 (0.72∗∗∗) | 0.86∗∗ (0.83∗∗∗) | 0.86∗∗ (0.76∗∗∗) | 1.03 (0.82∗∗∗) |
# | IR, h = 4 | 1.06 (1.03) | 1.02 (1.06) | 1.13 (1.12) | 1.00 (0.99) | 0.98 (1.01) | 1.02 (1.02) |
#
# *Inflation: the paper's pattern.* Alone, movement does not pay (the paper has no significant gain for inflation in all of
# Table 15). Averaged with the constant model it pays at longer horizons, and at four quarters all three gain a fifth, with
# the paper's stars. Our 1.36 is one quarter's doing: 2009Q1 holds half of those squared errors. *The rate: the paper's signs
# for 2SRR and GLRR, but little of its size and fewer of its stars; GRRRR loses where the paper's wins.* Folds of 8 quarters
# in a row (Table 17) help inflation there and here: 35 of 45 ratios are on the paper's side of 1, against 30 in Table 15.
# The rate then has next to no significant gain in either. Why so few here from the start?
#
# **Ask what the benchmark is.** The paper's largest gains are those for an interest rate (Table 15: 0.64 for 2SRR). In its
# public files the constant AR(2) is a *ridge*, chosen by cross-validation from the penalties that the R package glmnet
# tries by default; these end at a tenth of the largest correlation. A rate's two lags are all but the same series. What
# does a penalty that cannot let go do to them? The bundled three-month rate, one quarter ahead:

# %%
from tvplab.constant_ridge import least_squares, ridge_path
from tvplab.replicate.forecasting_benchmark import glmnet_penalties

rate = raw["tbilrate"]
X = pd.DataFrame({"lag 1": rate.shift(1), "lag 2": rate.shift(2)}).iloc[2:].to_numpy()
Y = rate.iloc[2:].to_numpy()[:, None]
level, slopes = ridge_path(Y, X, glmnet_penalties(Y, X)[-1:])
fits = {"least squares": least_squares(Y, X).predict(X), "ridge": level[0] + X @ slopes[0]}
rmse = {name: np.sqrt(np.mean((Y - fit) ** 2)) for name, fit in fits.items()}
least_squares(Y, X).slopes.ravel().round(2), slopes[0].ravel().round(2), round(rmse["least squares"] / rmse["ridge"], 2)

# %% [markdown]
# *Least squares leaves the second lag alone; the ridge has to give it 0.27.* Here that costs 7 %. For the
# one-year rate of FRED-QD, which has momentum, least squares has 0.65 times the errors of that benchmark (`python -m tvplab
# replicate table-15-benchmark`): nearly all of the paper's 0.64 is the benchmark's loss. Against least squares, 2SRR
# wins a tenth there with two lags, and nothing with more predictors.
#
# ## 8. Real data: what moved in the inflation equation?
#
# One equation of a VAR for the US: quarterly inflation on the last quarter's growth, inflation, unemployment, bill rate and
# money growth, 1959 to 2009. Each regressor is measured from its mean, so that the constant is the *level* of inflation
# (section 9 shows why that matters).

# %%
us = pd.DataFrame(
    {
        "growth": 400 * np.log(raw["realgdp"]).diff(),
        "inflation": raw["infl"],
        "unemployment": raw["unemp"],
        "rate": raw["tbilrate"],
        "money": 400 * np.log(raw["m1"]).diff(),
    }
).dropna()
lagged = us.shift(1).dropna()
lagged = lagged - lagged.mean()
next_inflation = us["inflation"].loc[lagged.index]

# %%
from tvplab.crossval import BlockedFolds

found = {}
for held_out, cv in (("random folds", 5), ("10 blocks", BlockedFolds(10))):
    for name, model in (("GLRR", GroupLassoRidge(alpha="cv", cv=cv)), ("GRRRR", ReducedRankRidge(cv=cv))):
        fit = model.fit(next_inflation, lagged)
        found[held_out, name] = fit
        print(f"{held_out:13} {name:6} constant: {', '.join(fit.constant)}")

# %% [markdown]
# Two estimators, two ways to hold out, one answer: **nobody saw the response to growth or to unemployment move**. The
# likelihood agrees, and is stricter still:

# %%
GroupLassoRidge(select="likelihood").fit(next_inflation, lagged).constant

# %% [markdown]
# What did move?

# %%
found["10 blocks", "GRRRR"].plot_factors()

# %% [markdown]
# *One force, highest in 1974, falling until the mid-1980s and again after 1990.* The bars are in each coefficient's own
# unit, so they cannot be compared. Times one standard deviation of the regressor they can, in points of inflation:

# %%
path = found["10 blocks", "GRRRR"].beta
travel = pd.DataFrame({"travel": path.max() - path.min()})
travel["at one sd"] = travel["travel"] * lagged.std().reindex(travel.index, fill_value=1.0)
travel.round(2)

# %% [markdown]
# *The response to the bill rate and the level moved most.* The slope on unemployment, the Phillips curve that so many
# papers let flatten, has a circle instead of a bar: in this equation others did the moving. (This is the kit's finding
# on these data, not the paper's. Section 8 of lesson 2 saw the wide band, and could not say.)
#
# ## 9. What breaks
#
# **Sparsity where everything moves a little.** GLRR looks for zeros; pushed hard enough where there are none, it makes some.
# Twenty-one coefficients that all move:

# %%
choices = {"2SRR": TwoStepRidge(), "α = 0.5": GroupLassoRidge(), "1 s.e. rule": GroupLassoRidge(alpha="1se")}
dense_fits = {name: model.fit(common.y, common.X) for name, model in choices.items()}
rows = {
    name: (len(getattr(fit, "constant", [])), mean_absolute_error(common.beta, fit.beta))
    for name, fit in dense_fits.items()
}
pd.DataFrame(rows, index=["frozen, all wrongly", "MAE"]).T.round(3)

# %% [markdown]
# *The price on length hurts before anything freezes, and more after.* How to see it?

# %%
dense_fits["1 s.e. rule"].sparsity_path[["alpha", "score", "moving"]].round(3)

# %% [markdown]
# *How to see it*: not by the score, which even improves to the left (it takes the weights, found on all periods, as given).
# But nobody leaves: in section 2.4 five were gone at α = 0.35, here all twenty-one still move at 0.12. *What to do*: fit
# GRRRR beside it. If all load on the same few factors, as in section 4.4, the world is dense.
#
# **A regressor that stands in for the constant.** Unemployment is always near six. A coefficient on it that moves by 0.1
# moves the level by 0.6: it can do the constant's work at a lower price. The same equation, regressors *not* centred:

# %%
sparse_model = GroupLassoRidge(alpha="cv", cv=BlockedFolds(10))
betas = {
    "centred": found["10 blocks", "GLRR"].beta,
    "not centred": sparse_model.fit(next_inflation, us.shift(1).dropna()).beta,
}
pd.DataFrame({name: beta.max() - beta.min() for name, beta in betas.items()}).round(2)

# %% [markdown]
# *Now the constant hardly travels, and unemployment does: the opposite story, from the same data.* Both models fit; which
# coefficients *seem* to move depends on where their regressors have their zero. *How to see it*: centre, and compare. *What
# to do*: centre, always, when you ask which coefficients move.
#
# **Noise that drowns the factor.** The same world S1 with all moving, loud:

# %%
loud = dgp.simulate_design("S1", T=300, K=20, share=1.0, noise="high", seed=1)
fits = {"2SRR": TwoStepRidge().fit(loud.y, loud.X), "GRRRR": ReducedRankRidge().fit(loud.y, loud.X)}
fits["GRRRR"].rank, {name: round(mean_absolute_error(loud.beta, fit.beta), 3) for name, fit in fits.items()}

# %% [markdown]
# *How to see it*: the rank falls to zero, which is honest: GRRRR cannot tell this moving world from a still one, and 2SRR,
# which lets all move, errs more. *What to do*: believe it, or find more data.
#
# ## 10. What this does not show
#
# - "Constant" means: not moving enough to be seen through this noise. It is not a proof of stability.
# - The bands of GLRR take the selection as given (appendix A.1.2), those of GRRRR the loadings, too. They are too narrow.
# - A factor has no name. That all coefficients move together does not say *why*.
# - Everything here was found by looking back; the path of 1975 knows 1985.
#
# ## Recap
#
# 1. Squares shrink, lengths switch off: a group lasso on paths finds coefficients that never move.
# 2. A lasso is a sequence of ridges; its zeros are known by their optimality conditions.
# 3. If coefficients move together, the drift covariance has low rank, and lesson 2's kernel takes it as it is.
# 4. GRRRR alternates a TVP regression and a lasso; pooling pays most where many coefficients follow few forces.
# 5. Sparse, dense, or neither: fit both, hold out both ways, and believe what survives.
#
# ## Exercises
#
# **2.5 (warm-up).** Two paths with the same squares: one takes a single step of 3, the other nine steps of 1. A third one
# takes nine steps of 2. What are the three lengths $\lVert u\rVert$? (Give a list of three numbers.)

# %% tags=["solution", "2.5"]
path_lengths = [3.0, 3.0, 6.0]  # blank

# %%
tvplab.check("2.5", path_lengths)

# %% [markdown]
# **2.6.** Write the drift kernel of coefficients that move with r factors, from X (T×K) and Λ (K×r): the T×T matrix
# $(X\Lambda\Lambda'X')\circ M$ with $M_{ts}=\min(t,s)$, periods counted from 1.


# %% tags=["solution", "2.6"]
def factor_kernel(X, loadings):  # blank
    """Covariance of x_t'β_t when steps are Λ f with unit variances."""
    time = np.arange(1, len(X) + 1)
    combined = X @ loadings
    return (combined @ combined.T) * np.minimum.outer(time, time)


# %%
tvplab.check("2.6", factor_kernel)

# %% [markdown]
# **2.7.** Which coefficients moved in the *growth* equation? Fit `GroupLassoRidge()` (its default α) with
# `BlockedFolds(10)` to `us["growth"]` on the same centred regressors, and give the set of names found constant.

# %% tags=["solution", "2.7"]
growth = us["growth"].loc[lagged.index]
still = set(GroupLassoRidge(cv=BlockedFolds(10)).fit(growth, lagged).constant)  # blank

# %%
tvplab.check("2.7", still)

# %% [markdown]
# **2.8 (small project).** Does sparsity pay, and at which noise? For world S1 with T = 150, K = 6, K*/K = 0.2 and seeds
# 0 to 4, compute the MAE of `GroupLassoRidge(alpha="1se")` over that of `TwoStepRidge()`, for noise "low", "medium" and
# "high". Give a dict from noise to the mean ratio. Then look at the five ratios behind each mean: is it five gains, or one
# accident? What was frozen in the worst world?


# %% tags=["solution", "2.8"]
def ratio(noise):  # blank
    """Mean ratio of errors over five worlds."""
    ratios = []
    for seed in range(5):
        w = dgp.simulate_design("S1", T=150, K=6, share=0.2, noise=noise, seed=seed)
        sparse_fit, dense_fit = GroupLassoRidge(alpha="1se").fit(w.y, w.X), TwoStepRidge().fit(w.y, w.X)
        ratios.append(mean_absolute_error(w.beta, sparse_fit.beta) / mean_absolute_error(w.beta, dense_fit.beta))
    return np.mean(ratios)


ratios = {noise: ratio(noise) for noise in ("low", "medium", "high")}

# %%
tvplab.check("2.8", ratios)

# %% [markdown]
# **Next:** [the map of lessons](00_start_here.ipynb). Code of this lesson: [`sparse_tvp.py`](../tvplab/sparse_tvp.py),
# [`tvp_groups.py`](../tvplab/tvp_groups.py), [`reduced_rank.py`](../tvplab/reduced_rank.py),
# [`tvp_laws.py`](../tvplab/tvp_laws.py), [`explore/sparse.py`](../tvplab/explore/sparse.py).
