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
# # Lesson 6 · Did monetary policy change its reach?
#
# **The question.** The central bank raises its rate by surprise. What happens to output and to prices, one month, one
# year, four years later? And was the answer the same in 1976 as in 2011? In between, Canada joined a free-trade area and
# began to target inflation. A single response for all years cannot say; two responses, before and after a date, say what
# you told them to say.
#
# **After this lesson you can** estimate a response to a shock without a system of equations, let it move with the date of
# the shock, see why thousands of moving parameters are no problem, and name three ways in which such a picture misleads.
#
# **You need** lesson 2: the drift penalty λ, the dual, 2SRR. **Time**: about 60 minutes to read, a minute to run.
#
# *Source*: Ph. Goulet Coulombe, "Time-Varying Parameters as Ridge Regressions", section 5 and Figure 3. The
# paper's shock series (Champagne and Sekkel) may not be passed on, and **we do not have it**. So we work in three
# worlds: a simulated Canada built to the paper's findings, where the truth is known; real data with *substitute*
# shocks; and, if you have the series as a file, the paper's own setting by one call (section 8).

# %%
import tvplab

tvplab.banner()

# %% [markdown]
# ## 1. A world with a known truth
#
# Simulated Canada has eight monthly series from 1976 to 2015 and a monetary shock that nobody could foresee. All is
# **synthetic**. How the economy answers drifts as the paper reports it. The truth in percent (points for unemployment),
# `h` months after a shock of one standard deviation, by the date of the shock:

# %%
import pandas as pd

from tvplab.local_projections_settings import simulated_canada

canada = simulated_canada(seed=0)
cuts = {(name, h): canada.truth[name][h] for name in canada.y for h in (12, 24, 47)}
pd.DataFrame(cuts).loc[["1976-01", "1987-01", "1999-01", "2011-01"]].round(2)

# %% [markdown]
# Short horizons stand still; long ones move. After four years prices fall twice as far in 2011 as in 1987, and output
# half as far as it used to. The model of this lesson gets the data, not this table. One line now; the rest of the lesson
# takes it apart.

# %%
ours = canada.fit()
gdp = ours["gdp"]
gdp.plot_surface(unit="percent", note=canada.note, azimuth=40, break_date=canada.break_date)

# %% [markdown]
# *Read it like a map: along one axis the date of the shock, along the other the months since. Output falls for two years
# and comes part of the way back, and the valley is deeper in the early years.* The dashed line is February 1991, when
# Canada began to target inflation. A surface is for the eye. For reading numbers, cut it, and put the truth beside it:

# %%
gdp.plot_slices(horizons=[12, 24, 47], unit="percent", note=canada.note, truth=canada.truth["gdp"])

# %% [markdown]
# *Left, over dates: each estimate has the truth beside it, thin and dashed in the same colour. At two years (h = 24,
# orange) it flattens when the truth does, and finds two thirds of its depth or a little more. At four years (green) it is too
# close to zero, and its band does not know.* Right, over horizons (OLS, grey, is least squares with one response for all
# dates): the shape is found, for all dates. We come back to the band in section 9.
#
# ## 2. A local projection is one regression for each horizon
#
# ### 2.1 Why not a VAR?
#
# A VAR describes one month, and answers "and after four years?" by running that month 48 times. A small error in the month
# is repeated 48 times, and every variable needs its equation. A **local projection** (Jordà, 2005) asks the question
# directly. To know the level of output h months after a shock, regress exactly that on the shock:
#
# $$y_t+y_{t+1}+\dots+y_{t+h} = \beta_h\, s_t + \text{what was known before } t + \epsilon_{t,h},\qquad h=0,\dots,47.$$
#
# With y a monthly change the sum on the left is the change of the *level*, and $\beta_h$ is the response at horizon h. No
# equation for the other series is needed; they are among what was known. The price: 48 regressions instead of one system,
# and errors that **overlap**, as neighbouring months share most of their sums.


# %%
import numpy as np


def local_projection(y, shock, past, h):
    """Coefficient of s_t when y_t + … + y_{t+h} is regressed on s_t, the past and a constant."""
    ahead = np.convolve(y, np.ones(h + 1), "valid")
    X = np.column_stack([shock, past, np.ones(len(y))])[: len(ahead)]
    return np.linalg.lstsq(X, ahead, rcond=None)[0][0]


