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
# # Lesson 3 · Which factors are alive, and when?
#
# **The question.** In the autumn of 2008 industry, jobs, prices and the stock market fell together. A year before they went
# their own ways, and a few years later they did again. Was there a common force that came, touched some series and not
# others, and left? When did it come, and what did it touch?
#
# **After this lesson you can** read a map of loadings that switch on and off, say what a *spike* and a *slab* are and write
# both in a line, estimate a model in which the number of factors changes from month to month, and name three ways in which
# such a map can be wrong.
#
# **You need** [lesson 1](01_marss.ipynb): factors, loadings, EM. **Time**: about 60 minutes to read, a minute to run.
#
# *Source*: K. McAlinn, V. Rockova and E. Saha, "Dynamic Sparse Factor Analysis" (2018). Equation numbers are the paper's.
# Some of its formulas are misprinted; where this lesson departs from the page it says so.

# %%
import tvplab

tvplab.banner()

# %% [markdown]
# ## 1. A world with a known truth
#
# A hundred series, 400 periods, five factors. Factor 1 moves series 1 to 28, factor 2 moves 19 to 46, and so on: neighbours
# share ten series. After period 100 factor 3 is dead. Factor 5 is dead from 201 to 300, and returns. All of this is
# **synthetic**; it is the paper's design (section 4).

# %%
from tvplab import dgp, plots

world = dgp.simulate_sparse_factors(seed=0)
dates = (100, 200, 300, 400)
truth = {f"truth, t = {t}": world.loadings[t - 1] for t in dates}
plots.loading_maps(truth, note="synthetic data")

# %% [markdown]
# *One map a date: a row is a series, a column a factor, the colour its loading.* White is zero, and most of the map is
# white. That is what **sparse** means: a factor touches some series and leaves the others alone.
#
# Principal components are not made for this. They look for factors that explain most of the variance, and any mixture of true
# factors explains as much:

# %%
from tvplab.factors import principal_components

pca = principal_components(world.y, 5)
two = {"true, t = 100": truth["truth, t = 100"][:, :5], "5 components, all periods": pca.loadings}
plots.loading_maps(two, columns=2, note="synthetic data")

# %% [markdown]
# *The edges of the blocks are there, but no column is a factor: most series load on three or more. And there is one map for all
# dates.* Now the model of this lesson. It is told of ten possible factors, and not of when they live. (About five seconds.)

# %%
from tvplab import DynamicSparseFactors

fit = DynamicSparseFactors(n_factors=10).fit(world.y)

# %% [markdown]
# Factors have no names: the estimate's third column may be the truth's fifth, with the sign turned. `matched` looks for the one
# order and the signs that bring it closest, over all dates at once.

# %%
from tvplab.factor_matching import matched

ours = matched(world.loadings, fit.loadings)
plots.loading_maps(truth | {f"estimate, {t}": ours[t - 1] for t in dates}, note="synthetic data")

# %%
plots.counts_over_time({"estimate": fit.n_active}, truth=world.n_factors)

# %% [markdown]
# *It found five factors of ten, saw two of them die, and one return, each within a period or two of the truth.*
#
# ## 2. How it works
#
# ### 2.1 The model
#
# $$Y_t=B_t\omega_t+\epsilon_t,\quad \epsilon_t\sim N(0,\Sigma_t)\qquad(1)\qquad\qquad
#   \omega_t=\tilde\phi\,\omega_{t-1}+e_t,\quad e_t\sim N(0,(1-\tilde\phi^2) I)\qquad(2)$$
#
# Lesson 1 with two changes: the loadings $B_t$ carry a date, and so do the variances in $\Sigma_t$. (The variance of $e_t$ is
# such that each factor's own is one. `dgp.simulate_sparse_factors` draws from the two lines.) That is 100 × 10 × 400 loadings,
# ten for each number in the data. Nobody can estimate these without a belief about them. Here is the belief:
#
# - most loadings are zero;
# - one that is not zero moves smoothly;
# - zero at one date makes zero likely at the next, but not certain.
#
# ### 2.2 Spike and slab
#
# A loading is in one of two states. In the **spike**, it is drawn from a sharp peak at zero. In the **slab** it is near its value
# of the period before (eqs. 3 and 4):
#
# $$\text{spike: }\ \psi_0(\beta)=\tfrac{\lambda_0}{2}e^{-\lambda_0|\beta|},\qquad\qquad
#   \text{slab: }\ \psi_1(\beta_t\mid\beta_{t-1})=N(\phi_1\beta_{t-1},\ \lambda_1).$$
#
# λ₀ is a rate: the larger, the sharper. λ₁ is a variance: its root is about how far a loading may go in a period.

# %%
import numpy as np
from scipy.stats import norm

lam0, lam1, theta = 10.0, 0.01, 0.5
phi1 = np.sqrt(1 - lam1 / 10)


def spike(beta):
    return lam0 / 2 * np.exp(-lam0 * np.abs(beta))


