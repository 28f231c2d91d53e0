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
# # Lesson 5 · What does a rate rise do to everything, and did that change?
#
# **The question.** A central bank raises its rate by one point. What happens to jobs, to prices, to housing, to two
# hundred series? And would the same rise have done the same thing in 1981 and in 2005?
#
# Two tools meet here. An **autoencoder** folds a large panel into a few factors that have a meaning, and unfolds them
# again. A **TVP-VAR** follows those factors and the rate through time, with coefficients and volatilities that move.
# Together they are a *time-varying factor-augmented VAR*.
#
# **After this lesson you can** say why factors of a panel have no meaning by themselves and what gives them one, sample
# a VAR whose coefficients move, read an impulse response of a date with its band, and send it back to every series.
#
# **You need** [lesson 2](02_tvp_as_ridge.ipynb), and torch (the extra `deep`). **Time**: about 70 minutes to read, less
# than a minute to run.
#
# *Source*: Luo, Paige and Griffin (2025), "Time-varying Factor Augmented Vector Autoregression with Grouped Sparse
# Autoencoder". We had a summary of it, not the text. So: the idea is theirs, every setting is the kit's own choice, and
# no number here is set beside one of theirs. The VAR follows Primiceri (2005) and Del Negro and Primiceri (2015).

# %%
import tvplab

tvplab.banner()

# %% [markdown]
# ## 1. A world with a known truth
#
# Forty series in six groups, three factors. Each of the first three groups listens to **one** factor: these are *anchor
# groups*. The other three mix. Every series bends its factors in its own way. All of this is **synthetic**.

# %%
from tvplab import dgp

shape = {"T": 200, "N": 40, "groups": 6, "factors": 3}
world = dgp.simulate_anchored_groups(**shape, anchors=3, seed=2)
world.pattern.astype(int)

# %% [markdown]
# Principal components are the usual first step. How well does the best matching component follow each true factor?
# (Rank correlations, as a bent factor counts as found.)

# %%
from tvplab import LinearFactors
from tvplab.autoencoder_variants import recovery

pca = LinearFactors.fit(world.X, 3)
recovery(world.factors, pca.factors).correlation.round(2)

# %% [markdown]
# *Half right.* Three components span about the right space, but each is a mixture: any rotation explains the panel as well, and PCA
# takes the one that sorts by variance. Now the model of this lesson, told which series form a group, and **not** told
# which groups are the anchors.

# %%
from tvplab import GroupedSparseAutoencoder

small = {"hidden": (16, 8), "learning_rate": 1e-2}
model = GroupedSparseAutoencoder(world.groups, 3, starts=3, epochs=150, **small)
fit = model.fit(world.X)
recovery(world.factors, fit.factors, world.pattern, fit.group_weights)

# %% [markdown]
# *Above .95 for all three, and `f1=1.0`: the pattern of zeros is exactly right.* The order of the factors is not known,
# and nobody can know it: here F1 and F2 have changed places.

# %%
from tvplab import plots

plots.group_factor_map(fit)

# %% [markdown]
# ## 2. How the autoencoder works
#
# ### 2.1 Fold and unfold
#
# The **encoder** maps a period's N series to K numbers, $f_t=\mathrm{Enc}(x_t)$. The **decoder** maps them back. Between
# the two stands what is new: each group $g$ multiplies the factors by its own weights,
#
# $$\hat x_{jt}=\big[\mathrm{Dec}(\beta_{g(j)}\odot f_t)\big]_j,\qquad \beta\in\mathbb{R}^{G\times K}.$$
#
# A weight of zero cuts a factor off from a whole group. The decoder itself is small: a layer multiplies, adds, and bends
# what is negative (*LeakyReLU*: 0.2 of it is kept, so that nothing is lost and the map can be inverted).

# %%
import numpy as np


def decode_by_hand(weights, f):
    """x̂ of one period (N,) from its factors (K,), in standardised units."""
    rows, offsets = weights.output
    out = []
    for j, group in enumerate(weights.group):
        z = weights.beta[group] * f
        for W, b in weights.trunk:
            z = z @ W + b
            z = np.where(z > 0, z, 0.2 * z)
        out.append(rows[j] @ z + offsets[j])
    return np.array(out)


