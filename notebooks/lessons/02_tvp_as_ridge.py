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
# # Lesson 2 · Time-varying parameters *are* ridge regressions
#
# **The question.** In the 1970s, a point of inflation this year meant most of a point next year. Does it still? A
# regression with one fixed coefficient cannot say. A regression whose coefficient may move can say *anything*, unless
# something holds it back. How much should it be held back, and who decides?
#
# **After this lesson you can** write a regression with a new coefficient in every period, estimate it with one line of
# linear algebra, choose its one knob λ by cross-validation, and say which movements to believe.
#
# **You need** least squares and a little matrix algebra. No Kalman filter: you will meet one, and see that it gives the
# same numbers. **Time**: about 75 minutes to read, half a minute to run.
#
# *Source*: Ph. Goulet Coulombe, "Time-Varying Parameters as Ridge Regressions", sections 2.1 to 2.4. Equation numbers
# are the paper's. Sparse and reduced-rank versions (section 2.5), the simulations and the forecasts are
# [lesson 2b](02b_sparse_and_shared.ipynb).

# %%
import tvplab

tvplab.banner()

# %% [markdown]
# ## 1. A world with a known truth
#
# We begin where we know the answer. Two hundred periods, three regressors. The first coefficient swings like a cosine,
# the second breaks once in the middle, the third never moves. Everything here is **synthetic**.

# %%
from tvplab import dgp

world = dgp.simulate_tvp_regression(T=200, shapes=("cosine", "break", "constant"), noise=0.5, seed=0)
world.beta.iloc[[0, 50, 100, 150, 199]]

# %% [markdown]
# Least squares looks for one number per regressor. What does it find where there are two hundred?

# %%
import numpy as np

y, X = world.y.to_numpy(), world.X.to_numpy()
ols = np.linalg.lstsq(X, y, rcond=None)[0]
ols.round(2)

# %% [markdown]
# The cosine has averaged itself away, the break has cancelled, and only the constant coefficient comes out right. A
# fixed-coefficient regression does not warn you: it reports a small number with a small standard error.
#
# The model of this lesson recovers the movement. One line now; the rest of the lesson takes it apart.

# %%
from tvplab import TVPRidge

fit = TVPRidge().fit(world.y, world.X)
fit.plot(truth=world.beta.assign(const=0.0), share_y=True)

# %% [markdown]
# *x1 swings as it should and x2 changes sides. But x2 starts too close to zero and takes its time at the break, and x3
# and the constant, which never move, wander a little: one rule for all four lets all four move.* Section 6 gives each
# coefficient a rule of its own. The bands hold the truth most of the time, and not at the break.
#
# ## 2. From a moving coefficient to a ridge regression
#
# ### 2.1 The model, and the penalty that it is
#
# The coefficients follow random walks (eq. 1):
#
# $$y_t = X_t\beta_t + \epsilon_t,\quad \epsilon_t\sim N(0,\sigma_\epsilon^2), \qquad
#   \beta_t = \beta_{t-1} + u_t,\quad u_t\sim N(0,\sigma_u^2 I),\qquad \beta_0=0.$$
#
# Write down the density of all $\epsilon$ and $u$, take the log, change the sign. What remains is least squares with a
# price on movement (eq. 3):
#
# $$\min_{\beta_1\ldots\beta_T}\ \sum_t (y_t - X_t\beta_t)^2 + \lambda\sum_t\lVert\beta_t-\beta_{t-1}\rVert^2,
#   \qquad \lambda = \sigma_\epsilon^2/\sigma_u^2 .$$
#
# That is the whole idea. **λ is a ratio of variances**: how noisy the data are, over how fast the world moves. (The paper
# divides this ratio by K as well; its own software, and this kit, do not.) As $\beta_0=0$, the start is priced like any
# other step; section 2.5 mends that.
#
# ### 2.2 One long regression
#
# A random walk is a start plus a sum of steps, $\beta_k = C\theta_k$ with $C$ a triangle of ones. To give each period a
# coefficient of its own, put each regressor's values on a diagonal, $W=[\mathrm{diag}(X_1)\ldots\mathrm{diag}(X_K)]$; to
# speak of steps $\theta$ instead of levels, multiply by the triangles: $Z=WC$. (Here k counts regressors: $X_k$ is a
# column of the data, where $X_t$ is a row.) Each regressor becomes T regressors, "switched on" one period later than
# the one before it.

