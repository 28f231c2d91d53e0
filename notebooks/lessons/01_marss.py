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
# # Lesson 1 · What do all prices have in common?
#
# **The question.** Is the inflation I see common to all prices, or a few noisy ones? When petrol doubles, the index
# rises, and nothing has happened to the price of bread. When money loses value, everything rises a little. A central
# bank should answer the second and sit out the first. Core measures try to tell them apart by throwing volatile
# items out. This lesson keeps them all, and asks instead what moves them *together*.
#
# **After this lesson you can** write a dynamic factor model as a state-space model, run a Kalman filter that you have
# written yourself, estimate all parameters by EM, read the common component with its band, and name four ways in
# which such an estimate goes wrong without telling you.
#
# **You need** regression, matrices, and the idea of a conditional mean. No Kalman filter: you write one here.
# **Time**: about 80 minutes to read, half a minute to run.
#
# *Source*: the chapter "Dynamic Factor Model" of a textbook on R for economists, which estimates common inflation
# from the 51 items of the Brazilian consumer price index with the R package MARSS. This kit's EM equals that
# package's iterate by iterate, so that what we find about the chapter's model is about the model, not about the
# software.

# %%
import tvplab

tvplab.banner()

# %% [markdown]
# ## 1. A world with a known truth
#
# Eight prices, 120 months. One factor drives them all, each with its own *loading* λ (not the λ of lesson 2, which is
# a penalty), and each price has noise of its own with standard deviation σ. Everything here is **synthetic**. Two
# items deserve a look: item7 is volatile because it follows the factor twice as strongly as most; item8 is volatile
# and follows next to nothing.

# %%
import pandas as pd

from tvplab import dgp

world = dgp.simulate_factor_model(T=120, seed=0)
truth = pd.DataFrame({"λ": world.loadings, "σ": world.sigma, "common share": world.common_share})
truth.T.round(2)

# %% [markdown]
# The last row is the share of each price's variance that comes from the factor. What does the *headline*, the plain
# average of the eight, tell about the factor? Its correlation with the truth:

# %%
headline = world.y.mean(axis=1)
round(headline.corr(world.factor), 3)

# %% [markdown]
# The average weighs the shouting item8 as much as the others. A dynamic factor model weighs by what it learns: who
# follows the others, and who talks to himself. Two lines now; the rest of the lesson takes them apart.

# %%
from tvplab import DynamicFactorModel

fit = DynamicFactorModel(n_factors=1, factor_lags=2).fit(world.y)
round(fit.states["X1"].corr(world.factor), 3)

# %%
from tvplab import plots

common = fit.common_component(pd.Series(1 / 8, world.y.columns), level=0.9)
plots.common_component(common["mean"], headline, se=common["se"], truth=world.common.mean(axis=1))

# %% [markdown]
# *Blue, the estimated common component, follows the dashed truth; the grey headline jumps around both.* The shaded
# area is the 90 % band of the blue line, here and below. In section 2
# we build the machine that draws the blue line when its parameters are known, in section 3 the one that finds the
# parameters.
#
# ## 2. The model as two equations
#
# ### 2.1 Prices see the factor; the factor remembers itself
#
# Each price $\pi_{it}$ is a common part plus its own, $\pi_{it}=\chi_{it}+\xi_{it}$ with $\chi_{it}=\lambda_i f_t$,
# and the factor is an autoregression, $f_t=\sum_{j=1}^{p} b_j f_{t-j}+u_t$. A filter wants one lag only. So we carry
# the past along: the *state* $x_t=(f_t, f_{t-1},\dots)$ holds the factor and its lags, and moves by a *companion
# matrix*. For p = 2:
#
# $$\underbrace{\begin{bmatrix} f_t \\ f_{t-1} \end{bmatrix}}_{x_t} =
#   \underbrace{\begin{bmatrix} b_1 & b_2 \\ 1 & 0 \end{bmatrix}}_{B} x_{t-1} + w_t, \qquad
#   y_t = \underbrace{\begin{bmatrix} \lambda_1 & 0 \\ \vdots & \vdots \\ \lambda_N & 0\end{bmatrix}}_{Z} x_t + v_t,$$
#
# with $w_t\sim N(0,Q)$ and $v_t\sim N(0,R)$. Here $y_t$ holds the N prices of month t, $v_t$ their own parts
# $\xi_{it}$, and $w_t=(u_t,0)$: the second row of B says $f_{t-1}=f_{t-1}$. It is an identity, so it
# gets no noise, and only the first cell of Q is positive. Remember that; section 8 is about a model that forgot it.
#
# ### 2.2 A matrix that mixes numbers and names
#
# What is known is a number, what is to be estimated is a name. That is the whole language of a MARSS model
# (multivariate autoregressive state space). Here is ours, spelt out; `"q"` is a name, zeros and ones are facts.

# %%
import numpy as np