# %%
f = fit.factors.iloc[10].to_numpy()
by_hand = decode_by_hand(fit.weights, f) * fit.sd + fit.mean
np.allclose(by_hand, fit.decode(f[None]).iloc[0])

# %% [markdown]
# ### 2.2 A prior with two minds
#
# Where do exact zeros come from? From the **spike-and-slab lasso**: a weight is drawn either from a *spike*, a Laplace law
# tightly around zero with rate λ₀, or from a wide *slab* with rate λ₁. How likely is the slab, given the weight's size?
# Bayes' rule, with θ the share of weights in the slab:
#
# $$p^*(\beta)=\frac{\theta\lambda_1e^{-\lambda_1|\beta|}}{\theta\lambda_1e^{-\lambda_1|\beta|}+(1-\theta)\lambda_0e^{-\lambda_0|\beta|}}.$$


# %%
def slab_probability(beta, theta, lam0, lam1):
    """p* of a weight."""
    slab = theta * lam1 * np.exp(-lam1 * abs(beta))
    spike = (1 - theta) * lam0 * np.exp(-lam0 * abs(beta))
    return slab / (slab + spike)


# %%
sizes = np.array([0.0, 0.1, 0.3, 0.5, 1.0])
chance = slab_probability(sizes, theta=0.3, lam0=10, lam1=1)
dict(zip(sizes.tolist(), chance.round(3).tolist(), strict=True))

# %% [markdown]
# The price of a unit of |β| is then $p^*\lambda_1+(1-p^*)\lambda_0$: **high for a small weight, low for a large one**. What is
# small is pushed to zero, what is large is left alone; an ordinary lasso charges both the same. Training takes turns
# (EM): a round of gradient steps at these prices, then new $p^*$, θ and noise variances. λ₀ starts at λ₁ and climbs.

# %%
from tvplab.spike_slab_lasso import inclusion

np.allclose(inclusion(sizes[:, None], np.array([0.3]), 10, 1)[:, 0], chance)

# %% [markdown]
# ### 2.3 Why an anchor gives meaning
#
# Rotate the factors, and an anchor group would need two of them where it needed one: a denser pattern, at a higher price.
# So with an anchor group for each factor (two or more series), factors are known up to order, sign and a bending of
# each axis (Moran, Sridhar, Wang and Blei, 2022). No more than that: `fit.injective` checks that the decoder keeps
# different factors apart.

# %%
fit.injective.holds, fit.injective.layers.round(2)

# %% [markdown]
# ## 3. The first slider
#
# **Predict first.** The slider is λ₀.
#
# 1. At λ₀ = 1 spike and slab are the same. Which frames will be filled?
# 2. Fit five factors where there are three. What becomes of the other two?
# 3. Choose the world with no anchor group. Will a larger λ₀ save the factors?
#
# (Each move trains a network for some tenths of a second; the picture follows when you let go.)

# %%
from tvplab import explore

explore.gsae()

# %% [markdown]
# **What happened.** (1) Nearly all: a lasso that is the same for all does not choose. (2) They are empty, or nearly. (3) No.
# The zeros it then makes are not the truth's zeros.
#
# ## 4. Limit cases
#
# One argument each. A linear decoder, no penalty, and one group for all is what PCA solves: its error is the least that
# any linear map of three factors reaches. How close does the network come?

# %%
from dataclasses import replace

line = {"decoder": "linear", "sparsity": False, "groups": ["all"] * 40, "hidden": ()}
flat = replace(model, starts=1, epochs=200, **line).fit(world.X)
left = (world.X - pca.decode(pca.factors)) / pca.sd
round(flat.mse, 3), round((left**2).to_numpy().mean(), 3)

# %% [markdown]
# *Nearly the same: training stops near the minimum, not on it.* And `fit.mse` of the sparse network, which bends:

# %%
round(fit.mse, 3)

# %% [markdown]
# ## 5. A VAR that moves
#
# ### 5.1 One equation at a time
#
# Now the dynamics, on **real data**: US growth, inflation (% a year) and the bill rate, 1959 to 2009, bundled.