# %%
from tvplab.tvp_primal import expanded_regressors, summation_matrix

summation_matrix(4)

# %%
small = np.array([[11, 21], [12, 22], [13, 23], [14, 24]])
expanded_regressors(small).astype(int)

# %% [markdown]
# Read the rows: in period 3 the first coefficient is its start plus two steps, so `13` appears three times. This is the
# matrix printed below eq. 4 in the paper. In these coordinates the price on movement is a price on size, that is, an
# ordinary **ridge regression** (eqs. 4 and 5):
#
# $$\min_\theta\,(y-Z\theta)'(y-Z\theta)+\lambda\theta'\theta,\qquad
#   \hat\beta = C\,(Z'Z+\lambda I_{KT})^{-1}Z'y .$$


# %%
def primal(y, X, lam):
    """Eq. 5: all T·K steps at once."""
    T, K = X.shape
    Z = expanded_regressors(X)
    theta = np.linalg.solve(Z.T @ Z + lam * np.eye(K * T), Z.T @ y)
    return np.cumsum(theta.reshape(K, T), axis=1).T


lam = 40.0
beta_primal = primal(y, X, lam)

# %% [markdown]
# Does it equal the library? Three options say what we did by hand: the start carries the same price λ (`lam0`), there is
# no constant, and nothing is rescaled. By default the library divides y and each x by its standard deviation
# (`scale="sd"`), so that one λ is fair to all; **every λ from section 3 on is in those units**.

# %%
library = TVPRidge(lam=lam, lam0=lam, constant=False, scale=None).fit(world.y, world.X)
np.allclose(beta_primal, library.beta, atol=1e-10)

# %% [markdown]
# ### 2.3 Why nobody does it this way
#
# There are K·T unknowns, and the matrix to invert has that number squared of cells. In gigabytes, for this world, for
# one equation of a vector autoregression (VAR: each series on the lags of all) with few lags and with 20, and for the
# largest case of the paper's Table 1:

# %%
import pandas as pd

models = {"this world": (200, 3), "small VAR": (300, 31), "VAR(20)": (300, 101), "Table 1": (600, 100)}
sizes = pd.DataFrame(models, index=["T", "K"]).T
sizes["unknowns"] = sizes["T"] * sizes["K"]
sizes["gigabytes"] = (8 * sizes["unknowns"] ** 2 / 1e9).round(2)
sizes

# %% [markdown]
# ### 2.4 The dual: a T×T problem
#
# A ridge solution is always a combination of the data, $\hat\theta=Z'\hat\alpha$. Put that into eq. 4: the price becomes
# $\lambda\alpha'ZZ'\alpha$ and the fit $ZZ'\alpha$. Set the derivative to zero, $ZZ'(ZZ'\alpha-y+\lambda\alpha)=0$, and the
# unknowns are T numbers α instead of K·T steps (eq. 6):
#
# $$\hat\beta = C Z'\,(ZZ'+\lambda I_T)^{-1}y .$$


# %%
def dual(y, X, lam):
    """Eq. 6: T unknowns, whatever K."""
    T, K = X.shape
    Z = expanded_regressors(X)
    alpha = np.linalg.solve(Z @ Z.T + lam * np.eye(T), y)
    return np.cumsum((Z.T @ alpha).reshape(K, T), axis=1).T


np.allclose(dual(y, X, lam), beta_primal)

# %% [markdown]
# ### 2.5 Without Z at all
#
# $Z$ is still T×KT, and $ZZ'$ costs $KT^3$. But look at one of its cells: two periods share the steps that both have
# lived through, and there are $\min(t,s)$ of those. So
#
# $$ZZ' = (XX')\circ M,\qquad M_{ts}=\min(t,s),$$
#
# a cell-by-cell (Hadamard) product. This line is not in the paper. It makes the cost almost independent of K.

# %%
T = len(y)
M = np.minimum.outer(np.arange(1, T + 1), np.arange(1, T + 1))
np.allclose(expanded_regressors(X) @ expanded_regressors(X).T, (X @ X.T) * M)