Z = np.array([[1, 0]] + [[f"z{i}", 0] for i in range(2, 9)], dtype=object)
B = np.array([["b1", "b2"], [1, 0]], dtype=object)
Q = np.array([["q", 0], [0, 0]], dtype=object)
Z

# %% [markdown]
# Why is the first loading 1 and not a name? Double all loadings and halve the factor: the same prices. The data
# cannot tell, so we decide: **the factor is measured in units of item1**. The other matrices have shortcuts for
# names.

# %%
from tvplab import MARSS

by_hand = MARSS(Z=Z, B=B, Q=Q, R="diagonal and unequal").fit(world.y)
by_hand.loglik == fit.loglik, round(fit.loglik, 3)

# %% [markdown]
# `DynamicFactorModel` is exactly this. Its estimates beside the truth, in units of item1 (whose true loading is 1):

# %%
estimate = fit.params["Z"]["X1"]
noise = pd.Series(np.diag(fit.params["R"]) ** 0.5, world.y.columns)
pd.DataFrame({"λ": world.loadings, "estimate": estimate, "σ": world.sigma, "its estimate": noise}).T.round(2)

# %% [markdown]
# ### 2.3 The filter: predict, look at the error, correct
#
# Suppose the parameters are known. After month t−1 we believe the state is about $x$, give or take a covariance $P$.
# Then:
#
# $$x \leftarrow Bx,\quad P \leftarrow BPB'+Q \qquad\text{(predict)}$$
# $$e = y_t - Zx,\quad F = ZPZ'+R,\quad G = PZ'F^{-1} \qquad\text{(the error, its variance, the gain)}$$
# $$x \leftarrow x + Ge,\quad P \leftarrow P - GZP \qquad\text{(correct)}$$
#
# The gain G is the weighing that the average does not do: a noisy price has a large entry in R and its surprise
# counts for little. And a price that is **missing** is simply left out of Z, R and e for that month. No filling in,
# no special case.


# %%
def kalman_filter(y, Z, R, B, Q, x, P):
    """Mean of x_t given y_1..y_t, and the log-likelihood; NaN in y is a missing price."""
    means, loglik = [], 0.0
    for observed in y:
        x, P = B @ x, B @ P @ B.T + Q
        seen = np.isfinite(observed)
        e, F = observed[seen] - Z[seen] @ x, Z[seen] @ P @ Z[seen].T + R[np.ix_(seen, seen)]
        G = P @ Z[seen].T @ np.linalg.inv(F)
        x, P = x + G @ e, P - G @ Z[seen] @ P
        loglik -= 0.5 * (seen.sum() * np.log(2 * np.pi) + np.linalg.slogdet(F)[1] + e @ np.linalg.solve(F, e))
        means.append(x)
    return np.array(means), loglik


# %% [markdown]
# Fed with the estimates, does it give the library's likelihood? And does it still, when a third of the cells is
# missing?

# %%
holes = dgp.simulate_factor_model(missing=0.33).y
for y in (world.y, holes):
    other = DynamicFactorModel(1, 2).fit(y)
    matrices = [other.params[name].to_numpy() for name in ("Z", "R", "B", "Q")]
    means, loglik = kalman_filter(y.to_numpy(), *matrices, np.zeros(2), np.eye(2))
    print(f"missing: {y.isna().sum().sum():3d}   own: {loglik:.8f}   library: {other.loglik:.8f}")

# %% [markdown]
# Line by line the same. The filter knows only the past. A second pass from the end back, the *smoother*, lets later
# months correct earlier ones; it stands in [`statespace.py`](../tvplab/statespace.py) and is as short. The last
# month has no later one, so there filter and smoother must agree:

# %%
np.allclose(means[-1], other.states.iloc[-1])

# %% [markdown]
# The library's [fast version](../tvplab/statespace_fast.py) first squeezes the N prices of a month into as many
# numbers as there are states. The recursion then costs the same for 8 prices and for 800.
#
# ## 3. Where the parameters come from: EM
#
# If somebody told us the factor, all would be regressions: each price on the factor gives λ and σ, the factor on its
# past gives b and q. If somebody told us the parameters, the smoother would give the factor. Nobody tells us either,
# so we take turns. **E-step**: smooth, with the present parameters. **M-step**: run the regressions. Only one thing
# is subtle: the factor is not known but *estimated*, so every square $x_t^2$ in a regression is its mean squared
# plus its variance:
#
# $$\mathrm{E}\,x_t^2=\hat x_t^2+V_t,\qquad \mathrm{E}\,x_tx_{t-1}=\hat x_t\hat x_{t-1}+C_t .$$
#
# The smoother gives all three: the mean $\hat x_t$ (`s.mean`), the variance $V_t$ (`s.cov`), and the covariance $C_t$
# of the factor with its own last month (`s.lag_cov`). Here is a complete M-step for a factor with one lag. Rows of `s`
# run from month 0 to T.