# %% [markdown]
# What was known? The paper takes a long past: 48 values of the shock, six lags of eight series, a constant. That is 97.

# %%
from tvplab.data.lags import lag_matrix

past = pd.concat([lag_matrix(canada.shock, 47), lag_matrix(canada.controls, 6)], axis=1).dropna()
y, shock = canada.y["gdp"].loc[past.index], canada.shock.loc[past.index]
by_hand = [local_projection(y, shock, past, h) for h in range(48)]
1 + 1 + past.shape[1]

# %% [markdown]
# Is it what the library computes beside its moving responses? This time we fit the regression exactly as the paper has
# it; section 7 says what was different above.

# %%
as_in_paper = canada.fit(leads=False)
np.allclose(by_hand, as_in_paper["gdp"].irf_ols, atol=1e-10)

# %% [markdown]
# ### 2.2 Let it move
#
# Nothing new is needed. Each of the 48 regressions is a regression; give each of its 97 coefficients a new value every
# month, as in lesson 2: $\beta_{t,h}=\beta_{t-1,h}+u_{t,h}$. The response at date t is the shock's coefficient at t. One
# horizon by hand, with the same estimator:

# %%
h = 24
ahead = pd.Series(np.convolve(y, np.ones(h + 1), "valid"), y.index[:-h])
X = pd.concat([shock, past], axis=1).loc[ahead.index]
one = canada.model.estimator.fit(ahead, X)
np.allclose(one.beta["shock"], as_in_paper["gdp"].irf[h].dropna(), atol=1e-8)

# %% [markdown]
# That is all there is to `LocalProjections`: lay out the regressors, fit 48 times, keep one column of each. Its code is in
# [`local_projections.py`](../tvplab/local_projections.py). λ is chosen anew at each horizon, by holding out blocks of
# twelve months.
#
# ## 3. Why 4,656 moving parameters are no problem
#
# 97 coefficients at 48 horizons are 4,656 random walks for one outcome. Each has a value in every month. Count:

# %%
T, K = len(ahead), 97
pd.Series(
    {
        "unknowns at one horizon": T * K,
        "unknowns in all": sum((len(y) - h) * K for h in range(48)),
        "primal matrix, megabytes": 8 * (T * K) ** 2 / 1e6,
        "dual matrix, megabytes": 8 * T**2 / 1e6,
    }
).map("{:,.0f}".format)

# %% [markdown]
# Lesson 2 showed the way out: a ridge solution needs one number for each *period*, whatever the number of coefficients.
# K enters only in forming $XX'$. So does a regression with 97 moving coefficients take longer than one with ten? Seconds
# differ from machine to machine; here are ratios to ten coefficients:

# %%
from time import perf_counter


def seconds(columns):
    """Quickest of three fits with cross-validation."""
    times = []
    for _ in range(3):
        start = perf_counter()
        tvplab.TVPRidge().fit(ahead, X.iloc[:, :columns])
        times.append(perf_counter() - start)
    return min(times)


times = pd.Series({f"K = {K}": seconds(K - 1) for K in (10, 50, 97)})
(times / times["K = 10"]).round(1)

# %% [markdown]
# *Ten times the coefficients, and nowhere near ten times the time.* With Markov chain Monte Carlo, the usual way to
# estimate moving parameters, the paper calls this regression "burdensome or unfeasible"; here it took seconds.
#
# ## 4. The slider
#
# **Predict first.** One multiplier for all 48 drift penalties. Write down:
#
# 1. Multiply by 1000. What does the surface look like along the dates? And along the horizons?
# 2. Divide by 10. Where does the surface begin to wave, at short horizons or at long ones?
# 3. Does the multiplier 1, cross-validation's choice, have the smallest error against the truth?
#
# Then drag, and turn the surface with *azimuth* and *elevation*. Each position computes all 48 responses again.

# %%
from tvplab import explore

explore.local_projections(
    gdp, canada.truth["gdp"], unit="percent", note="GDP, simulated Canada (synthetic)", break_date=canada.break_date
)

# %% [markdown]
# **What happened.** (1) Nearly straight along the dates, as hardly anything moves. Along the horizons the valley stays: each
# horizon is its own regression, and no penalty ties them together. (2) At *short* horizons, where the truth stands still
# and all movement is noise; the long ones already bent before. (3) Almost: half of it is better by a hair. Cross-validation
# minimises the error of the *outcome*, and the response is a small part of that. Three settings, for paper:

# %%
from tvplab import plots

settings = {f"λ × {m:g}": gdp.at(m).irf for m in (0.1, 1, 1000)}
plots.compare_responses(settings, 24, canada.truth["gdp"], "percent", canada.note)

# %% [markdown]
# *The response of output after two years, by the date of the shock. Blue bends once more than the truth, in the early
# years; orange follows it; green is nearly straight. All three are too close to zero.*
#
# ## 5. The limit: λ → ∞ is Jordà's local projection
#
# Freeze the drifts, leave the start free (`lam0=0`), and the surface must be the OLS of section 2 at every date. (The
# distance from it, which the paper draws in Figure 6, is `gdp.plot_difference()`.) With statsmodels as the witness:

# %%
import statsmodels.api as sm

frozen = canada.fit("gdp", horizons=4, leads=False, estimator=tvplab.TVPRidge(lam=1e17, lam0=0))
three = pd.Series(np.convolve(y, np.ones(4), "valid"), y.index[:-3])
witness = sm.OLS(three, sm.add_constant(pd.concat([shock, past], axis=1).iloc[:-3])).fit()
np.allclose(frozen.irf[3].dropna(), witness.params["shock"], atol=1e-8)

# %% [markdown]
# ## 6. What a sample split would have missed
#
# The usual way to let a response change is to split the sample at a date that one believes in: here February 1991, the
# start of inflation targeting. Two regressions, one step; `canadian_specification` is the paper's regression of section
# 2, without what section 7 adds. The truth has no step:

# %%
from tvplab.local_projections_regimes import split_responses

data = (canada.y, canada.shock, canada.controls)
split = split_responses(tvplab.canadian_specification(), *data, date=canada.break_date)
lines = {"2SRR": gdp.irf, "split in 1991": split["gdp"]}
plots.compare_responses(lines, 24, canada.truth["gdp"], "percent", canada.note, canada.break_date)

# %% [markdown]
# *The split puts all change on one day, of which the truth knows nothing, and has nothing to say about the twenty years
# that follow.* Each half must also pay for 97 coefficients with half of the data. But one horizon is an anecdote. So take all three
# outcomes in blocks of twelve horizons, and the mean absolute error against the truth:

# %%
from tvplab.metrics import coverage, mean_absolute_error

blocks = {f"h = {first} to {first + 11}": list(range(first, first + 12)) for first in (0, 12, 24, 36)}


def by_block(measure, truth, *surfaces):
    """Apply a measure to each outcome and block of horizons; the mean over outcomes."""
    months = gdp.irf.dropna().index
    found = {
        name: [measure(truth[y].loc[months, h], *(s[y].loc[months, h] for s in surfaces)) for y in truth]
        for name, h in blocks.items()
    }
    return {name: np.mean(values) for name, values in found.items()}


# %% [markdown]
# The rivals, each once with *leads* and once without; section 7 says what those are. One of them is **careful**. It stops
# after the first step of 2SRR: the second takes its weights from residuals that overlap. And it takes, not the best λ, but
# the largest that is *not clearly worse*: by at most one standard error, over the held-out folds, of the difference. Where
# the data cannot tell movement from noise, nothing should move.

# %%
careful = tvplab.TVPRidge(lam="1se", cv=canada.model.estimator.cv, lams=canada.model.estimator.lams)

# %% [markdown]
# Now collect everyone's surfaces:


# %%
def everywhere(fits):
    """OLS responses as surfaces that do not move."""
    return {y: 0 * fit.irf + fit.irf_ols for y, fit in fits.targets.items()}


# %%
def rivals(world, fits, plain_fits):
    """Surfaces by estimator and outcome."""
    data, plain = (world.y, world.shock, world.controls), tvplab.canadian_specification()
    return {
        "2SRR": fits.irf,
        "half and half with OLS": {y: fits[y].half_and_half for y in world.y},
        "one step, careful λ": world.fit(estimator=careful).irf,
        "OLS": everywhere(fits),
        "split in 1991": split_responses(world.model, *data, date=world.break_date),
        "2SRR, no leads": plain_fits.irf,
        "OLS, no leads": everywhere(plain_fits),
        "split in 1991, no leads": split_responses(plain, *data, date=world.break_date),
    }