def slab(beta, before):
    return norm.pdf(beta, phi1 * before, np.sqrt(lam1))


# %% [markdown]
# With which probability is a loading in the slab? In the long run slab values spread with variance $\lambda_1/(1-\phi_1^2)$,
# which is set to 10. A loading of .01 is then far more likely under the spike, one of 1 under the slab. The model lets
# *yesterday's* loading decide today's probability of the slab (eqs. 5 and 6):
#
# $$\theta_t=\frac{\Theta\,\psi_1^{ST}(\beta_{t-1})}{\Theta\,\psi_1^{ST}(\beta_{t-1})+(1-\Theta)\,\psi_0(\beta_{t-1})}.$$
#
# $\psi_1^{ST}$ is the slab's long-run (*st*ationary) density, normal with variance 10. Θ is the long-run share of loadings that
# are in the slab; here a half. (Eq. 6 prints $\beta_t$ in place of $\beta_{t-1}$. Only with $\beta_{t-1}$ do the two states keep
# their long-run shares.)


# %%
def mixing(beta):
    """θ(β): probability of the slab next period, given today's loading."""
    in_slab, in_spike = theta * norm.pdf(beta, 0, np.sqrt(10)), (1 - theta) * spike(beta)
    return in_slab / (in_slab + in_spike)


import pandas as pd

sizes = np.array([0.0, 0.1, 0.3, 0.5, 1.0])
pd.Series(mixing(sizes), sizes, name="θ(β)").round(3)

# %% [markdown]
# *A zero stays a zero with odds of forty to one; a loading of a half is alive with odds of four to one, one of 1 almost surely.*
# Given a whole path, each state then gets its probability, the **inclusion** probability $\langle\gamma_t\rangle$ (part of the
# E-step: what EM expects of all that is hidden, here of the states and, in 2.3, of the factors):

# %%
path = np.array([0.0, 0.0, 0.4, 0.5, 0.45, 0.02, 0.0])
weight = mixing(path[:-1])
in_slab, in_spike = weight * slab(path[1:], path[:-1]), (1 - weight) * spike(path[1:])
included = in_slab / (in_slab + in_spike)
included.round(3)

# %% [markdown]
# Is it the library's? There, a path begins one period before the data.

# %%
from tvplab.dss_prior import Prior, inclusion

prior = Prior(lam0, lam1, phi1, theta)
np.allclose(included, inclusion(path, prior)[1:])

# %% [markdown]
# ### 2.3 Factors: a Kalman filter that never sees 100 series
#
# Given loadings and variances, factors are lesson 1's smoother. What 100 series say of 10 factors fits into a 10 × 10
# matrix and a vector, $G_t=B_t'\Sigma_t^{-1}B_t$ and $g_t=B_t'\Sigma_t^{-1}Y_t$; the series are not needed any more.
# (Table 3 prints the recursions of a random walk; $\tilde\phi$ is missing in four places.)


# %%
def filtered(G, g, phi):
    """Mean of ω_T given all data: the filter of Table 3, with φ̃ where it belongs."""
    mean, V = np.zeros(len(g[0])), np.eye(len(g[0]))
    for G_t, g_t in zip(G, g, strict=True):
        mean, V = phi * mean, phi**2 * V + (1 - phi**2) * np.eye(len(V))
        V = np.linalg.inv(np.linalg.inv(V) + G_t)
        mean = mean + V @ (g_t - G_t @ mean)
    return mean


# %%
live = fit.loadings.any(axis=(0, 1))
B, precision = fit.loadings[:, :, live], 1 / fit.sigma2.to_numpy()
G = np.einsum("tnk,tn,tnl->tkl", B, precision, B)
g = np.einsum("tnk,tn,tn->tk", B, precision, world.y)
np.allclose(filtered(G, g, fit.persistence), fit.factors.iloc[-1][live], atol=1e-6)

# %% [markdown]
# *At the last date filter and smoother agree, so one loop checks the library.*
#
# ### 2.4 Loadings: a soft threshold with two neighbours
#
# Given what the E-step expects of the factors, each loading (series j, factor k) has a small problem of its own. The data pull it
# with $z_t$ and hold it with $q_t$:
#
# $$q_t=\frac{\langle\omega_{kt}^2\rangle}{\sigma_{jt}^2},\qquad
#   z_t=\frac{\langle\omega_{kt}\rangle Y_{jt}-\sum_{l\ne k}\langle\omega_{kt}\omega_{lt}\rangle\beta_{jlt}}{\sigma_{jt}^2}.$$
#
# ([`dss_paths.py`](../tvplab/dss_paths.py): `path_data`.) From here on $\gamma_t$ is short for $\langle\gamma_t\rangle$. The
# earlier neighbour pulls as far as the loading itself is in the slab, the later one as far as *that* one is; the spike charges
# $\lambda_0$ for each unit of size, as far as the loading is in the spike. Minimise over one $\beta_t$ and you get eq. 11:
#
# $$\beta_t=\frac{\big[|Z_t|-\Lambda_t\big]_+\operatorname{sign}(Z_t)}{W_t},\qquad
#   Z_t=z_t+\tfrac{\phi_1}{\lambda_1}\big(\gamma_t\beta_{t-1}+\gamma_{t+1}\beta_{t+1}\big),\quad
#   W_t=q_t+\tfrac{\gamma_t+\gamma_{t+1}\phi_1^2}{\lambda_1},\quad \Lambda_t=\lambda_0(1-\gamma_t).$$
#
# (The paper prints $[Z-\Lambda]_+$: then no negative loading could ever survive. And $\beta_t$ also decides $\theta_{t+1}$ by eq.
# 6; the paper adds a term for that, at the last round's values, and the library leaves it out.)