# %%
def m_step(y, s, z, b):
    """New (z, R, b, q) from the smoothed factor `s`: regressions, in the order that R MARSS takes them."""
    x, V, C = s.mean[:, 0], s.cov[:, 0, 0], s.lag_cov[1:, 0, 0]
    now, before = (x[1:] ** 2 + V[1:]).sum(), (x[:-1] ** 2 + V[:-1]).sum()
    both = (x[1:] * x[:-1] + C).sum()
    R = ((y - np.outer(x[1:], z)) ** 2 + np.outer(V[1:], z**2)).mean(axis=0)
    q = (now - 2 * b * both + b**2 * before) / len(y)
    b = both / before
    z = np.r_[1.0, (y.T @ x[1:])[1:] / now]
    return z, R, b, q


# %% [markdown]
# And the loop. In full, a MARSS model has a constant in each equation, $y_t=Zx_t+A+v_t$ and $x_t=Bx_{t-1}+U+w_t$, and
# a first state $x_0\sim N(x0, V0)$; ours has A = 0, U = 0, x0 = 0 and V0 = 1. `StateSpace` takes them in the order Z,
# A, R, B, U, Q, x0, V0. Month 0 is a month without prices. We start where R MARSS starts.

# %%
from tvplab.statespace import StateSpace, kalman_filter as library_filter, kalman_smoother

y = world.y.to_numpy()
with_month_0, path = np.vstack([np.full(8, np.nan), y]), []
z, R, b, q = np.ones(8), np.full(8, 0.05), 1.0, 0.05
for _ in range(30):
    ones, zero = np.eye(1), np.zeros(1)
    model = StateSpace(z[:, None], np.zeros(8), np.diag(R), b * ones, zero, q * ones, zero, ones)
    s = kalman_smoother(library_filter(with_month_0, model), model)
    path.append(s.loglik)
    z, R, b, q = m_step(y, s, z, b)

# %% [markdown]
# Thirty turns of ours against the path that the library records:

# %%
one_lag = DynamicFactorModel(1, 1).fit(world.y)
np.abs(np.array(path) - one_lag.loglik_path[:30]).max()

# %%
best = DynamicFactorModel(1, 1).fit(world.y, tol=1e-13).loglik
plots.loglik_paths(one_lag.loglik_path, best=best)

# %% [markdown]
# *Every step goes up, the first by far the most, the last ones by nothing. On this scale the end is a straight
# line: EM gains a fixed proportion of what is left.* That is its charm and its danger. It never falls, and it can
# creep so slowly that a careless stopping rule takes creeping for arrival (section 8).
#
# ### 3.1 How sure is an estimate?
#
# Does the factor need its second lag, or could $b_2$ be zero? One answer comes from the curvature of the likelihood
# at its top. The other takes the estimated model for the world, simulates 50 data sets from it, estimates each anew
# and looks at the spread, a *bootstrap*:

# %%
curvature = fit.intervals(level=0.9).loc[["B.b1", "B.b2", "Z.z7"]]
spread = fit.bootstrap(draws=50, seed=0, tol=1e-6)[curvature.index].quantile([0.05, 0.95]).T
curvature.join(spread.set_axis(["bootstrap, 5 %", "95 %"], axis=1)).round(2)

# %% [markdown]
# *The two agree to a few hundredths. By both, $b_2$ is only just above zero: 120 months hardly tell one lag from two.*
# Fifty draws leave their own doubt in the ends of an interval. Both take the model for granted.
#
# ### 3.2 A cause that you know
#
# From month 31 on a tax adds 2 to item3, and to no other price. What will the mean of item3 after the tax, less the
# mean before, say about the 2? A known cause is a *covariate* $d_t$, and its effect one more name in the model,
# $y_t=Zx_t+Dd_t+v_t$:

# %%
tax, D = (np.arange(120) >= 30) * 1.0, np.zeros((8, 1), dtype=object)
D[2, 0] = "tax"
taxed = world.y.assign(item3=world.y["item3"] + 2 * tax)
effect = MARSS(Z=Z, B=B, Q=Q, D=D).fit(taxed, d=tax).intervals().loc["D.tax"]
effect.round(2), round(taxed["item3"][tax == 1].mean() - taxed["item3"][tax == 0].mean(), 2)

# %% [markdown]
# *The means say 2.36. The model says 1.97, from 1.83 to 2.11.* The factor happens to be higher after month 31 than
# before, and the means charge the tax with that. The model sees the factor in the seven other prices and takes it out.
#
# ## 4. The slider
#
# **Predict first.** Before you touch anything, write down:
#
# 1. Hide 60 % of all cells. Which suffers more, the common component (blue) or the average of what is left (orange)?
# 2. Drop the most volatile item, as a core measure would. What happens to blue, what to orange? And with the *two*
#    most volatile ones?
# 3. There is one factor. Tell the model that there are two. Does the log-likelihood rise? Does the AICc fall? (That
#    is twice the number of parameters less twice the log-likelihood, and a little more in small samples.)
#
# Every move estimates the model again. EM starts where it ended on the complete data, and has 40 turns. Where they are
# too few, the readout says *not done*; the box *EM to the end* lets it finish.

