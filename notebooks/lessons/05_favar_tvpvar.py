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
# **The question.** A central bank raises its rate by one point. What happens to jobs, to prices, to housing? And
# would the same rise have done the same thing in 1981 and in 2005? (Three variables answer for the two dates; the panel that
# comes with the kit, thirteen series, starts in 1985 and answers for 2005 and 2008.)
#
# Two tools meet here. An **autoencoder** folds a large panel into a few factors that have a meaning, and unfolds them
# again. A **TVP-VAR** follows those factors and the rate through time, with coefficients and volatilities that move.
# Together they are a *time-varying factor-augmented VAR*.
#
# **After this lesson you can** say why factors of a panel have no meaning by themselves and what gives them one, sample
# a VAR whose coefficients move, read an impulse response of a date with its band, and send it back to every series.
#
# **You need** [lesson 2](02_tvp_as_ridge.ipynb), and torch (the extra `deep`); [lesson 3](03_dynamic_sparse.ipynb) if spike
# and slab are new to you. **Time**: about 80 minutes to read, a minute or two to run in quick mode.
#
# *Source*: Luo, Paige and Griffin (2025), "Time-varying Factor Augmented Vector Autoregression with Grouped Sparse
# Autoencoder". We had a summary of it, not the text. So: the idea is theirs, every setting (the number of draws, too) is the
# kit's own choice, and no number here is set beside one of theirs. The VAR follows Primiceri (2005) and Del Negro and Primiceri
# (2015).

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
# *Half right.* Three components span about the right space, but each is a mixture: any rotation explains the panel as well,
# and PCA takes the one that sorts by variance. Now the model of this lesson, told which series form a group, and **not** told
# which groups are the anchors.

# %%
from tvplab import GroupedSparseAutoencoder

small = {"hidden": (16, 8), "learning_rate": 1e-2}
model = GroupedSparseAutoencoder(world.groups, 3, starts=3, epochs=150, **small)
fit = model.fit(world.X)
found = recovery(world.factors, fit.factors, world.pattern, fit.group_weights)
found.correlation.round(2).to_dict(), found.estimate.to_dict(), found.f1

# %% [markdown]
# *Above .95 for all three.* Then comes which estimate stands for which true factor. Last a score of the pattern of zeros, `f1`
# (not the factor F1, but the harmonic mean of two shares: of the weights found, how many are true; of the true ones, how many are
# found): 1 is exactly right. The order of the factors is not known, and nobody can know it: that it is the truth's here is luck.

# %%
from tvplab import plots

plots.group_factor_map(fit, truth=world.factors.rename(columns=found.estimate))

# %% [markdown]
# *Left, a white cell is an exact zero: groups 1 to 3 have one factor each, as the truth has. Right, the estimate (blue) on the
# truth (dashed), which has taken the estimate's name and sign.*

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


# %% [markdown]
# The price of a unit of |β| is then $p^*\lambda_1+(1-p^*)\lambda_0$:


# %%
def price_of(chance, lam0, lam1):
    """κ, what a unit of |β| costs."""
    return chance * lam1 + (1 - chance) * lam0


# %%
import pandas as pd

sizes = np.array([0.0, 0.1, 0.3, 0.5, 1.0])
chance = slab_probability(sizes, theta=0.3, lam0=10, lam1=1)
price = price_of(chance, lam0=10, lam1=1)
pd.DataFrame({"p*": chance, "price": price}, index=pd.Index(sizes, name="|β|")).round(2)

# %% [markdown]
# **High for a small weight, low for a large one**. What is small is pushed to zero, what is large is left alone; an ordinary
# lasso charges both the same. Training takes turns (*EM*, expectation and maximisation): a round of gradient steps at these
# prices, then new $p^*$, θ and noise variances. λ₀ starts at λ₁ and climbs. The library has the same two functions:

# %%
from tvplab.spike_slab_lasso import inclusion, penalty_rate

same = np.allclose(inclusion(sizes[:, None], np.array([0.3]), 10, 1)[:, 0], chance)
same, np.allclose(penalty_rate(chance, 10, 1), price)