# %%
def one_site(Z, W, price):
    """Eq. 11: shrink by the price, to exactly zero when the pull is weaker than that."""
    return np.sign(Z) * max(abs(Z) - price, 0) / W


# %%
from scipy.optimize import minimize_scalar

z, q, before, after, gamma, gamma_next = 3.0, 1.2, 0.8, 0.6, 0.9, 0.7


def cost(b):
    step = gamma * (b - phi1 * before) ** 2 + gamma_next * (after - phi1 * b) ** 2
    return q * b**2 / 2 - z * b + step / (2 * lam1) + (1 - gamma) * lam0 * abs(b)


# %%
Z = z + phi1 / lam1 * (gamma * before + gamma_next * after)
W = q + (gamma + gamma_next * phi1**2) / lam1
np.round([one_site(Z, W, lam0 * (1 - gamma)), minimize_scalar(cost, tol=1e-10).x], 6)

# %% [markdown]
# The same number, once by the formula and once by a search. Zeros are **exact** here: no threshold is needed to call a loading
# dead. One site at a time is slow, as neighbours hold each other. The library therefore also moves whole stretches of a path at
# once ([`dss_paths.py`](../tvplab/dss_paths.py), a tridiagonal system), and then fits variances that may drift
# ([`dss_volatility.py`](../tvplab/dss_volatility.py): a moving average of squared errors in which a period counts δ times the
# next one, the **discount**; δ = .98 here). One more step trades scale between loadings and factors
# ([`dss_scale.py`](../tvplab/dss_scale.py)). These steps in turn, until nothing moves, are **DSS-EM**. What climbs is the **log
# posterior**: the data's log-likelihood plus the log density of all loadings under spike and slab. (Two of the steps, that trade
# of scale and section 2.5, serve other ends than its height, so it may dip.)

# %%
plots.loglik_paths({"log posterior": fit.objective_path}, what="log posterior")

# %% [markdown]
# *The distance to the best log posterior, on a log scale, for the synthetic data of section 1. The last iterate is the best: its
# distance is zero, which this scale cannot show.*
#
# ### 2.5 When is a factor alive?
#
# One thing the recipe does badly. A loading that has been 2 for a hundred periods, and then is truly 0, does not jump: the slab
# lets it glide, by about $\sqrt{\lambda_1}=.1$ a period, and its neighbours in time hold it up. An estimate that looks at single
# loadings trails a factor's death by dozens of periods. What follows is ours, not the paper's; `lifetime=None` leaves it out.

# %%
from dataclasses import replace

slow = replace(fit.model, lifetime=None).fit(world.y)
plots.counts_over_time(
    {"with a look at lives": fit.n_active, "each loading alone": slow.n_active}, truth=world.n_factors
)

# %% [markdown]
# *The dash-dotted line trails the first death by 44 periods and the second by 27, and is 7 early at the return; the solid one
# lies on the truth.* What does it look at? With the loadings held, compare what we think of $\omega_{kt}$ after seeing the data,
# $N(m_t, V_t)$, with what we thought before. Were the factor dead in t, $\omega_{kt}=0$ would do as well. The evidence for
# *alive* against *dead* is the density of that zero before the data over its density after (Savage and Dickey's ratio). With
# $N(0,1)$ before, on a log scale,
#
# $$b_t=\log\frac{N(0;\,0,1)}{N(0;\,m_t,V_t)}=\tfrac12\log V_t+\frac{m_t^2}{2V_t}.$$
#
# A death lasts. For the second period of a dead stretch and all later ones, $\omega_{k,t-1}=0$ is already part of the story; with
# the regression of $\omega_{kt}$ on $\omega_{k,t-1}$ given all data,
#
# $$c_t=\tfrac12\log\frac{\tilde V_t}{1-\tilde\phi^2}+\frac{(m_t-\rho_tm_{t-1})^2}{2\tilde V_t},\qquad
#   \rho_t=\frac{\operatorname{cov}(\omega_{kt},\omega_{k,t-1})}{V_{t-1}},\quad \tilde V_t=V_t-\rho_t^2V_{t-1}.$$