# %%
from tvplab import explore

explore.dfm()

# %% [markdown]
# **What happened.** (1) Orange. An average of other items each month is another average each month; the model knows
# which prices it is looking at, and remembers last month. The band widens where little is seen. (2) Dropping item8
# costs blue nothing, since it never listened to it, and cures orange. Dropping item7 as well makes both worse: it
# was volatile *because* it follows the factor. Volatility alone does not tell noise from news. (3) The likelihood
# always rises; the AICc, of which less is better, charges for the parameters, and prefers one factor. In numbers:

# %%
slider, rows = explore.dfm(), {}
moves = {"all": {}, "60 % hidden": {"missing": 0.6}, "drop 1": {"dropped": "the most volatile"}}
moves |= {"drop 2": {"dropped": "the 2 most volatile"}, "two factors": {"n_factors": 2}}
for name, move in moves.items():
    slider.reset()
    slider.set(**move)
    now = slider.result
    rows[name] = now.common.corr(now.truth), now.average.corr(now.truth), now.fit.loglik, now.fit.aicc
pd.DataFrame(rows, index=["common, corr.", "average, corr.", "log-likelihood", "AICc"]).T.round(3)

# %% [markdown]
# (Log-likelihoods compare only within one set of data: the first row and the last. The slider standardises the items,
# so its −1147.5 does not compare with the −1313.9 of section 2 either.) Three shares hidden, for a printer:

# %%
settings = {}
for share in (0.0, 0.4, 0.8):
    slider.set(missing=share, n_factors=1, dropped="nothing")
    settings[f"{share:.0%} hidden"] = slider.result.common
plots.common_component(settings, truth=slider.result.truth)

# %% [markdown]
# *With 40 % of the cells hidden the line hardly moves. With 80 % it still has the large waves, and has lost the
# small ones.*
#
# ## 5. The limits: what this model contains
#
# **Q = 0.** Nothing shocks the state, so with B = 1 it stays where it starts: the whole model is a mean, weighted by
# precision.

# %%
still = MARSS(Z=np.ones((8, 1)), B="identity", Q="zero", V0=[[1e6]]).fit(world.y)
precision = 1 / np.diag(still.params["R"])
np.ptp(still.states["X1"]), np.isclose(still.states["X1"].iloc[0], world.y.mean() @ precision / precision.sum())

# %% [markdown]
# **B = 0.** The factor forgets: every month stands alone. Give all prices the same noise as well, and the
# estimated factor is the first **principal component**, up to its scale. One argument each from the model above.

# %%
from tvplab.factors import principal_components

loadings = np.array([[f"z{i}"] for i in range(1, 9)], dtype=object)
centred = world.y - world.y.mean()
static = MARSS(Z=loadings, B=[[0]], Q=[[1]], R="diagonal and equal").fit(centred, tol=1e-12)
pca = principal_components(world.y, 1)
round(abs(static.states["X1"].corr(pca.factors["F1"])), 6)

# %% [markdown]
# So a principal component is a dynamic factor model that has no memory and believes that all prices are equally
# noisy. What do the two assumptions cost here? Correlations with the true factor:

# %%
unequal = MARSS(Z=loadings, B=[[0]], Q=[[1]]).fit(centred)
rows = {"PCA": pca.factors["F1"], "noise of its own": unequal.states["X1"], "and memory": fit.states["X1"]}
rows["PCA, standardised"] = principal_components(world.y / world.y.std(), 1).factors["F1"]
pd.Series({name: abs(row.corr(world.factor)) for name, row in rows.items()}).round(3)

# %% [markdown]
# PCA looks for variance and finds item8. Who standardises first takes the loudest voice away; the factor model does
# not need that trick, as it estimates each price's noise.
#
# ## 6. Real data I: five US price indexes
#
# From the bundled New York Fed panel: consumer, core consumer (without food and energy), producer, import and export
# prices, monthly changes in per cent (100 × the difference of logs) from 2000 to mid-2016, standardised. Producer
# prices begin in 2009; the earlier months are missing, and that is no problem.

# %%
names = {"CPIAUCSL": "consumer", "CPILFESL": "core", "PPIFIS": "producer", "IR": "imports", "IQ": "exports"}
us_index = tvplab.data.load("nyfed").frame[list(names)].rename(columns=names)
us = 100 * np.log(us_index).diff().loc["2000":]
us_fit = DynamicFactorModel(1, 2, standardize=True).fit(us)
us_share = pd.Series(1 - np.diag(us_fit.params["R"]), us.columns)
us_share.round(2)