# %% [markdown]
# ### 2.3 Why an anchor gives meaning
#
# Rotate the factors, and an anchor group would need two of them where it needed one: a denser pattern, at a higher price.
# So with an anchor group for each factor (two or more series), factors are known up to order, sign and a bending of
# each axis (Moran, Sridhar, Wang and Blei, 2022). No more than that: `fit.injective` checks that the decoder keeps
# different factors apart: no layer may have a singular value of zero (the table has the smallest and the largest).

# %%
fit.injective.holds, fit.injective.layers.round(2)

# %% [markdown]
# ## 3. The first slider
#
# **Predict first.** The slider is λ₀.
#
# 1. At λ₀ = 1 spike and slab are the same. Which cells *outside* the frames will be filled?
# 2. Fit five factors where there are three. What becomes of the other two?
# 3. Choose the world with no anchor group. Will a larger λ₀ save the factors?
#
# (λ₀ moves over rungs: the network of each goes on from that of the rung before. They are trained once for every setting of the
# other controls, which takes a second or two.)

# %%
from tvplab import explore

slider = explore.gsae()
slider

# %% [markdown]
# Four settings for paper (*synthetic data*; F1 and F2 may change places):

# %%
settings = {
    "λ₀ = 1": {"lam0": 1.0},
    "λ₀ = 10": {"lam0": 10.0},
    "λ₀ = 10, K = 5": {"n_factors": 5},
    "no anchor, λ₀ = 31": {"n_factors": 3, "world": "no anchor group", "lam0": 31.0},
}
shown = {}
for name, values in settings.items():
    slider.set(**values)
    shown[name] = slider.result
slider.set(lam0=10.0, n_factors=3, world="three anchor groups")
plots.inclusion_maps({name: move.fit for name, move in shown.items()})

# %%
pd.DataFrame({name: move.found.correlation for name, move in shown.items()}).T.round(2)

# %% [markdown]
# **What happened.** (1) All: a lasso that is the same for all does not choose. At λ₀ = 10 they are empty, groups 1 to 3 have
# one factor each, and the factors lie closer to the truth (the table: rank correlations). (2) They live on crumbs, and one of
# them shares group 2 with the column that stands for its factor. Tick *prune*, and each column must prove itself: one that the
# objective can do without is set to zero. (3) No. In that world all 18 cells should be filled and are (<.05 is small, not zero:
# an exact zero is a white cell); but nothing tells one mixture of factors from another, and two of three stay far from the
# truth.
#
# ## 4. A limit case
#
# Four arguments make it PCA: a linear decoder, no penalty, one group for all, no hidden layer. PCA's error is the least that
# any linear map of three factors reaches. How close does the network come?

# %%
from dataclasses import replace

line = {"decoder": "linear", "sparsity": False, "groups": ["all"] * 40, "hidden": ()}
flat = replace(model, starts=1, epochs=200, **line).fit(world.X)
left = (world.X - pca.decode(pca.factors)) / pca.sd
round(flat.mse, 3), round(float((left**2).mean(axis=None)), 3)

# %% [markdown]
# *Nearly the same: training stops near the minimum, not on it.* And `fit.mse` of the sparse network, which bends:

# %%
round(fit.mse, 3)

# %% [markdown]
# ## 5. A VAR that moves
#
# ### 5.1 One equation at a time
#
# Now the dynamics, on **real data**: US growth, inflation (% a year) and the bill rate (%), 1959 to 2009, bundled.

# %%
from tvplab.explore.tvp_var import us_macro

us = us_macro()
us.tail(3).round(2)

# %% [markdown]
# A VAR regresses each variable on the past of all. Here each equation also has the variables *before* it in the list, of the
# same period:
#
# $$y_{it}=c_{it}+\sum_l b_{il,t}'y_{t-l}-\sum_{j<i}a_{ij,t}\,y_{jt}+e^{h_{it}/2}\varepsilon_{it}.$$
#
# The list is a claim: growth does not react to the rate within the quarter, the rate reacts to growth. With it, the
# errors of the three equations have nothing to do with each other, and each is a regression of lesson 2's kind: its
# coefficients are random walks. What is new is $h_{it}$: the *log variance* is a random walk, too.
# (`equation` in [`tvp_var_equations.py`](../tvplab/tvp_var_equations.py) lays out one of these regressions.)
#
# ### 5.2 Draws instead of one answer
#
# Coefficients, their drift variances, and volatilities: given any two, the third is easy. So a **Gibbs sampler** draws each in
# turn, thousands of times; the draws together are the posterior. Given the variances, a whole path is normal, and its mean is
# a ridge! The library draws paths with a Kalman recursion; the same law from lesson 2's kernel (*Matheron's rule*: draw a path
# and data from the prior, then move it by what the real data add). Why is that a draw from the posterior? How far the fake
# path lies from the best guess made of the *fake* data has the same law as how far the true one lies from the guess made of
# the real data. So: the guess from the real data, plus that error.


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
# Its kernel is lesson 2's, and its mean lesson 2's ridge: with λ = 100 and `lam0=0.1` (lesson 2's price of the first period's
# coefficients, not the λ₀ of section 2), 4,000 draws and one fit. The largest difference, and the spread of a draw:

# %%
from tvplab import TVPRidge

rng = np.random.default_rng(0)
x = us["inflation"].shift(1).loc["1980":"1989"].to_numpy()[:, None]
y = us["inflation"].loc["1980":"1989"].to_numpy()
ridge = TVPRidge(lam=100, lam0=0.1, scale=None, constant=False).fit(y, x).beta.to_numpy()
draws = [draw_path(y, x, np.ones(40), np.array([0.01]), np.array([10.0]), rng) for _ in range(4000)]
gap = float(np.abs(np.mean(draws, axis=0) - ridge).max())
round(gap, 4), round(float(np.std(draws, axis=0).mean()), 3)

# %% [markdown]
# *The two differ by what 4,000 draws must miss: about .10/√4000 in each period, twice that in the worst of forty.*
#
# For the volatilities the trick is a logarithm. With $e_t=\exp(h_t/2)\,\varepsilon_t$, $\log e_t^2=h_t+\log\varepsilon_t^2$ is
# linear in $h_t$, only its noise is not normal; but it is nearly a mixture of ten normals (Omori and others, 2007). Draw which
# of the ten it was, and all is normal again ([`stochastic_volatility.py`](../tvplab/stochastic_volatility.py)).
#
# ### 5.3 Does it find the truth?
#
# First a **simulated** world: 250 quarters of two variables. Four things follow a cosine: output's own lag, how strongly the
# rate reacts to output, and both log variances. All else stands still. The prior of the drifts, `"half-cauchy"`, has much
# mass at zero and a long tail: a coefficient may stay where it is, or go far.

# %%
import warnings

from tvplab import TVPVAR
from tvplab.convergence import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)  # quick chains are short; the tables below say how short
thin = 4 if tvplab.mode() == "quick" else 40
moving = dgp.simulate_moving_var(T=250, seed=3)
free = TVPVAR(lags=1, drift="half-cauchy").fit(moving.Y, draws=500, burn=1000, thin=thin)


# %%
def beside_truth(fit):
    """Draws and truth of what moves."""
    return {
        "output's own lag": (fit.paths("output", "L1.output"), moving.theta["output", "L1.output"]),
        "the rate's reaction to output": (-fit.paths("rate", "-output"), -moving.theta["rate", "-output"]),
        "log variance of output's shocks": (2 * np.log(fit.volatility["output"]), moving.h["output"]),
        "log variance of the rate's shocks": (2 * np.log(fit.volatility["rate"]), moving.h["rate"]),
    }


plots.draws_and_truth(beside_truth(free), note="simulated, 250 quarters")

# %% [markdown]
# *All four shapes are there. Most turns are flatter than the truth's: a prior that pulls to small steps cuts peaks and fills
# valleys. Only the peak of output's log variance is too high.* Is a band of 68 % an honest one? Count the quarters in which it
# holds the truth; beside it the library's default prior, whose typical step is .01 a quarter:

# %%
cautious = TVPVAR(lags=1).fit(moving.Y, draws=500, burn=1000, thin=thin)


def share_held(draws, truth):
    """Share of quarters whose truth lies in the 68 % band."""
    low, high = (draws.quantile(q, axis=1) for q in (0.16, 0.84))
    return truth.loc[draws.index].between(low, high).mean()


found = {"half-cauchy": free, "default": cautious}
held = {name: [share_held(*pair) for pair in beside_truth(one).values()] for name, one in found.items()}
pd.DataFrame(held, index=list(beside_truth(free))).round(2)