# %%
def evidence(m, V, cov, phi):
    """Log odds of alive against dead, of the data alone: b_t for a stretch's first period, c_t for a later one."""
    first = np.log(V) / 2 + m**2 / (2 * V)
    rho = cov[1:] / V[:-1]
    left = V[1:] - rho**2 * V[:-1]
    later = np.log(left / (1 - phi**2)) / 2 + (m[1:] - rho * m[:-1]) ** 2 / (2 * left)
    return first, later


# %% [markdown]
# Factor 3, which dies after period 100, in the estimate that still holds it for alive; first the check against the library.

# %%
from tvplab.dss_lives import likely_lives, log_bayes_factors
from tvplab.dss_moments import factor_moments
from tvplab.factor_matching import match_factors

third = match_factors(world.loadings, slow.loadings).order[2]
known = factor_moments(world.y.to_numpy(), slow.loadings, 1 / slow.sigma2.to_numpy(), slow.persistence)
b, c = evidence(known.mean[:, third], known.cov[:, third, third], known.lag_cov[:, third, third], slow.persistence)
first, later = (of[:, third] for of in log_bayes_factors(known, slow.persistence))
np.allclose(b, first), np.allclose(c, later[1:])

# %%
pd.Series(b, world.y.index).loc[91:110].round(0).to_numpy().reshape(2, 10)

# %% [markdown]
# *First row 91 to 100, second row 101 to 110.* Alive, most of the evidence comes from the few periods in which the factor is
# large; in a quiet one it looks dead. So one period near zero says little, but ten in a row say a lot. A chain that is alive or
# dead, and switches with probability 1/400 a period (`lifetime=400`), has a most likely path. If the factor dies once and stays
# dead, only one question is left, when; and that is one line:

# %%
dead_from = int(np.argmin(b + np.append(np.cumsum(c[::-1])[::-1], 0))) + 1
alive = likely_lives(first[:, None], later[:, None], lifetime=400)
dead_from, int(np.argmin(alive)) + 1

# %% [markdown]
# *Dead from the same period, by the line and by the library* ([`dss_lives.py`](../tvplab/dss_lives.py), which also lets factors
# return). Every fifth iteration the library looks at whole factors in this way.
#
# ### 2.6 Where to start
#
# EM climbs the nearest hill, and there are many hills. The start is a sparse factor model whose loadings do *not* move, from ten
# random beginnings, of which the one with the highest log posterior counts ([`static_sparse.py`](../tvplab/static_sparse.py)).
# Section 7 shows what another start does.
#
# ## 3. The slider
#
# A small world of the same kind: 25 series, 240 periods, deaths after 60 and 120, a return after 180. Maps at one date, and
# the number of living factors over time.
#
# **Predict first.**
#
# 1. Untick *factors may die and return as a whole* and drag *date* across 60. When does the third column empty?
# 2. Tick it again. Drag the spike λ₀ to the far left. Which of the numbers above the picture will fall: *loadings found* or *zeros kept*?
# 3. Set λ₀ back to 10, and *start* to "one static fit". The count of factors will be right. Will the map be?

# %%
from tvplab import explore

explore.dss()

# %% [markdown]
# **What happened.** (1) Not at 61, but one loading after the other, until the count falls at 77. And the death after 120 is not
# seen at all: the count stays at four. (2) *Zeros kept*: a spike so flat is no spike. A zero then is as likely under the slab,
# and series pick up a little of factors that are not theirs. (3) No. The series of factors 1 and 2 are mixed into two columns
# that are each some of both: another hill. Its log posterior is lower (section 7.1 has it under seed 3). Among fits of one model
# that is a sign that one sees without the truth.
#
# Three settings, for paper:

# %%
import warnings

from tvplab.convergence import ConvergenceWarning

warnings.simplefilter("ignore", ConvergenceWarning)  # some fits below stop early, and the text says so

# %%
small = dgp.simulate_sparse_factors(T=240, training=0, n_series=25, seed=2)
start = DynamicSparseFactors(n_factors=6).fit(small.y)
settings = {"λ₀ = 0.1": {"lam0": 0.1}, "λ₀ = 10": {}, "λ₁ = 1": {"lam1": 1.0}}
fits = {
    name: DynamicSparseFactors(n_factors=6, max_iter=40, tol=0.02, **s).fit(small.y, start)
    for name, s in settings.items()
}

# %%
maps = {"truth, t = 150": small.loadings[149, :, :6]}
maps |= {name: matched(small.loadings[:, :, :6], one.loadings)[149] for name, one in fits.items()}
plots.loading_maps(maps, note="synthetic data")

# %% [markdown]
# *Left to right: the truth; too flat a spike, which keeps the dead factors 3 and 5 half alive; the usual setting; a slab that may
# jump by one each period, in which living loadings are lost: white cells inside the blocks of factors 1 and 2. (The second and
# the last were stopped after 40 rounds.)*