# %% [markdown]
# *The shares of variance that are common. Almost all of import prices, most of consumer prices, and next to nothing
# of core prices.* Whatever these five share from month to month, core inflation is not it. What do prices have in
# common that stop at "without food and energy"? The picture shows the largest month of all:

# %%
us_common = us_fit.common_component()["consumer"]
plots.common_component(us_common, us["consumer"], unit="% a month")

# %%
us_common.idxmin().date(), round(us_common.min(), 2), round(us["core"][us_common.idxmin()], 2)

# %% [markdown]
# The collapse of late 2008, when oil lost two thirds of its price, while core prices hardly moved. "Common" is a
# statement about the panel: put five indexes in, of which four hold energy, and the common factor is energy. A model
# does not know which common factor you meant. **Choose the panel before you name the factor.**
#
# ## 7. Real data II: 51 prices in Brazil
#
# Now the chapter's own panel: the 51 items of Brazil's consumer price index (IPCA), changes over twelve months,
# December 2012 to December 2022, with the monthly weights that make the headline of them. These data are not
# bundled: `tvplab data fetch brazil-ipca` gets them from IBGE. Without them the next cell says so and puts the five
# US indexes in their place, over twelve months and with equal weights: all cells run, but **the sentences below are
# about Brazil**.

# %%
try:
    ipca = tvplab.data.load("brazil-ipca")
    titles = {name[:4]: title for name, title in ipca.titles.items()}
    items, weights = (frame.rename(columns=lambda name: name[:4]) for frame in (ipca.frame, ipca.weights))
    headline = ipca.headline
except FileNotFoundError as not_at_hand:
    print(f"{not_at_hand}. Below: US prices instead.")
    items, titles = (100 * (us_index / us_index.shift(12) - 1)).loc["2001":"2016-06"], {}
    weights = items.notna() * 1.0
    headline = items.mean(axis=1)
weights = weights.div(weights.sum(axis=1), axis=0)
items.shape, weights.sum(axis=1).round(6).unique()

# %% [markdown]
# `standardize=True` makes every item as loud as the others; what the results say of the items is put back into their
# units. And the item that the scale is pinned on should be one that responds: `anchors="data"` looks for it.
# (Section 8 shows what that buys.)

# %%
model = DynamicFactorModel(n_factors=1, factor_lags=4, standardize=True, anchors="data")
fit_51 = model.fit(items, tol=1e-7)
fit_51.converged, fit_51.n_iter

# %% [markdown]
# The common part of item i is $\chi_{it}=\lambda_i f_t$, and *common inflation* is what the items' weights make of
# it, $\sum_i w_{it}\chi_{it}$: the inflation that the index would show if every price did only what the factor tells
# it to.

# %%
band = fit_51.common_component(weights, level=0.9)
common = band["mean"]
plots.common_component({"common inflation": common}, headline, se=band["se"], unit="% over 12 months")

# %%
weighted, gap = (items * weights).sum(axis=1), headline - common
lines = pd.DataFrame({"headline": headline, "items, weighted": weighted, "common": common, "gap": gap})
print(f"correlations with the headline: common {common.corr(headline):.2f}, items {weighted.corr(headline):.3f}")
lines.groupby(lines.index.year).last().T.round(1)

# %% [markdown]
# *Common inflation is a slow wave through the fast ones. The two part by about three points in 2015 and again in
# 2021, and by almost six in 2022.* At the end of 2015 the headline was at almost 11 % and common inflation near 8: a
# large part of that episode was not common. In 2022 it is the other way round. The headline fell from 12 % to less
# than 6 within eight months; common inflation rose from less than 11 to almost 12 and ended at 11.6. By this measure
# the prices at large had hardly turned: a few had plunged.
#
# The band is narrow because 51 items leave little doubt about one factor, and because it takes the parameters as
# known.
#
# ### 7.1 Which items drive the wedge?
#
# What an item does on its own account pulls the headline by its weight times $(\pi_{it}-\chi_{it})$. In the two
# months where the headline was farthest from the common line, before 2019 and over all years, the six items that
# pull hardest:

# %%
own = fit_51.contributions(weights, own=True).rename(columns=titles)
dates = [gap.loc[:"2018"].abs().idxmax(), gap.loc["2015":].abs().idxmax()]
strongest = {f"{date:%B %Y}, gap {gap[date]:+.1f}": own.loc[date] for date in dates}
strongest = {label: row[row.abs().nlargest(6).index] for label, row in strongest.items()}
plots.item_bars(strongest, xlabel="percentage points of the headline")

# %% [markdown]
# *Two prices, twice.* In 2015 electricity rose by decree, after years in which its tariff had been held down; in
# 2022 taxes on fuels and electricity were cut (that is history, not an output). Both are prices that a government
# sets or taxes. Their part in the gap, and the rest:

# %%
pair = own.columns.intersection(["Electricity", "Vehicle fuels"])
parts = pd.DataFrame({"these two": own[pair].sum(axis=1), "other items": own.drop(columns=pair).sum(axis=1)})
parts["weights"] = headline - weighted
parts["whole gap"] = gap
parts.loc[dates].round(1)

# %% [markdown]
# So they explain most of the gap of 2015, and half of that of 2022. About a quarter of the latter is spread thinly
# over the other items. The last quarter is none of the model's business. Items weighed with *this* month's weights
# do not add up to the official headline, which is chained month by month: a price that has fallen over the year has
# lost weight on the way. Had we not printed that column, we would have told a story about it.
#
# ### 7.2 What a core measure would have said
#
# The usual core drops the most volatile items and averages the rest. Drop a fifth of ours, the ten most volatile:

# %%
volatile = items.std().nlargest(len(items.columns) // 5).index
kept = items.columns.difference(volatile)
core = (items[kept] * weights[kept]).sum(axis=1) / weights[kept].sum(axis=1)
plots.common_component({"common inflation": common, "core": core}, headline, unit="% over 12 months")

# %%
table = pd.DataFrame({"headline": headline, "core": core, "common": common})
pd.concat([table.corr(), table.tail(1).set_axis(["last month"])]).round(2)

# %% [markdown]
# *The two were built in different ways and tell nearly one story (correlation 0.98), until the last months of 2022:
# there the core has turned, to 10.0, and the common line, at 11.6, hardly.* That need
# not be so: in section 4 dropping the second most volatile item did harm, as it was volatile because it followed the factor. So look
# at the items dropped. How much of each is common? From the most volatile on:

# %%
shares = pd.Series(1 - np.diag(fit_51.params["R"]), items.columns)
shares[volatile].rename(titles).round(2).to_frame("common share")

# %%
calm = items.std().nsmallest(len(volatile)).index
shares[volatile].mean().round(2), shares[calm].mean().round(2), shares.mean().round(2)

# %% [markdown]
# (Means of the ten most volatile, the ten calmest, and all.) In this panel the loud items are those that listen
# least, so dropping them costs little, and the crude core does well. But the calmest ten share no more than the
# average item: being quiet is no sign of listening.
#
# ### 7.3 The chapter's own model
#
# The chapter does two things differently: it takes the data as they come, with no means taken out and A = 0, and its
# matrices are these, defaults of the R package spelt out.


# %%
def chapter_model(N):
    """Four lags; noise on all four states; drifts; a first state to be estimated."""
    Z, B = np.zeros((N, 4), dtype=object), np.eye(4, k=-1, dtype=object)
    Z[:, 0] = [f"z{i + 1}" for i in range(N)]
    B[0] = ["b1", "b2", "b3", "b4"]
    free = {"U": "unconstrained", "Q": "diagonal and equal", "R": "diagonal and unequal", "x0": "unequal"}
    return MARSS(Z=Z, B=B, **free, A="zero", V0="zero", rule="reference")


as_printed = chapter_model(items.shape[1]).fit(items, max_iter=1000, tol=1e-3)
chapter = as_printed.common_component(weights)
plots.common_component({"ours": common, "the chapter's": chapter}, headline, unit="% over 12 months")

# %%
rows = {"ours": common, "the chapter's": chapter}
pd.DataFrame({k: (v.corr(headline), v.iloc[-1]) for k, v in rows.items()}, index=["corr. with headline", "last month"])

# %% [markdown]
# *The same wave, with two points between them at the end.* The grey and the broken line are the chapter's figure.
# Where does the difference come from? The two differ in several ways (section 8 takes the matrices apart); one
# concerns the data. Without means, an item's loading does two jobs. It says how strongly the item
# follows the factor *and* how high its average is: an item that always rises by 9 % and never reacts gets a large
# loading. With the means taken out it has the first job only. Neither is the truth; but **two points of
# inflation hang on how the data and the matrices were set up**, and the bands, a few tenths wide, know nothing of it.
#
# ### 7.4 One factor?
#
# The chapter assumes one. The criteria of Bai and Ng (2002) ask how many principal components pay for themselves
# when both the months and the items are many. Allowed are up to twelve:

# %%
from tvplab.factors import bai_ng

whole = items.dropna(axis=1)
bai_ng(whole, max_factors=min(12, whole.shape[1] - 1)).idxmin()

# %% [markdown]
# They take all that they are given. These criteria want noise that forgets, and changes over twelve months remember
# eleven of them: every item's own slow wave looks like a factor. That is no argument for twelve factors. It is one
# for not calling the first one "the" common inflation too loudly.
#
# What would three say? Factors may be turned among each other without changing the fit. *Varimax* turns them until each
# item's loadings are as large or as small as can be, so that each factor gets items of its own. The five that load
# most on each:

# %%
from tvplab.factors import varimax

turned, rotation = varimax(principal_components(whole / whole.std(), 3).loadings)
pd.DataFrame({name: turned[name].abs().nlargest(5).rename(titles).index for name in turned})

# %% [markdown]
# *Clothes, furniture and cars; gold, electronics, oils and grain; services.* The names are ours, the model gave none.
# The second group is priced in dollars, the third is mostly wages. A single factor has to be a compromise between such
# sources, and cannot say which of them moved.
#
# Try the panel yourself: hide months, drop the ten most volatile, add a factor. (Large panel: it computes when you
# let go.)

# %%
explore.dfm(items, weights, factor_lags=4)

# %% [markdown]
# ## 8. What breaks
#
# The chapter's specification runs, converges by its own rule and draws a plausible line. Four things are wrong with
# it. We show them in the simulated world. Some of these fits do not converge, which is the point; the warning that
# says so is switched off.

# %%
import warnings

from tvplab.convergence import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)
printed = chapter_model(8).fit(world.y, max_iter=500, tol=1e-3)
ours = DynamicFactorModel(1, 4).fit(world.y)