# %%
import pandas as pd

from tvplab.explore.tvp_var import us_macro

us = us_macro()
us.tail(3).round(2)

# %% [markdown]
# A VAR regresses each variable on the past of all. Here each equation also has the variables *before* it in the list, of the same
# period:
#
# $$y_{it}=c_{it}+\sum_l b_{il,t}'y_{t-l}-\sum_{j<i}a_{ij,t}\,y_{jt}+e^{h_{it}/2}\varepsilon_{it}.$$
#
# The list is a claim: growth does not react to the rate within the quarter, the rate reacts to growth. With it, the
# errors of the three equations have nothing to do with each other, and each is a regression of lesson 2's kind: its
# coefficients are random walks. What is new is $h_{it}$: the *log variance* is a random walk, too.
#
# ### 5.2 Draws instead of one answer
#
# Coefficients, their drift variances, and volatilities: given any two, the third is easy. So a **Gibbs sampler** draws
# each in turn, thousands of times; the draws together are the posterior. Given the variances, a whole path is normal, and its
# mean is a ridge! The library draws paths with a Kalman recursion; the same law from lesson 2's kernel (*Matheron's rule*:
# draw a path and data from the prior, then move it by what the real data add):


# %%
def draw_path(y, X, sigma2, q, start, rng):
    """A path β (T, K) from its posterior: prior draw plus the kernel's correction."""
    T, K = X.shape
    steps = rng.standard_normal((T, K)) * np.sqrt(q)
    steps[0] = rng.standard_normal(K) * np.sqrt(start)
    path = steps.cumsum(axis=0)
    M = np.minimum.outer(np.arange(T), np.arange(T))
    kernel = (X * q @ X.T) * M + X * start @ X.T + np.diag(sigma2)
    fake = (X * path).sum(axis=1) + np.sqrt(sigma2) * rng.standard_normal(T)
    pull = X * np.linalg.solve(kernel, y - fake)[:, None]
    return path + q * (M @ pull) + start * pull.sum(axis=0)


# %% [markdown]
# Its kernel is lesson 2's, and its mean lesson 2's ridge: with `lam0=0.1` and λ = 100, 4,000 draws and one fit.

# %%
from tvplab import TVPRidge

rng = np.random.default_rng(0)
x = us["inflation"].shift(1).loc["1980":"1989"].to_numpy()[:, None]
y = us["inflation"].loc["1980":"1989"].to_numpy()
ridge = TVPRidge(lam=100, lam0=0.1, scale=None, constant=False).fit(y, x).beta.to_numpy()
draws = [draw_path(y, x, np.ones(40), np.array([0.01]), np.array([10.0]), rng) for _ in range(4000)]
np.abs(np.mean(draws, axis=0) - ridge).max().round(4), np.std(draws, axis=0).mean().round(3)

# %% [markdown]
# *The two differ by what 4,000 draws must miss: about .10/√4000 in each period, twice that in the worst of forty.*
#
# For the volatilities the trick is a logarithm. $\log e_t^2=h_t+\log\varepsilon_t^2$ is linear in $h_t$, only its noise
# is not normal; but it is nearly a mixture of ten normals (Omori and others, 2007). Draw which of the ten it was, and all is normal
# again ([`stochastic_volatility.py`](../tvplab/stochastic_volatility.py)).
#
# ### 5.3 The model
#
# The prior believes in small steps and small coefficients; but a rate is likely to be where it was, so its own lag gets the
# prior mean .9.

# %%
import warnings

from tvplab import TVPVAR
from tvplab.volatility import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)  # quick chains are short; the tables below say how short
thin = 4 if tvplab.mode() == "quick" else 40
var = TVPVAR(lags=2, own_mean={"rate": 0.9}).fit(us, draws=500, burn=1000, thin=thin)
var.diagnostics().round(2)

# %% [markdown]
# `r_hat` compares the chain's halves: 1 is settled. `ess` says how many independent draws the worst element is worth. Paths
# (`theta`, `h`) mix better than drift variances (`q`), as always in these models. Enough for pictures; for a paper, take full
# mode, or several chains (`chains=4, jobs=4`).