# %% [markdown]
# ## 4. The limit: without a spike, and with loadings that hardly move, it is factor analysis
#
# Let λ₀ go to zero and no loading is charged for being alive. Let λ₁ go to zero and none moves; let the discount δ go to
# one, and the variances stay where the static start has put them. With one factor, of no persistence, that is factor analysis by
# maximum likelihood, decades older. scikit-learn is the witness:

# %%
from sklearn.decomposition import FactorAnalysis

one = dgp.simulate_factor_model(T=300, coefficients=(0.0,), seed=3)
y = one.y - one.y.mean()
limit = DynamicSparseFactors(1, lam0=1e-6, lam1=1e-6, discount=0.9999, persistence=0.0, tol=1e-5)
still = limit.fit(y).loadings[:, :, 0]
witness = FactorAnalysis(1, tol=1e-8, max_iter=5000).fit(y).components_[0]
witness = witness * np.sign(witness.sum())
np.allclose(still, witness, atol=0.01)

# %%
pd.DataFrame({"DSS-EM, mean over time": still.mean(axis=0), "factor analysis": witness}).T.round(3)

# %% [markdown]
# *The same loadings, at every date.* (To a hundredth: λ₁ is small, not zero.) In section 3 a flat spike spoilt the map, and here
# it is the clean limit: this world has one factor that is always alive and touches all its series, so there are no zeros to keep.
#
# ## 5. The paper's Table 2, and ours
#
# Rivals look at the last 100 periods only, again and again: principal components, as many as Bai and Ng's criterion asks for (fit
# against a charge for each factor, lesson 1), and sparse principal components. For the first periods they get the 100 training
# periods before the sample. Errors are root mean squares over all loadings (eq. 9), means over four spells of 100 periods. They
# need names for the factors, and there are two ways. *Left-ordered*, the paper's: at each date anew, sort the columns by where
# their entries stand, the one that starts with the earliest series first. *Matched*, section 1's: one order and signs for all
# dates. Two rows are not in the paper: ours without section 2.5, and a map of zeros. And one of the paper's is on the
# [replication page](../REPLICATION.md) only, a static spike-and-slab fit to each window: in the paper it is nearer to the truth
# than DSS-EM in the first spell (0.192 against 0.291), and further in the other three; ours is nearer than it in all four.

# %%
from tvplab.baselines import adaptive_pca, cross_validated_alpha, rolling_loadings, sparse_pca

data = (world.y, world.training, 100)
alpha = cross_validated_alpha(world.training, 10)
found = {
    "adaptive PCA": rolling_loadings(adaptive_pca, *data, every=10),
    "sparse PCA": rolling_loadings(lambda Y: sparse_pca(Y, 10, alpha), *data, every=50),
    "DSS-EM": fit.loadings,
    "each loading alone": slow.loadings,
    "all zero": np.zeros_like(world.loadings),
}

# %%
from tvplab.replicate.dynamic_sparse_cells import SEGMENTS, scores
from tvplab.replicate.dynamic_sparse_scores import paper_table

measured = {name: scores(world, loadings)["segments"] for name, loadings in found.items()}
theirs, rows = paper_table()["rmse"], {}
for name, of in measured.items():
    if name in theirs.index.levels[0]:
        rows[name, "paper"] = list(theirs.loc[name])
    rows[name, "here, left-ordered"] = of["left"]
    rows[name, "here, matched"] = of["matched"]
pd.DataFrame(rows, index=SEGMENTS).T.round(3)

# %%
counts = {name: of["two"] for name, of in measured.items()} | {"truth": [5, 4, 3, 4]}
pd.DataFrame(counts, index=SEGMENTS).T.round(2)