# %% [markdown]
# The steps come back as $\hat u_{k,s}=\sum_{t\ge s}x_{tk}\hat\alpha_t$: a cumulative sum from the end. Then one more from
# the start gives the path. The whole estimator is five lines.


# %%
def tvp_ridge(y, X, lam):
    """Eq. 6 with the Hadamard kernel: O(K T² + T³), no Z."""
    M = np.minimum.outer(np.arange(1, len(y) + 1), np.arange(1, len(y) + 1))
    alpha = np.linalg.solve((X @ X.T) * M + lam * np.eye(len(y)), y)
    steps = np.cumsum((X * alpha[:, None])[::-1], axis=0)[::-1]
    return np.cumsum(steps, axis=0)


np.allclose(tvp_ridge(y, X, lam), beta_primal)

# %% [markdown]
# The library's [`tvp_kernel.py`](../tvplab/tvp_kernel.py) is this function with three more things: a lighter price
# `lam0` on the start (eq. 7; with the start taken out, $M_{ts}=\min(t,s)-1$), weights for coefficients and periods (eq. 8),
# and **one** eigendecomposition that serves every λ. For long samples [`tvp_banded.py`](../tvplab/tvp_banded.py) takes another road to the same numbers.
#
# ### 2.6 The Kalman smoother says the same
#
# The textbook way to estimate eq. 1 is a filter: predict, look at the error, correct. `P` is how unsure we are of β,
# `H` the variance of the noise, `Q` that of a period's drift, and `gain` says how much of a surprise to believe.


# %%
def kalman_filter(y, X, H, Q, P):
    """Mean of β_t given y_1..y_t."""
    beta, means = np.zeros(X.shape[1]), []
    for x, observed in zip(X, y, strict=True):
        gain = P @ x / (x @ P @ x + H)
        beta = beta + gain * (observed - x @ beta)
        P = P - np.outer(gain, x @ P) + Q
        means.append(beta)
    return np.array(means)


# %% [markdown]
# After the last period the filter has seen everything, and must agree with us. For the earlier periods a second pass,
# the *smoother*, carries the news back; it stands in [`statespace.py`](../tvplab/statespace.py). Only the ratio of
# variances matters, so we set the noise to 1 and each drift, the first included, to 1/λ. The largest differences:

# %%
from tvplab import statespace

Q, P = np.eye(3) / lam, np.eye(3) / lam
model = statespace.drifting_regression(X, np.ones(T), Q, P)
smoothed = statespace.kalman_smoother(statespace.kalman_filter(y[:, None], model), model)
last = kalman_filter(y, X, 1.0, Q, P)[-1]
abs(last - beta_primal[-1]).max(), abs(smoothed.mean - beta_primal).max()

# %% [markdown]
# Same model, same numbers, but for rounding. The ridge view wins not by another answer but by
# another *question*: we now see one penalty, and we know since the 1970s how to choose those.
#
# ## 3. The slider
#
# **Predict first.** Before you touch it, write down:
#
# 1. What does the path of x1 look like when λ is very small? When it is very large?
# 2. You double the noise. Does the best λ go up or down?
# 3. Take `break` as the path of x1. Can any λ draw a step?
#
# Then drag. Every position re-estimates all 800 coefficients and their bands.

# %%
from tvplab import explore

explore.ridge()

# %% [markdown]
# **What happened.** (1) A small λ lets every coefficient explain its own observation: the path is noise, and the band is
# wide. A large λ freezes it: a horizontal line, least squares. (2) Up: λ is σ²ε/σ²u, and you raised the numerator.
# It does not double or quadruple by rule, as a cosine is no random walk: here λ is a knob of smoothness, and
# cross-validation turns it as far as it pays. (3) No. A random walk pays for a step with its square, so many small steps are cheaper than one large one, and a break
# is always rounded off. (The other controls change how λ is *chosen*: move them, then press *show CV choice*.)
#
# Three settings, for paper:

# %%
from tvplab import plots

settings = {f"λ = {value:g}": fit.at(value) for value in (0.5, 40.0, 1e5)}
plots.compare_paths(settings, "x1", truth=world.beta)