# %% [markdown]
# *For the coefficients the default's bands are far too narrow.* In 250 quarters, steps of .01 add up to .16; the truth moves by
# .4 and .6. The sampler is right (tests prove it), the prior is wrong about *this* world, and a band knows no more than its
# prior. For the variances, whose prior is the same, the two agree: the rate's band holds the truth in half of the quarters
# only. One world is little: `python -m tvplab replicate tvp-var-truth --full` repeats this in twenty worlds each of four
# shapes, one of which stands still.
#
# Why, then, is `"half-cauchy"` not the default? On the US data of section 5.4 its chains settle badly, more of its draws explode,
# and it forecasts no better (`replicate tvp-var-chains` and `favar-priors`). So know what the default costs: *where coefficients
# move, its bands are too narrow.* Both priors are the kit's choices; the paper's could not be read.
#
# **Why it takes a trick.** Given a path of 250 quarters, its drift variance is known to a tenth: so the next draw of the drift is
# nearly the last one, and so is the next path. The chain creeps. The library therefore draws each drift a second time, *the path
# in units of its drift, stretched along with it*: now only the data hold it back ("interweaving", Yu and Meng, 2011; Kastner
# and Frühwirth-Schnatter, 2014). What 1,000 draws are worth, in the worst element of coefficients (`theta`, not the θ of
# section 2), log variances (`h`), and their drift variances (`q` and `s`), with the second draw and without:

# %%
short = {"drawn twice": True, "drawn once": False}
model_var = TVPVAR(lags=1, drift="half-cauchy")
worth = {}
for name, twice in short.items():
    chain = replace(model_var, interweave=twice).fit(moving.Y, draws=1000, burn=500)
    worth[name] = chain.diagnostics()["ess"].groupby("block").min()
pd.DataFrame(worth).round(0)

# %% [markdown]
# *The posterior is the same, and for `h` nothing is gained; but without the second draw a thousand draws of the drifts are worth a
# handful. Even with it a thousand are few.*
#
# ### 5.4 The model for the US
#
# The default prior believes in small steps and small coefficients; but a rate is likely to be where it was, so its own lag gets
# the prior mean .9.

# %%
var = TVPVAR(lags=2, own_mean={"rate": 0.9}).fit(us, draws=500, burn=1000, thin=thin)
var.diagnostics().round(2)

# %% [markdown]
# 500 draws are kept, every `thin`-th sweep. `r_hat` compares the chain's halves: 1 is settled. `ess`, as above, says how many
# independent draws the *worst* element of a block is worth. In quick mode the chain is a tenth as long and its blocks are worth
# far fewer draws: good for a look, not for a number. For a paper, take several chains as well (`chains=4, jobs=4`).

# %%
plots.shock_volatility(var, marks=["1981Q3", "2005Q1"])

# %% [markdown]
# *Shocks to the rate were about ten times as large in 1980 as in the middle of the 1990s. Growth's shocks shrink from 1978 to
# about 1992, a good part of it before 1984, the year from which the "Great Moderation" is usually counted. Inflation's shocks
# are smallest around 1995, and at the end larger than in 1980.* Units: % a year for growth and inflation, points for the rate.
#
# ### 5.5 From coefficients to responses
#
# Put the equations together, $B_0y_t=c+B_1y_{t-1}+B_2y_{t-2}+e_t$, and a shock to variable i travels: after h quarters the
# response is $\Psi_h$, with $\Psi_0$ column i of $B_0^{-1}$ and
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
np.allclose(first, stable.draws[0], atol=1e-5), round(stable.explosive, 3)

# %% [markdown]
# (`explosive` is the share of draws whose coefficients let a shock grow for ever. They are left out, and you are told.)
#
# In the simulated world the true response is known at every date. Two of them, one where output remembers long and the rate
# hardly reacts, one in the middle:

# %%
known = {}
for date in ("1962Q1", "1991Q1"):
    t = moving.Y.index.get_loc(date)
    truth = respond(moving.B0[t], moving.B[t][:, 1:], np.zeros((2, 2)), shock=0, horizon=12)
    drawn = free.irf("output", date, 12, size=1.0).draws
    for i, name in enumerate(moving.Y):
        known[f"{name}, {date}"] = pd.DataFrame(drawn[:, :, i].T), pd.Series(truth[:, i])
plots.draws_and_truth(known, note="simulated: responses to a shock of one to output", xlabel="horizon")