# %%
def errors(world, fits, plain_fits):
    """Mean absolute error by estimator and block."""
    found = rivals(world, fits, plain_fits).items()
    return pd.DataFrame({name: by_block(mean_absolute_error, world.truth, one) for name, one in found}).T


tables = [errors(canada, ours, as_in_paper)]
for seed in range(1, 1 if tvplab.mode() == "quick" else 4):
    world = simulated_canada(seed=seed)
    tables.append(errors(world, world.fit(), world.fit(leads=False)))
(sum(tables) / len(tables)).round(3)

# %% [markdown]
# (One simulated world in quick mode, the mean of four in full mode. `NaN`: a half of the sample has fewer months than
# coefficients.) *The careful fit is at least as near to the truth as OLS in every block: level with it in the first two years,
# where little moves, and nearer by about a quarter beyond, where the truth moves most. 2SRR also wins there, and loses earlier;
# half and half (their mean), the paper's own remedy, mends that. The split never beats OLS: it buys one step with half of the
# data. And compare the two rows of OLS: leads alone are worth about as much as movement.*
#
# That is a mean over worlds. In a single one, the careful fit too can lose to OLS: in the third of the four it does so in every
# block, most in the early ones. And nobody tells you which world is yours. A gain of a quarter, and not everywhere, is what 470
# months can tell.
#
# ## 7. The shocks that come later
#
# Look at the table again: **without leads 2SRR errs far more than plain OLS**, in every block. Without leads is the
# regression of the paper. What goes wrong?
#
# The outcome of month t adds up that month and the h after it, and in those further shocks $s_{t+1},\dots,s_{t+h}$ hit. They are
# unrelated to $s_t$. Least squares takes them for noise, and is right on average. But a moving coefficient listens to its
# *neighbours*. The outcome of an earlier month, t − 6 say, contains the effect of $s_t$ as well, and its regression does
# not know $s_t$. What it leaves unexplained is a multiple of $s_t$, the very number that the row of month t has to explain.
# The 97 paths bend until these shares are taken by drift, and the response that remains at t is too small.
#
# The remedy is as simple as the cause: the later shocks are known, and as exogenous as $s_t$. Put them in
# (`leads=True`), with moving coefficients of their own. At four years that makes 144 regressors; in the dual nobody notices.

# %%
lines = {"with leads": gdp.irf, "no leads (paper)": as_in_paper["gdp"].irf, "OLS, with leads": everywhere(ours)["gdp"]}
plots.compare_responses(lines, 47, canada.truth["gdp"], "percent", canada.note, canada.break_date)

# %% [markdown]
# *Without leads, hardly anything is left of the response at four years. With leads it is nearer to the truth, and still too
# small.* We cannot check the paper's own surfaces, as we lack the shocks. In a world built to its findings, its regression
# would not have found them.
#
# ## 8. Real data, with substitutes for the shock
#
# **What comes with the kit.** US quarterly data, and as the shock the part of the Treasury bill's change that output,
# prices and unemployment of the same quarter, and four lags of all, do not explain: a *recursive* shock. It is a
# **substitute** for a *narrative* series, one that is read out of a central bank's own records, and a weak one.

# %%
from tvplab.local_projections_settings import us_quarterly

us = us_quarterly()
us_fits = us.fit(leads=True)
us_fits["cpi"].plot_slices(horizons=[4, 8, 16], unit="percent", note=us.note, break_date=us.break_date)

# %% [markdown]
# *One and two years after a tightening prices stand higher, whatever the date: the **price puzzle**.* (Four years after they
# do so only since about 1980, and in 2005 they first fall.) The usual reading is that the central bank saw
# inflation coming and we call its answer a shock. No amount of moving parameters repairs a shock that is not one. (The
# dashed line of US pictures is 1984, when the economy had become calm.)
#
# **What you can fetch.** Canadian outcomes with a recursive shock to the bank rate, and the US with Romer and Romer's
# narrative shocks, again both **substitutes**. Where a file is missing, the next cell prints the command that gets it.

# %%
from tvplab.local_projections_settings import canada_recursive, us_narrative

real = {}
for setting in (canada_recursive, us_narrative):
    try:
        real[setting.__name__] = setting()
    except FileNotFoundError as missing:
        print(missing)