# %% [markdown]
# **Noise on the lags.** `Q = "diagonal and equal"` gives all four states noise. But the second state *is* last
# month's factor; noise there says that the past may change after the fact. How far is the smoothed second state from
# the first, a month before, compared with the factor's own movement?

# %%
rows = {}
for name, one in {"as printed": printed, "only Q[1,1]": ours}.items():
    slip = one.states["X2"] - one.states["X1"].shift(1)
    rows[name] = slip.pow(2).mean() ** 0.5, one.states["X1"].std()
pd.DataFrame(rows, index=["slip, root mean square", "sd of the factor"]).T.round(3)

# %% [markdown]
# *How to see it*: compare states that must be equal. *What to do*: noise where the world has shocks, zeros where the
# model has identities.
#
# **A drift nobody can know.** U has four drifts. Add 5 to the second, take it from the third, correct the first and
# the starting state. Three drifts and a first state are quite different, and the likelihood is not:

# %%
from tvplab.marss_em import smooth

M = {name: frame.to_numpy() for name, frame in printed.params.items()}
M |= {name: M[name][:, 0] for name in ("A", "U", "x0")}
change = {"U": 5 * np.array([-M["B"][0, 1], 1, -1, 0]), "x0": 5 * np.array([0, 1, 0, 0])}
other = M | {name: M[name] + change[name] for name in change}
round(smooth(y, M).loglik, 8), round(smooth(y, other).loglik, 8), M["U"].round(2), other["U"].round(2)

# %% [markdown]
# *How to see it*: a singular information matrix, or estimates that depend on the start. *What to do*: U = 0.
#
# **A first state that runs away.** With V0 = 0 the first state is a parameter, and has to produce the first month
# through $x_0=B^{-1}(x_1-U)$. B has to be inverted, and its determinant is −b4. Where b4 is near zero, the fourth
# element can go anywhere:

# %%
rows = {}
for turns in (100, 200, 400, 800):
    one = chapter_model(8).fit(world.y, max_iter=turns, tol=1e-12, minit=turns + 1)
    rows[turns] = one.params["x0"].iloc[3, 0], one.params["B"].iloc[0, 3], one.loglik
pd.DataFrame(rows, index=["4th element of x0", "b4", "log-likelihood"]).T.round(4)

# %% [markdown]
# *How to see it*: let EM run on. In the last 400 turns the likelihood gains less than 0.2, and a number that should
# be of the factor's size, about one, passes 900. *What to do*: a proper prior, x0 = 0 and V0 = I.
#
# **Stopping where the slope is small.** Mend those three and leave all eight loadings free. Now only the prior of
# the first month knows in which units the factor is measured. R MARSS's rule (at least 15 likelihoods seen, the last
# gain below 0.001, parameters flat on a log-log scale) reports success at once. A rule that asks parameters *and*
# likelihood to be at rest does not:

# %%
Z4 = np.zeros((8, 4), dtype=object)
Z4[:, 0] = [f"z{i + 1}" for i in range(8)]
well_posed = DynamicFactorModel(1, 4).marss(8)
rows, turns = {}, 500 if tvplab.mode() == "quick" else 5000
for rule, tol in (("reference", 1e-3), ("sound", 1e-9)):
    one = MARSS(Z=Z4, B=well_posed.B, Q=well_posed.Q, rule=rule).fit(world.y, max_iter=turns, tol=tol)
    z1, q = one.params["Z"].iloc[0, 0], one.params["Q"].iloc[0, 0]
    rows[rule] = one.n_iter, one.converged, round(one.loglik, 3), round(z1, 3), round(z1 * q**0.5, 3)
pd.DataFrame(rows, index=["turns", "converged", "log-likelihood", "z1", "z1·√q"]).T

# %% [markdown]
# *How to see it*: the first loading still moves after hundreds of turns; what the data do know, $z_1\sqrt q$, stays.
# *What to do*: fix one loading, and do not read a loading whose scale nobody fixed.
#
# **The wrong anchor.** Fixing one loading is not enough if it is the wrong one. The same data and the same model,
# with the scale pinned on another item:

# %%
rows = {}
for item in ("item7", "item2", "item5", "item8"):
    one = DynamicFactorModel(1, 2, anchors=[item]).fit(world.y, max_iter=4000)
    rows[item] = world.common_share[item], one.n_iter, one.loglik, one.states["X1"].corr(world.factor)
pd.DataFrame(rows, index=["common share of it", "turns of EM", "log-likelihood", "corr. with truth"]).T.round(3)

# %% [markdown]
# *The factor hardly changes; the way to it grows from fifty turns to more than two thousand.* The likelihoods differ
# a little because the first month's prior, N(0, 1), is in units of the anchor. With item8 there is more: its loading
# was estimated as negative in section 2, but it is now pinned at +1. EM starts with all loadings at 1 and ends on the
# side where item8 rises with the factor. *What to do*: pin on a series that responds, or let the data choose one, as
# section 7 did.
#
# ## 9. What this does not show
#
# - A factor is what the panel shares. It is not "demand", "money" or "expectations" until someone shows that it is.
# - The line is *smoothed*: common inflation in 2020 knows 2022. In 2020 nobody had that line; hide the later months
#   and look.
# - Changes over twelve months overlap: eleven of the twelve months are the same in neighbouring rows. The factor's
#   persistence is partly made of that, and the bands are too narrow for it.
# - R is diagonal: shocks to meat and to poultry are taken as unrelated. Items that move together for local reasons
#   can pass for a factor.
# - Loadings are constant. Lesson 2 lets coefficients move.
#
# ## Recap
#
# 1. A factor model is two equations: prices see the factor, the factor remembers itself.
# 2. The filter is predict, error, correct; a missing price is a missing row, and the likelihood comes along.
# 3. EM takes turns between smoothing and regressions with $\mathrm{E}x^2$ = mean² + variance; it climbs, and it can
#    creep.
# 4. PCA is the model with equal noise and no memory.
# 5. Identification is your job: an anchor that responds, no noise on identities, a proper start, and a panel that
#    holds what you mean by "common".
#
# ## Exercises
#
# **1.1 (warm-up).** A factor follows $f_t = 0.5f_{t-1} + 0.2f_{t-2} - 0.1f_{t-3} + u_t$. Write its companion matrix
# B.

# %% tags=["solution", "1.1"]
companion = np.array([[0.5, 0.2, -0.1], [1, 0, 0], [0, 1, 0]])  # blank

# %%
tvplab.check("1.1", companion)

# %% [markdown]
# **1.2.** Write a core measure: drop the k items with the largest standard deviation, and average the others with
# their weights. The weights are a frame like the items', and what is left of them must sum to one in every month.


# %% tags=["solution", "1.2"]
def core_inflation(items, weights, k):  # blank
    """Weighted mean of all but the k most volatile items, one number a month."""
    kept = items.columns.drop(items.std().nlargest(k).index)
    return (items[kept] * weights[kept]).sum(axis=1) / weights[kept].sum(axis=1)


# %%
tvplab.check("1.2", core_inflation)

# %% [markdown]
# **1.3.** How many lags does the factor have? Fit `DynamicFactorModel(1, p)` to `world.y` for p from 1 to 6, and
# take the p with the smallest AICc. (The truth is 2. Does the criterion find it?)

# %% tags=["solution", "1.3"]
aicc = {p: DynamicFactorModel(1, p).fit(world.y).aicc for p in range(1, 7)}  # blank
best_p = min(aicc, key=aicc.get)  # blank

# %%
tvplab.check("1.3", best_p)

# %% [markdown]
# **1.4 (small project).** It is the last day of month 120 and one price only has been published. What is that worth?
# Write a function that takes `world.y` and the name of one item, hides all *other* items in the last month,
# estimates `DynamicFactorModel(1, 2)`, and returns the standard error of the factor in the last month. Apply it to
# all items. Which one should the statistical office publish first? Compare with the shares of section 1.


# %% tags=["solution", "1.4"]
def flash_error(y, item):  # blank
    """Standard error of the last month's factor when only `item` is known there."""
    known = y.copy()
    known.loc[known.index[-1], known.columns.drop(item)] = np.nan
    return DynamicFactorModel(1, 2).fit(known).states_se["X1"].iloc[-1]


flash = {item: flash_error(world.y, item) for item in world.y}

# %%
tvplab.check("1.4", flash)

# %% [markdown]
# **Next:** [the map of lessons](00_start_here.ipynb). Code of this lesson:
# [`statespace.py`](../tvplab/statespace.py), [`marss.py`](../tvplab/marss.py),
# [`marss_em.py`](../tvplab/marss_em.py), [`marss_updates.py`](../tvplab/marss_updates.py),
# [`explore/dfm.py`](../tvplab/explore/dfm.py).