# %% [markdown]
# *Blue chases noise, orange follows the truth, green is frozen at its average.*
#
# ## 4. Choosing λ
#
# Hold some periods out, estimate on the rest, predict what was held out. With five folds and 25 candidates that is 125
# regressions, each of 800 unknowns. None of them has to be run. With $A=\left((XX')\circ M+\lambda I\right)^{-1}$, which we
# have anyway, the errors on a fold F of the model that never saw F are *exactly*
#
# $$y_F-\hat y_F^{\,\text{without }F} = (A_{FF})^{-1}(Ay)_F .$$
#
# Why: $Ay$ are the residuals over λ. To leave F out is to choose its $y_F$ so that its residuals are zero, and the
# rule for inverting a matrix in blocks says what that takes.


# %%
def held_out_errors(A, y, F):
    """Prediction errors on the periods F of the model estimated without them."""
    return np.linalg.solve(A[np.ix_(F, F)], (A @ y)[F])


A = np.linalg.inv((X @ X.T) * M + lam * np.eye(T))
F, rest = np.arange(0, T, 5), np.flatnonzero(np.arange(T) % 5)
held_out_errors(A, y, F)[:4]

# %% [markdown]
# Against the honest way, which refits without F:

# %%
kernel = (X @ X.T) * M
weights = np.linalg.solve(kernel[np.ix_(rest, rest)] + lam * np.eye(len(rest)), y[rest])
np.allclose(y[F] - kernel[np.ix_(F, rest)] @ weights, held_out_errors(A, y, F))

# %% [markdown]
# The identity holds for any fold: random periods, blocks of years, one period at a time. The library does the same for
# all candidates.

# %%
plots.cv_curve(fit)

# %% [markdown]
# *A valley. To the left the coefficients chase noise, and the mean squared error is half as large again; to the right
# they are frozen, and it is four times as large.* In a noisier world the two sides change places: try σ = 2 on the slider.
# Other ways to choose, the last two without holding anything out: GCV, a short cut to leaving one out that charges for the
# effective parameters (section 5), and the likelihood of all data given λ:

# %%
from tvplab.crossval import BlockedFolds

ways = {"5 random folds": 5, "10 blocks": BlockedFolds(10), "leave one out": "loo", "GCV": "gcv", "likelihood": "ml"}
chosen = {name: TVPRidge(cv=way).fit(world.y, world.X).lam for name, way in ways.items()}
pd.Series(chosen, name="λ").round(1)

# %% [markdown]
# Five ways to look, one valley, one floor.
#
# ## 5. The limit: λ → ∞ is least squares
#
# Freeze the drifts and leave the start free (`lam0=0`): what remains is the regression that you have known all along.

# %%
frozen = TVPRidge(lam=1e15, lam0=0, constant=False).fit(world.y, world.X)
np.allclose(frozen.beta, ols, atol=1e-9), round(frozen.df, 6)

# %% [markdown]
# Three coefficients, three effective parameters: the derivatives of the fitted values by their own observations, added up
# (the trace of the *hat matrix*). At the chosen λ the model of section 1 used this many:

# %%
round(fit.df, 1), fit.beta.size

# %% [markdown]
# That is what the data pay for. Hundreds of unknowns are no scandal when they are tied together.
#
# ## 6. Two steps: when noise and drift are not the same for all
#
# One λ assumes that all coefficients move alike and that noise never changes. Eq. 8 gives each coefficient its own
# $\sigma^2_{u,k}$ and each period its own $\sigma^2_{\epsilon,t}$. **2SRR** (Algorithm 1) finds them from a first, plain
# ridge. A world that is loud and quiet by turns:

# %%
loud = dgp.simulate_tvp_regression(T=300, shapes=("cosine", "constant"), noise=0.6, volatility=1.0, seed=5)
first = TVPRidge().fit(loud.y, loud.X)

# %% [markdown]
# Steps 2 and 3 of the algorithm: a volatility model of the residuals (GARCH: today's variance is a mix of yesterday's and
# of yesterday's squared surprise), and the mean squared steps of each coefficient, in the units of λ. Both are scaled to
# average one. (The paper scales the steps to average 1/λ. As step 4 chooses λ anew, only their ratios matter.)

# %%
from tvplab.ridge import relative
from tvplab.volatility import garch_variance