# %% [markdown]
# *Both dates are told apart, and the 90 % bands hold the truth nearly everywhere; at the first date the short memory of the
# estimate is the flattened path of output's own lag.*
#
# ### 5.6 The limit case
#
# Let nothing move (`drift="none"`, `volatility="constant"`) and believe in nothing (a very wide prior), and it must be the VAR
# by ordinary least squares. How far is the mean of 2,000 draws from it, in standard errors, in the worst of 21 coefficients?

# %%
from tvplab.tvp_var_equations import Tightness

wide = Tightness(own=1e3, cross=1e3, intercept=1e3, contemporaneous=1e3)
fixed = TVPVAR(lags=2, drift="none", volatility="constant", tightness=wide).fit(us, draws=2000, burn=200)
Z = np.column_stack([np.ones(len(us) - 2), us[1:-1], us[:-2]])
ols, rss = np.linalg.lstsq(Z, us.to_numpy()[2:])[:2]
se = np.sqrt(np.outer(rss / (len(Z) - 7), np.diag(np.linalg.inv(Z.T @ Z))))
gap = (fixed.coefficients("1990Q1") - ols.T).abs() / se
round(float(gap.max(axis=None)), 3), fixed.coefficients("1965Q1").equals(fixed.coefficients("2005Q1"))

# %% [markdown]
# *A few hundredths of a standard error: a mean of 2,000 draws misses by $1/\sqrt{2000}=.02$ of one, the worst of 21 by two or
# three times that. And all dates have the same coefficients.*
#
# ## 6. The second slider
#
# **Predict first.** The rate rises by one point, on its own. (1) Will inflation fall? (2) Where along the sample is the
# rate's own response the longest? (3) Measured in standard deviations of the shock *at that date*, where is the response
# of growth largest?

# %%
explore.tvp_var(var, note="US, 1959 to 2009")

# %% [markdown]
# The slider, read along the sample: inflation one quarter after a rise of one point, the rate itself after eight, and the
# trough of growth after a shock of one standard deviation:

# %%
along = {}
for date in [f"{year}Q1" for year in range(1960, 2010, 5)]:
    point, usual = (var.irf("rate", date, 16, size=size).median for size in (1.0, None))
    along[date] = point.loc[1, "inflation"], point.loc[8, "rate"], usual["growth"].min()
pd.DataFrame(along, index=["inflation, h = 1", "rate, h = 8", "growth, 1 sd"]).T.round(2)

# %% [markdown]
# **What happened.** (1) It first *rises*, at each of these dates: the "price puzzle", an old acquaintance of small VARs. One
# reading: the central bank saw inflation coming in data that this VAR does not have. That is an argument for factors. (2) The
# median lasts longest after 2000, with a first peak in 1980. (3) In 1980, because a standard deviation was then worth
# some two points. Three dates, for paper:

# %%
dates = {date: var.irf("rate", date, 16, size=1.0) for date in ("1965Q1", "1981Q3", "2005Q1")}
plots.impulse_responses(dates, unit="% a year; points")

# %% [markdown]
# Is the difference between the dates more than noise? Not from two bands side by side: the draws of both dates belong
# together. Draw by draw, 1981Q3 less 2005Q1:

# %%
gap = var.irf_difference("rate", "1981Q3", "2005Q1", 8)
bands = pd.concat({"low": gap.lower, "high": gap.upper}, axis=1).swaplevel(axis=1)[list(us)]
bands.loc[[2, 4, 8]].round(2)

# %% [markdown]
# *Where low and high have one sign, the 68 % band of the difference leaves out zero. In this table only the rate's own
# response after two quarters does; its longer life in 2005 is not more than noise.* The volatility of shocks certainly
# changed; that the economy's answer to a shock of one size did, these three series do not prove.
#
# **The quick twin.** The same equations by 2SRR, a ridge each, no chain; bands from its normal posterior, which takes the
# variances as known:

# %%
from tvplab import RidgeTVPVAR

ridge_var = RidgeTVPVAR(lags=2).fit(us)
both = {"sampled": dates["1981Q3"], "2SRR": ridge_var.irf("rate", "1981Q3", 16, size=1.0)}
plots.impulse_responses(both, unit="% a year; points")

# %%
{name: round(one.lam, 1) for name, one in ridge_var.equations.items()}