real_fits = {name: setting.fit(leads=True) for name, setting in real.items()}

# %%
from IPython.display import display

for name, setting in real.items():
    options = {"unit": "percent", "note": setting.note, "break_date": setting.break_date, "azimuth": 40}
    display(real_fits[name]["cpi"].plot_surface(**options))

# %% [markdown]
# *Consumer prices, the paper's Fig. 3b. After the recursive Canadian shock they mostly rise (the puzzle once more); after
# the narrative US shocks they rise for two years, less and less so, and are lower after four.* Now the
# numbers that section 5 of the paper states in words, beside ours:

# %%
facts = {("cpi", 24, "1997-01"): -0.3, ("cpi", 24, "2011-01"): -0.6, ("cpi", 47, "1987-01"): -1.0}
facts |= {("cpi", 47, "2011-01"): -2.0, ("unemployment", 47, "1990-01"): 0.4}
beside = pd.DataFrame({"paper": facts})
candidates = {"simulated Canada": ours, "Canada, substitute shock": real_fits.get("canada_recursive")}
for name, fits in candidates.items():
    if fits:
        beside[name] = [fits[y].irf.loc[pd.Timestamp(date), h] for y, h, date in facts]
beside.rename_axis(["outcome", "h", "date"]).round(2)

# %% [markdown]
# In words. The paper: prices answer twice as strongly in 2011 as in 1987, slowly and without a break in 1991. The
# estimate in simulated Canada, where exactly that is true: the right size on average, and a small part of the movement.
# Canada with the substitute: prices with the wrong sign, which leaves nothing to compare; unemployment rises, by a little
# less than in the paper. Have the series? Put it where
# `tvplab.data.load("canada-shocks")` says, and run `canada_paper().fit(leads=True)`
# from [`local_projections_settings.py`](../tvplab/local_projections_settings.py).
#
# ## 9. What breaks
#
# **Leads left out.** Section 7. *How to see it*: fit with and without; if long responses differ by more than a band,
# believe the one with. *What to do*: `leads=True`.
#
# **Bands at long horizons.** They take a regression's errors as unrelated. In a local projection neighbouring errors share
# most of their months. Count how often the truth lies in a 90 % band:

# %%
bands = ours.bands(0.9)
covered = {y: by_block(coverage, {y: canada.truth[y]}, {y: bands[y][0]}, {y: bands[y][1]}) for y in canada.y}
pd.DataFrame(covered).T.map("{:.0%}".format)

# %% [markdown]
# *Wide enough within a year, mostly far too narrow beyond.* *What to do*: read the band as the least doubt you should have. The
# paper's bands rest on the same assumption.
#
# **Held-out months that are given away.** Overlap has a second victim. Hold out single quarters at random and their
# neighbours tell their sums; movement seems to predict. Of 17 US horizons, how many choose the *smallest* λ on offer?

# %%
from dataclasses import replace

from tvplab.crossval import RandomBlocks

ways = {"random quarters": 5} | {f"blocks of {n}": RandomBlocks(n) for n in (12, 24, 40)}
smallest = min(us.model.estimator.lams)
at_floor = {}
for name, cv in ways.items():
    found = us.fit(estimator=replace(us.model.estimator, cv=cv))
    at_floor[name] = (found.lam <= 1.01 * smallest).sum()
pd.DataFrame(at_floor).T

# %% [markdown]
# *Almost all, with random quarters; none, with blocks of ten years. The same data, the same model: what you hold out
# decides whether policy "changed its reach".* *How to see it*: λ at the end of its grid. *What to do*: blocks longer than
# the horizon, and where that leaves too few of them, say that the data cannot tell. The moving US picture of section 8
# rests on blocks of three years (12 quarters), where 15 of 17 price horizons end at the smallest λ: a picture of the choice of
# blocks as well.
#
# ## 10. What the picture cannot tell
#
# - Whether the shock is a shock. The price puzzle says that ours, on real data, is not one.
# - Why a response moved. Openness, inflation targets, a flatter Phillips curve: the surface fits each of these stories.
# - What anyone knew at the time. The paths are *smoothed*: 1985 knows 2010.
# - Horizons are separate regressions. Nothing makes a surface smooth along h; where it is smooth, the overlap did that.
# - How sure we are. The bands leave out the overlap, and the choice of λ.
#
# ## Recap
#
# 1. A local projection is one regression for each horizon: the sum of what follows on the shock and on what was known.
# 2. Let its coefficients drift and the shock's coefficient is a response with a date; in the dual 97 cost little more than 10.
# 3. λ → ∞ is Jordà's OLS. A sample split is one step bought with half of the data.
# 4. Put the later shocks in: without them moving responses are pulled to zero at long horizons.
# 5. Overlapping errors fool bands and random folds. And no estimator repairs the identification.
#
# ## Exercises
#
# **6.1 (warm-up).** How many moving parameters does the US quarterly model of section 8 have for one outcome (no leads)?
# It has a constant, 8 values of the shock, 4 lags of 4 controls, and 17 horizons.