period_weights = relative(garch_variance(first.resid.to_numpy()))
in_sd = first.beta * [1, *loud.X.std()] / loud.y.std()
drift_weights = relative(in_sd.diff().pow(2).mean())
second = TVPRidge(sigma_e2=period_weights, sigma_u2=drift_weights).fit(loud.y, loud.X)

# %% [markdown]
# The library calls this `TwoStepRidge`.

# %%
from tvplab import TwoStepRidge

two_step = TwoStepRidge().fit(loud.y, loud.X)
np.allclose(second.beta, two_step.beta, atol=1e-8)

# %%
plots.residual_volatility(two_step, truth=loud.sigma)

# %% [markdown]
# *GARCH sees the loud and the quiet times, a little late, as it only looks back.* What it buys, in mean absolute error
# against the truth:

# %%
from tvplab.metrics import mean_absolute_error

names = list(loud.X)
pd.Series(
    {
        "one step": mean_absolute_error(loud.beta, first.beta[names]),
        "two steps": mean_absolute_error(loud.beta, two_step.beta[names]),
    },
    name="MAE",
).round(3)

# %% [markdown]
# ## 7. Bands, and whether to believe them
#
# Ridge is Bayesian regression with a normal prior, so it has a posterior variance (section 2.4.3). The paper's formula
# inverts the KT×KT matrix that we had escaped. There is no need: prior variance minus what the data explained,
# $\operatorname{var}(\beta_{tk}) - c'Ac$ with $c=\operatorname{cov}(y,\beta_{tk})$, takes one T×T product per
# coefficient. Do 90 % bands cover 90 %? Draw worlds from the model itself, and count.

# %%
from tvplab.metrics import coverage

rng, shares = np.random.default_rng(1), []
models = [TVPRidge(lam=lam, lam0=1, constant=False, scale=None) for lam in (50, "cv")]
for _ in range(50 if tvplab.mode() == "quick" else 400):
    x = rng.standard_normal((100, 3))
    steps = rng.standard_normal((100, 3)) / np.r_[1, [np.sqrt(50)] * 99][:, None]
    truth = np.cumsum(steps, axis=0)
    observed = (x * truth).sum(1) + rng.standard_normal(100)
    shares.append([coverage(truth, *model.fit(observed, x).bands(0.9)) for model in models])
pd.Series(np.mean(shares, axis=0), ["λ known", "λ by cross-validation"], name="coverage of 90 % bands").round(3)

# %% [markdown]
# They do, when λ is right and the world is a random walk. Where λ had to be chosen they are a little too narrow, and where
# a coefficient breaks they are wrong: look again at section 1. A band knows nothing of the doubts you did not give it.
#
# ## 8. Real data: does inflation still follow inflation?
#
# US consumer prices, 1960 to 2009, quarterly, from the bundled data. A Phillips curve: this quarter's inflation on the
# average of the last four, and on unemployment one quarter ago.

# %%
us = tvplab.data.load("us-macro").frame.loc["1959-04":]
us = pd.DataFrame(
    {
        "inflation": us["infl"],
        "past inflation": us["infl"].rolling(4).mean().shift(1),
        "unemployment gap": (us["unemp"] - us["unemp"].mean()).shift(1),
    }
).dropna()
inflation, drivers = us["inflation"], us[["past inflation", "unemployment gap"]]

# %%
us_fit = TVPRidge().fit(inflation, drivers)
us_fit.plot()

# %% [markdown]
# *Persistence climbs to about three quarters in the late 1970s and is gone by the late 1980s; in the 2000s its whole band
# lies below zero.* A point of past inflation meant most of a point then. Later a year above the usual was followed by a
# quarter below it, around a level of its own, the constant on the left: economists say that expectations came to be
# anchored.
# The slope on unemployment (right) is negative throughout, but its band is wider than its movement: from this picture
# nobody can claim that the Phillips curve flattened.
#
# Drag λ, change the folds, take two steps. What survives?

# %%
explore.ridge(inflation, drivers)

# %% [markdown]
# And now the uncomfortable part. Choose λ in six ways. For each, what would it cost, in held-out error, to freeze the
# coefficients for good?