# %%
plots.shock_volatility(var, marks=["1981Q3", "2005Q1"])

# %% [markdown]
# *Shocks to the rate were ten times as large in 1980 as in the 1990s. Growth became calm after 1984, the "Great
# Moderation"; inflation's shocks grew again from 2000.*
#
# ### 5.4 From coefficients to responses
#
# Put the equations together, $B_0y_t=c+B_1y_{t-1}+B_2y_{t-2}+e_t$, and a shock travels: $\Psi_0=B_0^{-1}e_i$,
# $\Psi_h=\sum_l B_0^{-1}B_l\Psi_{h-l}$, coefficients held at those of the date. For one draw:


# %%
def respond(B0, B1, B2, shock, horizon):
    """Ψ_0..Ψ_H (H + 1, n) to a unit shock."""
    A1, A2 = np.linalg.solve(B0, B1), np.linalg.solve(B0, B2)
    path = [np.zeros(len(B0)), np.linalg.inv(B0)[:, shock]]
    for _ in range(horizon):
        path.append(A1 @ path[-1] + A2 @ path[-2])
    return np.array(path[1:])


# %%
from tvplab.tvp_var_equations import system

t = var.index.get_loc("1981Q3")
B0, B = system([one.beta[0, :, t] for one in var.draws], 3)
first = respond(B0[0], B[0, :, 1:4], B[0, :, 4:7], shock=2, horizon=12)
stable = var.irf("rate", "1981Q3", 12, size=1.0)
np.allclose(first, stable.draws[0], atol=1e-5), stable.explosive

# %% [markdown]
# (`explosive` is the share of draws whose coefficients let a shock grow for ever. They are left out, and you are told.)
#
# ## 6. The second slider
#
# **Predict first.** The rate rises by one point, on its own. (1) Will inflation fall? (2) Where along the sample is the
# rate's own response the longest? (3) Measured in standard deviations of the shock *at that date*, where is the response
# of growth largest?

# %%
explore.tvp_var(var, note="US, 1959 to 2009")

# %% [markdown]
# **What happened.** (1) It first *rises*, at every date: the "price puzzle", an old acquaintance of small VARs. One
# reading: the central bank saw inflation coming in data that this VAR does not have. That is an argument for factors. (2) Around
# 2005: a rise was then taken back slowly. (3) Around 1981, because a standard deviation was then worth two points.
# Two dates, for paper:

# %%
dates = {date: var.irf("rate", date, 16, size=1.0) for date in ("1981Q3", "2005Q1")}
plots.impulse_responses(dates)

# %% [markdown]
# Is the difference between the dates more than noise? Not from two bands side by side: the draws of both dates belong
# together. Draw by draw:

# %%
gap = var.irf_difference("rate", "1981Q3", "2005Q1", 8)
bands = pd.concat({"low": gap.lower, "high": gap.upper}, axis=1).swaplevel(axis=1)[list(us)]
bands.loc[[2, 4, 8]].round(2)

# %% [markdown]
# *Where low and high have one sign, the 68 % band of the difference leaves out zero. Almost nowhere does it.* The volatility
# of shocks certainly changed; that the economy's answer to a shock of one size did, these three series do not prove.
#
# **The quick twin.** The same equations by 2SRR, a ridge each, no chain; bands from its normal posterior, which takes the
# variances as known:

# %%
from tvplab import RidgeTVPVAR

ridge_var = RidgeTVPVAR(lags=2).fit(us)
both = {"sampled": dates["1981Q3"], "2SRR": ridge_var.irf("rate", "1981Q3", 16, size=1.0)}
plots.impulse_responses(both)

# %% [markdown]
# *The same story in outline, in a fraction of the time. They differ in how much they let move: the marginal likelihood gives
# the ridge's rate equation a small λ, and it follows its data more closely.*
#
# ## 7. Real data: a FAVAR
#
# The panel: what the New York Fed's nowcasting panel has since 1985 without a gap, as quarterly means, with its groups
# (single series together as "Other").