# %% [markdown]
# *Signs agree: inflation and growth rise for a quarter, then growth falls. Sizes do not: the ridge's rate is half gone after
# two quarters and never rises above one point, and growth falls less than half as far.* One reason stands in the last line:
# the marginal likelihood leaves growth's coefficients all but constant (a huge λ) and lets the rate's own equation move freely
# (a small one). Take the twin to look around, and the sampler for the answer.
#
# ## 7. Real data: a FAVAR
#
# The panel: what the New York Fed's nowcasting panel has since 1985 without a gap, as quarterly means, with its groups
# (single series together as "Other").

# %%
from tvplab.explore.favar import us_panel

panel, groups, titles = us_panel()
panel.shape, pd.Series(groups).value_counts().to_dict()

# %% [markdown]
# Thirteen series are few for a network; it needs help. We say which groups are anchors (this is *our* claim, and the
# reading of the factors rests on it): prices for F1, manufacturing for F2, housing for F3.

# %%
anchors = {"Prices": "F1", "Manufacturing": "F2", "Housing and construction": "F3"}
tight = {"hidden": (12, 8), "learning_rate": 1e-2, "lam0": 5.0, "lam1": 0.5}
encoder = GroupedSparseAutoencoder(groups, 3, anchors=anchors, starts=3, epochs=200, **tight).fit(panel)
encoder.group_weights.round(2)

# %% [markdown]
# Jobs load on F1 as much as prices do (each column is read by itself): F1 is what prices *share* with jobs, and only the anchor
# lets us call it prices. "Other" loads weakly.
#
# Stack the factors and the observables, observables last: the rate reacts to everything within the quarter, and moves
# everything else only later. Then push the factors' response through the decoder, $\mathrm{Dec}(f_t+\Delta
# f_h)-\mathrm{Dec}(f_t)$:

# %%
from tvplab import FAVAR