# %%
rows = []
for name, cv in (("5 random folds", 5), ("5 blocks", BlockedFolds(5)), ("10 blocks", BlockedFolds(10))):
    for steps, Model in (("one step", TVPRidge), ("two steps", TwoStepRidge)):
        one = Model(cv=cv).fit(inflation, drivers)
        rows.append((name, steps, one.lam, one.cv.score.iloc[-1] / one.cv.score.min() - 1))
table = pd.DataFrame(rows, columns=["held out", "estimator", "λ", "cost of freezing"])
table.pivot(index="held out", columns="estimator").map("{:.2g}".format)

# %% [markdown]
# *The one-step fit always finds movement. With two steps the answer depends on what is held out.* The second step has
# learnt that 2008 was loud; once that is allowed for, and whole stretches of five or ten years are held out, "nothing ever
# moved" predicts best. Drift and volatility compete for the same surprises. Report both, or find more data. (This is the
# kit's finding on these data; the paper, section 2.4.2, says of large models that there is "little hope" to find much time
# variation in them.)
#
# The paper has no such example; what can be put beside its tables here is **time**. Its Table 1 gives seconds for one 2SRR
# with tuning at T = 300. The machines differ (theirs was a cluster), so the question is only whether a laptop needs half:

# %%
from time import perf_counter

rows = []
for K, paper in ((6, 1.0), (20, 3.1), (100, 12.4)):
    x = np.random.default_rng(K).standard_normal((300, K))
    start = perf_counter()
    TwoStepRidge().fit(x.sum(1) + np.random.default_rng(0).standard_normal(300), x)
    rows.append((K, paper, perf_counter() - start < paper / 2))
pd.DataFrame(rows, columns=["K", "paper, seconds", "here under half"])

# %% [markdown]
# How much less it is differs from run to run. `benchmarks/BENCHMARKS.md` has the figures: ratios to the naive solution
# and to other software, measured in one run.

# %% [markdown]
# ## 9. What breaks
#
# **Judging λ by the fit in the sample.** It always prefers more freedom, down to no penalty at all.

# %%
tight = [TVPRidge(lam=value).fit(world.y, world.X) for value in (1000.0, 40.0, 1.0, 0.01)]
pd.DataFrame(
    {
        "λ": [one.lam for one in tight],
        "R² in sample": [1 - one.resid.var() / world.y.var() for one in tight],
        "MAE against truth": [mean_absolute_error(world.beta, one.beta[list(world.X)]) for one in tight],
    }
).round(3)

# %% [markdown]
# *How to see it*: residuals that vanish. *What to do*: never choose λ without holding something out.
#
# **Neighbours that tell.** If errors are autocorrelated, a held-out period is given away by the periods beside it. Random
# folds then take noise for movement. Here the errors have autocorrelation 0.9:

# %%
e, shocks = np.zeros(200), np.random.default_rng(99).standard_normal(200)
for t in range(1, 200):
    e[t] = 0.9 * e[t - 1] + 0.4 * shocks[t]
calm = dgp.simulate_tvp_regression(shapes=("cosine", "constant"), noise=0.0, seed=0)
fits = {"random": TVPRidge(cv=5), "blocks": TVPRidge(cv=BlockedFolds(10))}
fits = {name: model.fit(calm.y + e, calm.X) for name, model in fits.items()}
errors = {name: mean_absolute_error(calm.beta, one.beta[["x1", "x2"]]) for name, one in fits.items()}
rows = {name: (one.lam, one.df, errors[name]) for name, one in fits.items()}
pd.DataFrame(rows, index=["λ", "effective parameters", "MAE"]).round(2)

# %%
plots.compare_paths(fits, "x1", truth=calm.beta)

# %% [markdown]
# *How to see it*: the two kinds of folds disagree, here by a factor of thirty (with other shocks it can be less, or none).
# *What to do*: add lags until the residuals are clean, or hold out blocks.
#
# **The pile-up.** When the truth moves very little, λ often ends at the top of its grid: "nothing moves". The paper holds
# this against maximum likelihood. Is cross-validation free of it? A level that drifts with σu = 0.025 under σε = 1:

# %%
top, lams = {"ml": 0, "loo": 0, 5: 0}, np.geomspace(1, 1e6, 25)
samples = 30 if tvplab.mode() == "quick" else 200
for seed in range(samples):
    rng = np.random.default_rng(seed)
    level = 0.025 * rng.standard_normal(100).cumsum() + rng.standard_normal(100)
    for cv in top:
        local = TVPRidge(cv=cv, lams=lams, lam0=0, constant=False, scale=None)
        top[cv] += local.fit(level, np.ones(100)).lam == lams[-1]
pd.Series({str(cv): count / samples for cv, count in top.items()}, name="share at the top")

# %% [markdown]
# No. Roughly half of the samples end there, whichever way λ is chosen (200 samples in full mode, 30 in quick). In a
# hundred periods so small a drift cannot be told from none; an honest method says so by landing there.
#
# ## 10. What this does not show
#
# - A path that fits is not a cause. A drifting coefficient can stand in for an omitted variable.
# - The path is *smoothed*: the value for 1975 knows about 1985. A forecaster in 1975 did not.
# - Bands take λ as known. Two settings of λ that predict equally well can tell different stories: section 8.
# - One λ for a mix of moving and constant coefficients is a compromise; making some of them exactly constant is
#   [lesson 2b](02b_sparse_and_shared.ipynb).
#
# ## Recap
#
# 1. A regression with random-walk coefficients is least squares with a price λ on movement.
# 2. In the coordinates of steps it is a ridge regression; in the dual it has T unknowns, whatever K.
# 3. λ = σ²ε/σ²u. Cross-validation chooses it, exactly and without refitting.
# 4. λ → ∞ is least squares; the Kalman smoother is the same estimator written as a recursion.
# 5. 2SRR lets noise and drift differ; the rest is knowing when not to believe the path.
#
# ## Exercises
#
# **2.1 (warm-up).** Errors have standard deviation 2, a coefficient moves by 0.1 in a typical period. Which λ is that?

# %% tags=["solution", "2.1"]
lam_true = 2**2 / 0.1**2  # blank

# %%
tvplab.check("2.1", lam_true)

# %% [markdown]
# **2.2.** Write leave-one-out errors for all periods at once, from A and y. (Section 4 with folds of one period: what is
# $A_{FF}$ then?)


# %% tags=["solution", "2.2"]
def leave_one_out(A, y):  # blank
    """Prediction error of each period by the model estimated without it."""
    return (A @ y) / np.diag(A)


# %%
tvplab.check("2.2", leave_one_out)

# %% [markdown]
# **2.3.** *Trend inflation* is a regression on a constant that drifts, and on nothing else. Estimate it for
# `inflation` with `BlockedFolds(10)`, no scaling, and your own column of ones. In which year does the trend peak?

# %% tags=["solution", "2.3"]
ones = pd.DataFrame({"trend": 1.0}, index=inflation.index)
trend = TVPRidge(cv=BlockedFolds(10), constant=False, scale=None).fit(inflation, ones)  # blank
peak_year = trend.beta["trend"].idxmax().year  # blank

# %%
tvplab.check("2.3", peak_year)

# %% [markdown]
# **2.4 (small project).** When was persistence certainly positive? Write a function that takes a fit and returns the first
# and the last quarter in which the 90 % band of `past inflation` lies entirely above zero. Apply it to `TVPRidge()` and to
# `TwoStepRidge()`. Do the second step's weights make the period longer or shorter? (You may also try blocks.)


# %% tags=["solution", "2.4"]
def certainly_positive(fit):  # blank
    """First and last quarter with the whole band above zero."""
    lower, _ = fit.bands(0.9)
    above = lower.index[lower["past inflation"] > 0]
    return above[0], above[-1]


models = {"one step": TVPRidge(), "two steps": TwoStepRidge()}
quarters = {name: certainly_positive(model.fit(inflation, drivers)) for name, model in models.items()}

# %%
tvplab.check("2.4", quarters)

# %% [markdown]
# **Next:** [which coefficients moved, and did they move together?](02b_sparse_and_shared.ipynb) Code of this lesson: [`ridge.py`](../tvplab/ridge.py),
# [`tvp_kernel.py`](../tvplab/tvp_kernel.py), [`explore/ridge.py`](../tvplab/explore/ridge.py).