# %%
nyfed = tvplab.data.load("nyfed", "2016-06-29")
monthly = [name for name in nyfed.frame if nyfed.frequencies[name] == "m"]
panel = nyfed.transformed()[monthly].loc["1985-04":"2009-09"].dropna(axis=1)
panel = panel.groupby(panel.index.to_period("Q")).mean()
sizes = pd.Series({name: nyfed.groups[name] for name in panel}).value_counts()
groups = {name: g if sizes[g := nyfed.groups[name]] > 1 else "Other" for name in panel}
panel.shape, sizes.to_dict()

# %% [markdown]
# Thirteen series are few for a network; it needs help. We say which groups are anchors (this is *our* claim, and the
# reading of the factors rests on it): prices for F1, manufacturing for F2, housing for F3.

# %%
anchors = {"Prices": "F1", "Manufacturing": "F2", "Housing and construction": "F3"}
tight = {"hidden": (12, 8), "learning_rate": 1e-2, "lam0": 5.0, "lam1": 0.5}
encoder = GroupedSparseAutoencoder(groups, 3, anchors=anchors, starts=3, epochs=200, **tight).fit(panel)
encoder.group_weights.round(2)

# %% [markdown]
# Stack the factors and the observables, observables last: the rate reacts to everything within the quarter, and moves
# everything else only later. Then push the factors' response through the decoder, $\mathrm{Dec}(f_t+\Delta f_h)-\mathrm{Dec}(f_t)$:

# %%
from tvplab import FAVAR