# %% [markdown]
# *One simulation; the paper's figures are means of ten.* DSS-EM is 2.3 to 4.6 times nearer the truth than the paper's own, and
# its counts are right. The rivals are where the paper has them in kind, not in number. Adaptive PCA has one factor too many in
# two spells, and is left-ordered 15 to 41 per cent nearer the truth than in the paper; sparse PCA keeps all ten factors and is
# further from the truth than in the paper, except matched in the last spell. In the paper sparse PCA beats adaptive PCA
# everywhere; here matched only. And in all cells but one (adaptive PCA, left-ordered, last spell) both err more than a map of
# zeros would: a loading in the wrong column costs twice.
#
# Why is ours nearer than the paper's? The constants first: with the paper's a zero counts as slab (section 7). Section 2.5 adds
# less, most in the second spell, after the first death: compare the last rows. `python -m tvplab replicate dss-table-2 --full`
# computes ten simulations, with the algorithm as printed among the rows, for [`REPLICATION.md`](../REPLICATION.md).
#
# **A law that cannot be.** The paper prints $\beta_t=.99\,\beta_{t-1}+v_t$, begun at 2. Such loadings decay: after 200 periods .27
# is left of 2, and nobody could count five factors in such data. The table needs loadings that stay near 2, and so does our world
# (`law="mean2"`; the printed law is `law="literal"`).
#
# **Two ways of naming.** They disagree, and in both directions. Left-ordering names the columns anew at each date, so it forgives
# a method whose columns swap places: adaptive PCA's errors are smaller that way, in the last spell by a third. But one stray
# entry in an early row moves a whole column, and costs as much as if all of it had been wrong: sparse PCA's errors are larger
# that way, and so is "each loading alone" in the second spell. DSS-EM has the same numbers in both rows.
#
# ## 6. Real data: the Great Recession
#
# The paper's sample is 2001 to 2015, monthly, each series made stationary and standardised. First the panel that comes with
# the kit: 26 series of the New York Fed, ten candidate factors. Three choices:
#
# - **Units of noise.** λ₀ and λ₁ are prices in units of a series' noise. Standardised industrial production is nearly all common, the
#   trade balance nearly all noise; `noise_units` divides each by the noise that a static fit leaves.
# - **Variances** may move as the paper has it: δ = .95.
# - **Persistence.** Growth rates forget in a month, spreads in years. So each factor gets a $\tilde\phi$ of its own; the paper has one for
#   all, whose estimate would run to its limit here.

# %%
from tvplab.dynamic_sparse_panels import crisis_panel, noise_units


def fit_panel(panel, n_factors):
    units = noise_units(panel.y, n_factors)
    model = DynamicSparseFactors(n_factors, persistence="each", discount=0.95)
    return model.fit(units.y, start=units.start), units.scale


# %%
panel = crisis_panel("nyfed")
us, scale = fit_panel(panel, 10)
maps = {date: us.at(f"{date}-01").mul(scale, axis=0) for date in ("2003-12", "2008-10", "2015-12")}
plots.loading_maps(maps, groups=panel.groups, note=panel.note)

# %% [markdown]
# (Loadings are back in standard deviations of the series. EM is stopped after 80 rounds; more of them move details.) Most of the
# map is white. Column 1 is the business cycle: output and its capacity, payrolls, both surveys, and the two inventory series (one
# stands under "Manufacturing"; the other this file puts under "International trade"). In October 2008 unemployment has joined it,
# with a minus; by 2015 one survey has left it. Output and capacity share two more: 2 with one survey or both, and 6. Retail sales
# and consumption have 3, which is gone by 2015; consumer, import and export prices share 4; the inventories have 5; core prices
# have 7 and 8, headline prices 10. No column holds housing, and 9 is empty. How many factors does the average series follow? (A
# loading counts from .1 on, as in the paper.)

# %%
from tvplab.factor_matching import active_per_series

B = us.loadings * scale.to_numpy()[:, None]
factors_a_series = pd.Series(active_per_series(B), panel.y.index)
plots.counts_over_time(factors_a_series, ylabel="active factors a series")

# %% [markdown]
# *It dips from 2006 to early 2008, is highest in September 2008, and is below its old level from the spring of 2010 on: in this
# count, the economy was never so much of one piece.* But 26 series make coarse steps (one loading more or less is .04), the top
# is two loadings above 2001, and housing is missing. Now the paper's own panel, 127 series of FRED-MD; where the file is missing,
# the next cell prints the command that gets it.

# %%
try:
    fred = crisis_panel("fred-md")
    crash, unit = fit_panel(fred, 20)
except FileNotFoundError as missing:
    fred = None
    print(missing)

# %%
from IPython.display import display

if fred:
    maps = {date: crash.at(f"{date}-01").mul(unit, axis=0) for date in maps}
    display(plots.loading_maps(maps, cap=1, groups=fred.groups, note=fred.note))

# %% [markdown]
# *Figure 5 of the paper.* The clusters are there: industrial production, employment, interest rates, their spreads, prices,
# exchange rates. And one column has little but the stock market in 2003, and reaches into six of the eight groups in October
# 2008. Which one, and for how long?

# %%
if fred:
    B = crash.loadings * unit.to_numpy()[:, None]
    reach = pd.DataFrame((abs(B) >= 0.1).sum(axis=1), fred.y.index, crash.factors.columns)
    crisis = (reach.loc["2008-09":"2009-03"].max() - reach.loc["2002":"2006"].mean()).idxmax()
    history = crash.loading(factor=crisis) * unit
    display(plots.loading_history(history, f"loadings on {crisis}", groups=fred.groups, note=fred.note))

# %%
if fred:
    display(plots.counts_over_time(pd.Series(active_per_series(B), fred.y.index), ylabel="active factors a series"))