favar = FAVAR(encoder, TVPVAR(lags=2, own_mean={"rate": 0.9})).fit(us, draws=400, burn=600, thin=thin // 2)
response = favar.panel_irf("rate", "2005Q1", 12, size=1.0)
plots.panel_responses(response, panel.std(), groups, names=titles, title="median response to +1 point, 2005Q1")

# %% [markdown]
# *A row a series, in standard deviations of what enters the panel: growth rates and changes (the survey: its level). Capacity
# use, new home sales, industrial production and the Philadelphia survey lie below what they would have been, up to the twelfth
# quarter; so do jobs, a little; unemployment rises faster. All four measures of inflation are up for three quarters, then
# down.* Nobody told the VAR about any of these series; they answer through three factors. These are medians: bands are in
# `response.lower` and `.upper`, and `explore.tvp_var(favar.var)` is the slider for this model. Housing *starts* stay white. In
# the crisis, the same rise (left: the map above again, in the colours of the right one):

# %%
crisis = favar.panel_irf("rate", "2008Q4", 12, size=1.0)
both = {"2005Q1": response, "2008Q4": crisis}
plots.panel_responses(both, panel.std(), groups, names=titles, title="median response to +1 point")

# %% [markdown]
# *On one scale, housing, jobs and manufacturing are darker in the crisis, core prices paler. And now starts fall with permits,
# more than home sales.* That is the bent decoder: what starts gain when F3 grows by a standard
# deviation (in their own), from where the economy stood:

# %%
step = np.array([0.0, 0.0, 0.01])
starts = {}
for date in ("2005Q1", "2008Q4"):
    low, high = (encoder.decode((favar.state(date) + sign * step)[None])["HOUST"].iloc[0] for sign in (-1, 1))
    starts[date] = round(float((high - low) / 0.02 / panel["HOUST"].std()), 2)
starts

# %% [markdown]
# *Flat in the boom, steep in the slump.* With 98 quarters and one slump, that may be what housing does or what
# three starts of a small network made of it; another seed is a fair test. At three dates, the observables themselves:

# %%
thirds = {date: favar.irf("rate", date, 12, size=1.0) for date in ("1990Q1", "2005Q1", "2008Q4")}
plots.impulse_responses(thirds, variables=["growth", "inflation", "rate"], unit="% a year; points")

# %% [markdown]
# Is the puzzle smaller than in section 6? The FAVAR differs in two things: it has factors, and its sample starts in 1985. So a
# third model, the small VAR on the short sample. The peak of inflation's median response:

# %%
late = TVPVAR(lags=2, own_mean={"rate": 0.9}).fit(us.loc["1985":], draws=400, burn=600, thin=thin // 2)
models = {"small VAR, 1959-2009": var, "small VAR, 1985-2009": late, "FAVAR, 1985-2009": favar}
peak = {
    name: [one.irf("rate", d, 12, size=1.0).median["inflation"].max() for d in thirds] for name, one in models.items()
}
pd.DataFrame(peak, index=list(thirds)).T.round(2)

# %% [markdown]
# *Smaller, but not gone; and something near half of what is gone went with the sample, before any factor came.* In
# 2005 and 2008 the 68 % band of the FAVAR holds zero nearly throughout; in 1990 inflation stays above zero for three years.
#
# The paper's summary says: in recessions responses are more moderate and their bands wider. Here, growth after four quarters:

# %%
four = {d: (one.median.loc[4, "growth"], (one.upper - one.lower).loc[4, "growth"]) for d, one in thirds.items()}
pd.DataFrame(four, index=["median", "width of the band"]).T.round(2)

# %% [markdown]
# *Not more moderate: the recession has the largest response. The band is nearly as wide in 2005 as in 2008, half as wide in 1990:
# one recession against two other dates decides nothing.* Other data and other settings than the paper's;
# `python -m tvplab replicate favar-responses` asks again with a large panel, for 1981 and 2020 (needs FRED-QD).

# %% [markdown]
# **Up and down, small and large.** A bent decoder need not answer to −1 as the mirror image of +1, nor twice as much to twice
# the shock. The authors leave this open; `favar.asymmetry` measures it. Two points up against two points down
# (sign), and four points against two (size), as shares of the largest response of jobs to two points at that date; 0 is a
# mirror image, or proportion:

# %%
share = {}
for date in ("2005Q1", "2008Q4"):
    two = favar.panel_irf("rate", date, 12, size=2.0).median["PAYEMS"].abs().max()
    bends = favar.asymmetry("PAYEMS", "rate", date, 12, size=2.0)
    share[date] = {name: one.median["PAYEMS"].abs().max() / two for name, one in bends.items()}
pd.DataFrame(share).T.round(3)

# %% [markdown]
# *Nothing in 2008Q4, much in 2005Q1.* In the slump the factors stand far from where the decoder bends, and it is a straight
# line for a shock of this size. In 2005 they stand next to a bend, and a rise and a fall are no mirror images. A LeakyReLU
# bends at one point, not gradually: so the answer depends on the date, and its exact size on the network.
#
# ### The third slider
#
# **Predict first.** On the right, the response of jobs against the size of the shock. A linear decoder draws a straight line.
# (1) In 2005Q1, on which side of zero is the bend, at a rise or at a cut? (2) In 2008Q4? (3) Choose a price: does it bend at all?

# %%
slider = explore.favar(favar, titles=titles, note="US, thirteen series and three factors, 1985 to 2009")
slider.set(series="PAYEMS", date=pd.Period("2005Q1"), size=-2.0)
slider

# %% [markdown]
# Three dates for paper, the response of jobs after four quarters (thousands a month) to cuts and rises:

# %%
sizes = (-2.0, -1.0, 1.0, 2.0)
jobs = {
    date: [favar.panel_irf("rate", date, 4, size=size).median.loc[4, "PAYEMS"] for size in sizes] for date in thirds
}
pd.DataFrame(jobs, index=pd.Index(sizes, name="points")).T.round(1)

# %% [markdown]
# **What happened.** (1) At a cut, from about a half point on: two points down bring jobs less than two points up cost. (2) On
# neither side: the line is straight, and steep: the same shock moves four to six times as many jobs as in 2005. (3) A little, and
# not where jobs do: try 1990Q1, a rise. But look at the bands before the bends. In 1990Q1 even the sign of the response of jobs
# is open: its band holds zero on both sides.
#
# **Does it forecast?** A fair test repeats all of it from many dates, with and without factors, with and without movement:
# `python -m tvplab replicate favar-forecasts` (needs FRED-QD). A small version here: the three observables
# alone, the log score of the rate (the log of the density that the forecast gave to what came; more is better), mean of the four
# quarters after each date.

# %%
still = TVPVAR(lags=2, drift="none", volatility="constant", own_mean={"rate": 0.9})
scores = {}
for date in ("1992Q4", "1996Q4", "2000Q4", "2004Q4"):
    actual = us.loc[us.index > date].iloc[:4]
    for name, one in (("moving", TVPVAR(lags=2, own_mean={"rate": 0.9})), ("constant", still)):
        found = one.fit(us.loc[:date], draws=200, burn=200)
        scores[date, name] = found.log_score(actual)["rate"].mean()
table = pd.Series(scores).unstack()
table.loc["mean"] = table.mean()
table.round(2)

# %% [markdown]
# *Three times out of four the moving model wins (the last by little, for 200 draws): the storms of 1980 are over, and a
# constant variance still waits for them. In 2001 it loses by so much that it loses in the mean.* The calm of the nineties had
# made it so sure of itself that it gave the rate cuts of 2001 next to no chance. A model that learns calm quickly pays for it
# when the calm ends.
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
# **A dense β.** Without the penalty the same network fits better (sparse: the error of section 4), and says nothing:

# %%
dense = replace(model, sparsity=False).fit(world.X)
pattern_score = recovery(world.factors, dense.factors, world.pattern, dense.group_weights).f1
round(dense.mse, 3), int((dense.group_weights == 0).sum(axis=None)), round(pattern_score, 2)

# %% [markdown]
# *How to see it*: no zeros in `group_weights` (the second number). *What to do*: raise λ₀. If nothing becomes zero even then,
# these groups have no factor of their own, and the factors no name.
#
# **Factors that drift.** Forget to difference, and factors wander off. Two principal components, everything else equal:

# %%
drifting = {}
for name, one in (("differenced", panel), ("levels", panel.cumsum())):
    small_favar = FAVAR(LinearFactors.fit(one, 2), TVPVAR(lags=2, own_mean={"rate": 0.9}))
    drifting[name] = round(small_favar.fit(us, draws=200, burn=200).var.explosive("1990Q1"), 3)
drifting

# %% [markdown]
# *How to see it*: the share of explosive draws. *What to do*: transform the series; a data set's `tcodes` say how each one.
#
# **Too loose a prior on the drift.** `kappa` (not the price κ of section 2) is a coefficient's typical step in a quarter. Ten
# times the default:

# %%
wild = TVPVAR(lags=2, own_mean={"rate": 0.9}, tightness=Tightness(kappa=0.1)).fit(us, draws=500, burn=500)
rows = {
    name: (one.volatility["inflation"].mean(axis=None), one.explosive("2005Q1"))
    for name, one in (("default", var), ("loose", wild))
}
pd.DataFrame(rows, index=["sd of inflation's shocks", "explosive, 2005Q1"]).T.round(2)

# %%
both = {"default": dates["2005Q1"], "loose": wild.irf("rate", "2005Q1", 16, size=1.0)}
plots.impulse_responses(both, unit="% a year; points")

# %% [markdown]
# *How to see it*: coefficients eat the noise (the shocks shrink), responses turn ragged, and a quarter of the draws explodes.
# *What to do*: believe in small steps. A prior with much mass at zero and a long tail may choose how small
# (`drift="half-cauchy"`), but look at `diagnostics()` first: on these data its chains settle badly. Too *tight* a prior fails
# without a sign, as section 5.3 showed: a smooth response, a narrow band, and the truth outside.
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
# (H+1, n) to a shock that moves variable i **by one at once** ($e_i$ is one in place i, zero elsewhere).


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
# 200 draws after 200 sweeps and seed 0, fit the four TVP-VARs: drift "inverse gamma" (the default) or "none", volatility "sv"
# (the default) or "constant". Give the mean log score of the *rate* over 1997 (four quarters), as a dict (drift, volatility) →
# number. Which of the two earns more? Then try 2001.


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
# **Next:** [the map of lessons](00_start_here.ipynb). Code of this lesson:
# [`sparse_autoencoder.py`](../tvplab/sparse_autoencoder.py), [`tvp_var.py`](../tvplab/tvp_var.py),
# [`gibbs_states.py`](../tvplab/gibbs_states.py), [`gibbs_interweaving.py`](../tvplab/gibbs_interweaving.py),
# [`favar.py`](../tvplab/favar.py), [`explore/tvp_var.py`](../tvplab/explore/tvp_var.py),
# [`explore/favar.py`](../tvplab/explore/favar.py).