favar = FAVAR(encoder, TVPVAR(lags=2, own_mean={"rate": 0.9})).fit(us, draws=400, burn=600, thin=thin // 2)
response = favar.panel_irf("rate", "2005Q1", 12, size=1.0)
plots.panel_responses(response, panel.std(), groups, title="response to +1 point, 2005Q1")

# %% [markdown]
# *A row a series. Orders, output and jobs fall for two years; the purple row of "Labor" is unemployment, which rises. Prices
# rise first and fall after a year.* Nobody told the VAR about any of these series; they answer through three factors. At three
# dates, the observables themselves:

# %%
settings = {date: favar.irf("rate", date, 12, size=1.0) for date in ("1990Q1", "2005Q1", "2008Q4")}
plots.impulse_responses(settings, variables=["growth", "inflation", "rate"])

# %% [markdown]
# *Inflation still rises at first, but by half of what it did in the small VAR of section 6 (for 2005), and then falls: the
# puzzle shrinks, as the argument for factors said it would.* The bands are wide all the same.
#
# The paper's summary says: in recessions responses are more moderate and their bands wider. Here, the width of the band of
# growth after four quarters:

# %%
{date: float((one.upper - one.lower).loc[4, "growth"].round(2)) for date, one in settings.items()}

# %% [markdown]
# *Widest in the recession: there we agree, though 2005 is not far behind. More moderate it is not, here.* Other data, another
# country's worth of choices; the 119 series to 2023 on [the replication page](../REPLICATION.md) have 1981 and 2020.

# %% [markdown]
# **Up and down, small and large.** A bent decoder need not answer to −1 as the mirror image of +1, nor twice as much to twice
# the shock. The authors leave this open; with a decoder at hand it is one line. 0 means mirror image:

# %%
bends = favar.asymmetry("PAYEMS", "rate", "2008Q4", 12, size=2.0)
jobs = response.median["PAYEMS"].abs().max()
{name: round(float(one.median.abs().max().iloc[0] / (2 * jobs)), 3) for name, one in bends.items()}

# %% [markdown]
# *As shares of the response to two points: next to nothing.* The decoder can bend; where the economy stood, and for a
# shock that moves the factors by a fraction of their standard deviation, it is a straight line.
#
# **Does it forecast?** A fair test repeats all of it from many dates, with and without factors, with and without movement:
# `python -m tvplab replicate favar-forecasts` (needs FRED-QD). On [the replication page](../REPLICATION.md) movement mostly
# pays in the densities, less in the point forecasts, and our sparse autoencoder does not beat principal components at them: meaning
# is what it is for. A small version here: the three observables alone, the
# log score of the rate, mean of the four quarters after each date (more is better).

# %%
still = TVPVAR(lags=2, drift="none", volatility="constant", own_mean={"rate": 0.9})
scores = {}
for date in ("1992Q4", "1996Q4", "2000Q4", "2004Q4"):
    actual = us.loc[us.index > date].iloc[:4]
    for name, one in (("moving", TVPVAR(lags=2, own_mean={"rate": 0.9})), ("constant", still)):
        found = one.fit(us.loc[:date], draws=200, burn=200)
        scores[date, name] = found.log_score(actual)["rate"].mean()
pd.Series(scores).unstack().round(2)

# %% [markdown]
# *Three times out of four the moving model wins: the storms of 1980 are over, and a constant variance still waits for them.
# In 2001 it loses, and by far.* The calm of the nineties had made it so sure of itself that it gave the rate cuts of 2001
# next to no chance. A model that learns calm quickly pays for it when the calm ends.
#
# ## 8. What breaks
#
# **No anchors: the rotation comes back.** The same world, but every group loads on every factor:

# %%
none = dgp.simulate_anchored_groups(**shape, anchors=0, seed=2)
again = [replace(model, groups=none.groups, seed=seed).fit(none.X) for seed in (0, 1)]
pd.DataFrame([recovery(none.factors, one.factors).correlation for one in again]).round(2)

# %% [markdown]
# *How to see it*: two seeds give two sets of factors; compare them with each other, which needs no truth:

# %%
recovery(again[0].factors, again[1].factors).correlation.round(2)

# %% [markdown]
# *What to do*: find or make anchor groups; or use only what does not depend on the rotation: the reconstruction, and forecasts.
#
# **A dense β.** Without the penalty the same network fits as well, and says nothing:

# %%
dense = replace(model, sparsity=False).fit(world.X)
round(dense.mse, 3), recovery(world.factors, dense.factors, world.pattern, dense.group_weights).f1

# %% [markdown]
# *How to see it*: no zeros in `group_weights`. *What to do*: raise λ₀; if nothing becomes zero, the groups are not groups.
#
# **Factors that drift.** Forget to difference, and factors wander off:

# %%
levels = panel.cumsum()
drifting = LinearFactors.fit(levels, 2)
loose = FAVAR(drifting, TVPVAR(lags=2, own_mean={"rate": 0.9})).fit(us, draws=200, burn=200)
{name: one.var.explosive("1990Q1") for name, one in (("differenced", favar), ("levels", loose))}

# %% [markdown]
# *How to see it*: the share of explosive draws. *What to do*: transform the series, as `tcodes` say.
#
# **Too loose a prior on the drift.** κ is a coefficient's typical step in a quarter. Ten times the default:

# %%
from tvplab.tvp_var_equations import Tightness

wild = TVPVAR(lags=2, own_mean={"rate": 0.9}, tightness=Tightness(kappa=0.1)).fit(us, draws=500, burn=500)
rows = {
    name: (one.volatility["inflation"].mean(axis=None), one.explosive("2005Q1"))
    for name, one in (("default", var), ("loose", wild))
}
pd.DataFrame(rows, index=["sd of inflation's shocks", "explosive, 2005Q1"]).T.round(2)

# %%
plots.impulse_responses({"default": dates["2005Q1"], "loose": wild.irf("rate", "2005Q1", 16, size=1.0)})

# %% [markdown]
# *How to see it*: coefficients eat the noise (the shocks shrink), responses turn ragged, and a third of the draws explodes.
# *What to do*: believe in small steps, or let a half-Cauchy prior choose (`drift="half-cauchy"`).
#
# **Responses from explosive draws.** What happens if they are kept?

# %%
t = wild.index.get_loc("2005Q1")
B0, B = system([one.beta[0, :, t] for one in wild.draws], 3)
kept = [respond(b0, b[:, 1:4], b[:, 4:7], 2, 40)[-1, 2] for b0, b in zip(B0, B, strict=True)]
used = wild.irf("rate", "2005Q1", 40, size=1.0).draws[:, -1, 2]
quantiles = {name: np.quantile(x, [0.16, 0.5, 0.84, 0.975]) for name, x in (("all", kept), ("stable", used))}
pd.DataFrame(quantiles, index=["16 %", "50 %", "84 %", "97.5 %"]).round(1)

# %% [markdown]
# *The rate forty quarters after a rise of one point.* The explosive draws rule the upper quantiles; their mean is
# meaningless. *What to do*: leave them out, **say how many**, and if there are many, doubt the model.
#
# ## 9. What this does not show
#
# - The factors count as known in the second step. No band here has their doubt in it.
# - Ordering is a claim. Put the rate first and the responses change.
# - The response of a date holds the coefficients still, as if nobody knew that they move.
# - "Grouped", "sparse" and "anchored" are assumptions. Where real groups mix, the pattern is the prior's as much as the data's.
#
# ## Recap
#
# 1. Factors are known up to a rotation, unless zeros pin them: anchor groups do.
# 2. A spike-and-slab lasso prices small weights high and large ones low; whole groups switch off.
# 3. A TVP-VAR is a set of lesson 2's regressions with moving volatility, sampled in turn.
# 4. A response belongs to a date; compare dates draw by draw, at one size of shock, and say what exploded.
# 5. The decoder carries a response back to every series, and may bend it.
#
# ## Exercises
#
# **5.1 (warm-up).** θ = 0.5, λ₀ = 20, λ₁ = 1. At which size |β| is a weight as likely from the slab as from the spike?
# (Set the two densities equal.)

# %% tags=["solution", "5.1"]
size = np.log(20) / 19  # blank

# %%
tvplab.check("5.1", size)

# %% [markdown]
# **5.2.** Responses of a recursive VAR(1), $B_0y_t=B_1y_{t-1}+e_t$: write the function that returns $\Psi_0..\Psi_H$
# (H+1, n) to a shock that moves variable i **by one at once** .


# %% tags=["solution", "5.2"]
def unit_response(B0, B1, i, H):  # blank
    """Ψ_h = (B₀⁻¹B₁)^h B₀⁻¹ e_i; B₀ is unit lower triangular, so the impact on i is 1."""
    A = np.linalg.solve(B0, B1)
    path = [np.linalg.inv(B0)[:, i]]
    for _ in range(H):
        path.append(A @ path[-1])
    return np.array(path)


# %%
tvplab.check("5.2", unit_response)

# %% [markdown]
# **5.3.** With `RidgeTVPVAR(lags=2).fit(us)`: the median response of inflation four quarters after a one-point shock to
# the rate, in 1975Q1 and in 2000Q1. (A dict of two numbers.)

# %% tags=["solution", "5.3"]
quick = RidgeTVPVAR(lags=2).fit(us)
puzzle = {
    date: quick.irf("rate", date, 4, size=1.0).median.loc[4, "inflation"] for date in ("1975Q1", "2000Q1")
}  # blank

# %%
tvplab.check("5.3", puzzle)

# %% [markdown]
# **5.4 (small project).** Is it the coefficients or the volatility? With data to 1996Q4, `lags=2`, `own_mean={"rate": 0.9}`,
# 200 draws after 200 sweeps and seed 0, fit the four TVP-VARs: drift "inverse gamma" or "none", volatility "sv" or "constant".
# Give the mean log score of the *rate* over 1997 (four quarters), as a dict (drift, volatility) → number. Which of the
# two earns more? Then try 2001.


# %% tags=["solution", "5.4"]
def score(drift, volatility):  # blank
    """Mean log score of the rate over 1997."""
    fit = TVPVAR(lags=2, own_mean={"rate": 0.9}, drift=drift, volatility=volatility).fit(
        us.loc[:"1996Q4"], draws=200, burn=200
    )
    return fit.log_score(us.loc["1997Q1":"1997Q4"])["rate"].mean()


by_law = {(d, v): score(d, v) for d in ("inverse gamma", "none") for v in ("sv", "constant")}

# %%
tvplab.check("5.4", by_law)

# %% [markdown]
# **Next:** [the map of lessons](00_start_here.ipynb). Code of this lesson: [`sparse_autoencoder.py`](../tvplab/sparse_autoencoder.py),
# [`tvp_var.py`](../tvplab/tvp_var.py), [`gibbs_states.py`](../tvplab/gibbs_states.py), [`favar.py`](../tvplab/favar.py),
# [`explore/tvp_var.py`](../tvplab/explore/tvp_var.py).