# %% [markdown]
# *The stock market's factor.* Two prices are with it from the start, and, with a minus and until 2011, the dollar; more prices
# join in 2006, output mostly from 2007 on, both faintly, and they stay to 2015. *In October 2008, for one month, it also holds
# interest rates, money and credit, and consumers' sentiment; jobs and housing it never holds.* That is like the paper's crisis
# factor, and fits its remark that finance carried the crisis. Also as in the paper (Figure 7): overlap grows before the crisis,
# is largest at the turn of 2008 to 2009, and stays above its old level for years; here until 2015. Not as in the paper:
# housing. The paper sees its factor emerge in the crisis; here housing series, which are *levels* of starts and permits, hang
# together from the first year. Figures 5 to 8 with their numbers are in [`REPLICATION.md`](../REPLICATION.md).
#
# %% [markdown]
# ## 7. What breaks
#
# ### 7.1 A bad start
#
# Eight single static fits of the small world as starts. Everything else is equal:

# %%
from tvplab.factor_matching import rmse_path
from tvplab.static_sparse import fit_static

centred = (small.y - small.y.mean()).to_numpy()
quick = DynamicSparseFactors(n_factors=6, max_iter=40, tol=0.02)
rows = {}
for seed in range(8):
    run = quick.fit(small.y, start=fit_static(centred, 6, n_starts=1, seed=seed).loadings)
    error = rmse_path(small.loadings[:, :, :6], matched(small.loadings[:, :, :6], run.loadings)).mean()
    rows[seed] = {"log posterior": run.objective_path[-1], "RMSE": error}
pd.DataFrame(rows).T.sort_values("log posterior", ascending=False).round({"log posterior": 0, "RMSE": 3})

# %% [markdown]
# *Some starts end on the right hill, some on others. The highest log posterior has the smallest error; below it the order is not
# that of the errors (the lowest of all has the fourth smallest).* *How to see it*: start several times and compare. *What to do*:
# keep the highest; never trust a single start, and report how many you tried.
#
# ### 7.2 A spike that is not one
#
# How sharp must a spike be? The probability of the slab along a path of exact zeros, with the paper's constants
# ($\lambda_0=.9$, $\lambda_1=.396$, $\phi_1=.98$, $\Theta=.9$) and with ours:

# %%
printed = Prior(0.9, 10 * (1 - 0.98**2), 0.98, 0.9)
usual = Prior(10.0, 0.01, np.sqrt(1 - 0.001), 0.5)
in_slab = {name: inclusion(np.zeros(3), one) for name, one in {"paper": printed, "here": usual}.items()}
pd.DataFrame(in_slab, index=["t = 0", "t = 1", "t = 2"]).T.round(3)

# %% [markdown]
# *With the paper's constants a zero that stays a zero is in the slab with a probability of .78: nothing holds it there, and the
# slab may move by $\sqrt{.396}=.63$ a period.* What that does to the map, in the small world:

# %%
true = small.loadings[:, :, :6]
tries = {f"λ₀ = {rate:g}": replace(quick, lam0=rate) for rate in (0.1, 0.5, 1.0, 2.0, 10.0, 50.0)}
tries["paper's four"] = replace(quick, lam0=0.9, lam1=printed.lam1, phi1=0.98, theta=0.9)
rows = {}
for name, model in tries.items():
    B = matched(true, model.fit(small.y, start).loadings)
    found, kept = (B[true != 0] != 0).mean(), (B[true == 0] == 0).mean()
    rows[name] = {"loadings found": found, "zeros kept": kept, "RMSE": rmse_path(true, B).mean()}
pd.DataFrame(rows).T.round(2)

# %% [markdown]
# *At λ₀ = 1 half of the zeros are kept and the error is small already: what is not zero is nearly. At 50 some loadings are
# lost. With the paper's four constants half of the zeros are lost and the error is more than four times that of λ₀ = 10, for
# the slab runs after noise.* *How to see it*: count the zeros; a map without white is no sparse map. *What to do*: raise λ₀
# until the count of zeros stops changing, and no further, in data whose noise is near one.
#
# ### 7.3 Snapshots that swap names
#
# Why not fit a static sparse model on a window, and move the window? Each window is a fit of its own:

# %%
rng, ends = np.random.default_rng(10), (60, 120, 180, 240)
windows = [small.y.iloc[end - 60 : end].to_numpy() for end in ends]
snapshots = np.stack([fit_static(one - one.mean(axis=0), 6, seed=rng).loadings for one in windows])
plots.loading_maps({f"window to {end}": one for end, one in zip(ends, snapshots, strict=True)}, note="synthetic data")

# %% [markdown]
# *The same blocks, in other columns and with other signs. Look at column 2: series 10 to 16, then 19 to 25, then 1 to 7, then 15
# to 21.* Whoever draws "factor 2 over time" from these draws four different factors. Matched to the truth at each date, and with
# one match for all dates:

# %%
from tvplab.factor_matching import left_ordered, matched_each

true = small.loadings[[end - 31 for end in ends]][:, :, :6]
ways = {"matched at each date": matched_each(true, snapshots), "one match": matched(true, snapshots)}
errors = {name: rmse_path(true, B) for name, B in ways.items()}
errors["left-ordered"] = rmse_path(left_ordered(true), left_ordered(snapshots))
pd.DataFrame(errors, index=[f"to {end}" for end in ends]).T.round(2)