# %% tags=["solution", "6.1"]
parameters = (1 + 8 + 4 * 4) * 17  # blank

# %%
tvplab.check("6.1", parameters)

# %% [markdown]
# **6.2.** Write the regression with leads: as `local_projection` of section 2, but with $s_{t+1},\dots,s_{t+h}$ as further
# regressors. All inputs are arrays; `past` is T×N.


# %% tags=["solution", "6.2"]
def with_later_shocks(y, shock, past, h):  # blank
    """Coefficient of s_t, the later shocks held fixed."""
    ahead = np.convolve(y, np.ones(h + 1), "valid")
    later = [shock[j : j + len(ahead)] for j in range(1, h + 1)]
    X = np.column_stack([shock[: len(ahead)], past[: len(ahead)], np.ones(len(ahead)), *later])
    return np.linalg.lstsq(X, ahead, rcond=None)[0][0]


# %%
tvplab.check("6.2", with_later_shocks)

# %% [markdown]
# **6.3.** The price of moving. Simulate Canada with `simulated_canada(seed=0, drift=0.0)`: now no response moves. Fit
# `"cpi"` with `horizons=13`. What is the mean over dates of |response − truth| at h = 12, for 2SRR and for OLS
# (`irf_ols`)? Give the two numbers, 2SRR first. Guess before: does it cost much to let stand-still coefficients move? (If
# you are surprised: what else does a ridge do with 109 coefficients, and trend inflation *does* move.)

# %% tags=["solution", "6.3"]
still = simulated_canada(seed=0, drift=0.0)  # blank
fit = still.fit("cpi", horizons=13)  # blank
true = still.truth["cpi"].loc[fit.irf.dropna().index, 12]  # blank
costs = [(fit.irf[12].dropna() - true).abs().mean(), (fit.irf_ols[12] - true).abs().mean()]  # blank

# %%
tvplab.check("6.3", costs)

# %% [markdown]
# **6.4 (small project).** Does the price puzzle hang on the ordering? Build the US quarterly data of `us_quarterly` again
# (`us.controls` has the four series from 1960 on). Identify the shock with `recursive_shock(us.controls, "bill_rate",
# before, lags=4)`, once with `before` as the three other series, once with `before` empty. For each, the OLS response of
# prices (`us.y["cpi"]`) after 8 quarters, by `LocalProjections(horizons=9, lags=4, shock_lags=8)` with the four series as
# controls. Give a dict with the keys `"last"` and `"first"` (the place of the bill rate).

# %% tags=["solution", "6.4"]
from tvplab.recursive_shock import recursive_shock

puzzle = {}
for place, before in {"last": ["gdp", "cpi", "unemployment"], "first": []}.items():
    surprise = recursive_shock(us.controls, "bill_rate", before, lags=4)  # blank
    known = us.controls.loc[surprise.index]  # blank
    fit = tvplab.LocalProjections(horizons=9, lags=4, shock_lags=8).fit(known["cpi"], surprise, known)  # blank
    puzzle[place] = fit.irf_ols[8]  # blank

# %%
tvplab.check("6.4", puzzle)

# %% [markdown]
# **Next:** [the map of lessons](00_start_here.ipynb). Code of this lesson:
# [`local_projections.py`](../tvplab/local_projections.py),
# [`local_projections_data.py`](../tvplab/local_projections_data.py),
# [`dgp/canada.py`](../tvplab/dgp/canada.py),
# [`explore/local_projections.py`](../tvplab/explore/local_projections.py).