# %% [markdown]
# *How to see it*: two ways of naming that disagree. *What to do*: one model for all dates, as here, or match each window to the one
# before; and never read a table of errors that does not say how it named the factors.
#
# ## 8. What this map does not show
#
# - How sure we are. EM finds a mode. No loading here has a band; `factors_se` takes the loadings as known.
# - Causes. A crisis factor says what moved together, not who began.
# - What anyone knew at the time. All is smoothed: October 2008 knows 2015.
# - That factors exist. Where noise is correlated between neighbours (two price indices of the same goods), a pair makes a factor.
# - Persistent factors. Scale and persistence are told apart only in long samples; loadings on real data are in units that depend on it.
#
# ## Recap
#
# 1. A spike and a slab make zeros exact, and yesterday's loading sets the odds of today's.
# 2. E-step: a Kalman smoother that never sees the series, only what they say of the factors. M-step: a soft threshold between two neighbours.
# 3. Ask for too many factors; sparsity empties those that are not needed, and the number alive moves with the date.
# 4. There are many hills: start often, keep the highest log posterior.
# 5. Factors have no names. Match them before you measure, and say how.
#
# ## Exercises
#
# **3.1 (warm-up).** A loading in the slab may change by about .05 a period, and its variance in the long run shall be 10. Which
# λ₁ and which φ₁ is that? Give the two numbers.

# %% tags=["solution", "3.1"]
slab_choice = [0.05**2, np.sqrt(1 - 0.05**2 / 10)]  # blank

# %%
tvplab.check("3.1", slab_choice)

# %% [markdown]
# **3.2.** Write the update of a loading at the *last* period T, where no later neighbour pulls. Arguments: z and q from the data,
# the loading `before`, the inclusion probability `gamma`, and λ₀, λ₁, φ₁.


# %% tags=["solution", "3.2"]
def last_site(z, q, before, gamma, lam0, lam1, phi1):  # blank
    """Eq. 11 at t = T: the case that the paper leaves out."""
    Z = z + gamma * phi1 * before / lam1
    W = q + gamma / lam1
    return np.sign(Z) * max(abs(Z) - lam0 * (1 - gamma), 0) / W


# %%
tvplab.check("3.2", last_site)

# %% [markdown]
# **3.3.** One stray entry. Take the truth at t = 100 of section 1 (`world.loadings[99]`) and add .2 to the loading of the first
# series on the fifth factor. What is the RMSE against the truth, once left-ordered (both) and once matched? Give the two numbers;
# guess before how many times the first is the second.

# %% tags=["solution", "3.3"]
stray = world.loadings[99].copy()
stray[0, 4] = stray[0, 4] + 0.2
by_order = rmse_path(left_ordered(world.loadings[99]), left_ordered(stray))[0]  # blank
by_match = rmse_path(world.loadings[99], matched(world.loadings[99], stray))[0]  # blank
two_errors = [by_order, by_match]  # blank

# %%
tvplab.check("3.3", two_errors)

# %% [markdown]
# **3.4 (small project).** How much more of one piece was the economy in the crisis, and does the answer hang on the slab? Put the
# bundled panel in units of its noise, `noise_units(panel.y, 8)`, and fit eight factors with `persistence="each"`, `discount=0.95`
# and `max_iter=40`, from `units.start`; once with `lam1=0.01` and once with `lam1=0.001`. Divide the mean of `active_per_series`
# (of the loadings times `units.scale`) over 2008-09 to 2009-02 by its mean over 2003 to 2005. Give a dict with the keys `0.01`
# and `0.001`.

# %% tags=["solution", "3.4"]
units = noise_units(panel.y, 8)
rise = {}
for lam1 in (0.01, 0.001):
    model = DynamicSparseFactors(8, lam1=lam1, persistence="each", discount=0.95, max_iter=40)  # blank
    tried = model.fit(units.y, start=units.start)  # blank
    line = pd.Series(active_per_series(tried.loadings * units.scale.to_numpy()[:, None]), panel.y.index)  # blank
    rise[lam1] = line["2008-09":"2009-02"].mean() / line["2003":"2005"].mean()  # blank

# %%
tvplab.check("3.4", rise)

# %% [markdown]
# **Next:** [the map of lessons](00_start_here.ipynb). Code of this lesson: [`dynamic_sparse.py`](../tvplab/dynamic_sparse.py),
# [`dss_em.py`](../tvplab/dss_em.py), [`dss_prior.py`](../tvplab/dss_prior.py), [`dss_paths.py`](../tvplab/dss_paths.py),
# [`dss_lives.py`](../tvplab/dss_lives.py), [`static_sparse.py`](../tvplab/static_sparse.py),
# [`explore/dss.py`](../tvplab/explore/dss.py).
