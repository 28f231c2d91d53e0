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
# # Lesson 4 · Where is GDP now?
#
# **The question.** Growth of the second quarter of 2016 was published on 29 July 2016, a month after the quarter had ended.
# Long before that, jobs, orders, surveys and prices of April, May and June came out, one by one. What did they say about
# growth? And does a *deep* network hear more in them than a linear model?
#
# **After this lesson you can** say in which sense principal components are a neural network, estimate a deep dynamic factor
# model and tell when depth helps and when a score only makes it look so, nowcast a quarter from a ragged panel, and split
# every change of a nowcast into the releases that made it.
#
# **You need** [lesson 1](01_marss.ipynb): factors, the Kalman filter, missing values. **Time**: about 70 minutes to read,
# under a minute to run.
#
# *Source*: P. Andreini, C. Izzo and G. Ricco, "Deep Dynamic Factor Models" (version of March 2024). Equation numbers are the
# paper's.

# %%
import tvplab

tvplab.banner()

# %% [markdown]
# ## 1. A world with a known truth
#
# Twenty series, driven by **one** factor: an angle, which wanders. But they do not respond to it in a straight line. Each
# series is a mixture of the angle's cosine and sine, plus noise. All of this is **synthetic**.

# %%
import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.stats import norm


def curved_world(T=200, N=20, noise=0.5, seed=0):
    """One factor on three quarters of a circle: panel, common component, angle."""
    rng = np.random.default_rng(seed)
    f = lfilter([1], [1, -0.8], rng.normal(size=T))
    angle = 1.5 * np.pi * (norm.cdf((f - f.mean()) / f.std()) - 0.5)
    common = np.column_stack([np.cos(angle), np.sin(angle)]) @ rng.normal(size=(2, N))
    return pd.DataFrame(common + noise * rng.normal(size=(T, N))), pd.DataFrame(common), angle


# %% [markdown]
# What do principal components (lesson 1) make of it? With one component, and with two: which share of the common component,
# its mean aside, do they recover?

# %%
from tvplab.factors import principal_components

Y, common, angle = curved_world()
z = (Y - Y.mean()) / Y.std()
truth = (common - common.mean()) / Y.std()


def recovered(fitted, truth):
    """Share of the true common component, both centred."""
    error = fitted - fitted.mean() - truth
    return 1 - (error**2).to_numpy().sum() / (truth**2).to_numpy().sum()


# %%
def pca(z, n):
    """What n principal components make of the panel z."""
    parts = principal_components(z, n)
    return parts.factors @ parts.loadings.T


{f"components: {n}": round(float(recovered(pca(z, n), truth)), 3) for n in (1, 2)}

# %% [markdown]
# *One number moves the world, and principal components need two:* a straight line cannot follow a circle. Can a network do it
# with one?
#
# ## 2. Principal components are a network
#
# An **autoencoder** squeezes the data through a bottleneck and asks for them back. The *encoder* G turns the N series of a
# month into r numbers, the *code* or factors; the *decoder* F turns these into N series again (eqs. 7 and 8):
#
# $$f_t = G(z_t),\qquad \tilde z_t = F(f_t),\qquad \min_{G,F}\ \sum_t \lVert z_t-\tilde z_t\rVert^2 .$$
#
# Let both be linear, $G=A'$ and $F=\Lambda$. Then the best possible code is the first r principal components (Baldi and
# Hornik, 1989). Nothing but gradient descent is needed to find them:


# %%
def linear_autoencoder(z, r, steps=2000, rate=0.5, seed=0):
    """Minimise ‖z − z A Λ'‖² by gradient descent."""
    rng = np.random.default_rng(seed)
    A, L = (0.1 * rng.normal(size=(z.shape[1], r)) for _ in range(2))
    for _ in range(steps):
        error = z @ A @ L.T - z
        A, L = A - rate * z.T @ error @ L / z.size, L - rate * error.T @ z @ A / z.size
    return A, L


A, L = linear_autoencoder(z.to_numpy(), 2)

# %% [markdown]
# The same *span*: the largest angle between the two planes of loadings, in radians. (The axes within the plane are free, as
# in lesson 1.) And the library's network with no hidden layer, `hidden=()`:

# %%
from scipy.linalg import subspace_angles

from tvplab import DeepDynamicFactors

plane = principal_components(z, 2).loadings.to_numpy()
network = DeepDynamicFactors(2, hidden=(), max_iter=0, pretrain=2000, learning_rate=0.02).fit(z)
[f"{subspace_angles(plane, loadings).max():.0e}" for loadings in (L, network.loadings.to_numpy())]

# %% [markdown]
# So "linear or deep" is one argument. Put layers between, each a matrix and a bend, $h^l=g(W^lh^{l-1}+b^l)$ (eq. 6), and the
# code need not be a straight line any more:


# %%
def encode(z, layers):
    """Eqs. 6 and 7: layer upon layer, h = g(W h + b), with g = tanh; some layers have no bend."""
    h = z
    for W, b, bends in layers:
        h = h @ W.T + b
        h = np.tanh(h) if bends else h
    return h


# %% [markdown]
# With layers in the encoder *and* the decoder (`symmetric=True`), one code:

# %%
deep = DeepDynamicFactors(1, hidden=(16, 8), link="tanh", symmetric=True, draws=50).fit(Y)
rank_correlation = abs(pd.Series(deep.factors["F1"]).corr(pd.Series(angle, deep.factors.index), method="spearman"))
[round(float(x), 3) for x in (recovered((deep.fitted - Y.mean()) / Y.std(), truth), rank_correlation)]

# %% [markdown]
# (`link` is the bend g; `draws`, the number of noisy copies in each round of the estimation, comes in section 3.) The two
# numbers are the share recovered, and the rank correlation of code and angle. Is the fitted encoder the function above?

# %%
from tvplab.deep_dfm_maps import apply_layers

bool(np.allclose(encode(z.to_numpy(), deep.encoder), apply_layers(deep.encoder, z.to_numpy(), "tanh")))

# %% [markdown]
# The first component and the code, each against the true angle; *synthetic data*:

# %%
from tvplab import plots

first_component = principal_components(z, 1).factors.iloc[:, 0]
plots.codes_against_truth(
    angle, {"first component": first_component, "deep code": deep.factors["F1"]}, "true angle, synthetic"
)

# %% [markdown]
# *One code recovers more than two components do, and it is the angle:* each angle has its own code. (The sign of a code is
# free.) The component goes flat and turns back at both ends, where different angles get the same number. Here depth truly helps, and no constant is
# needed for it (all shares are centred). Is that luck? Five worlds:


# %%
def shares(seed):
    """Recovered share: 1 and 2 components; one deep code with a nonlinear and with a linear decoder."""
    Y, common, _ = curved_world(seed=seed)
    z, truth = (Y - Y.mean()) / Y.std(), (common - common.mean()) / Y.std()
    found = {f"PCA, {n}": recovered(pca(z, n), truth) for n in (1, 2)}
    for name, both in (("deep, 1", True), ("deep encoder only, 1", False)):
        fit = DeepDynamicFactors(1, hidden=(16, 8), link="tanh", symmetric=both, draws=50, max_iter=50).fit(Y)
        found[name] = recovered((fit.fitted - Y.mean()) / Y.std(), truth)
    return found


pd.DataFrame([shares(seed) for seed in range(5)]).round(3)

# %% [markdown]
# *The last column matters.* It is the paper's own design for data: a deep encoder, but a **linear** decoder, because a linear
# decoder keeps loadings readable and the Kalman filter applicable. A linear decoder with one code draws a straight line,
# however deep its encoder: it is no better than one component. What can a deep encoder alone do, then?
# Section 4 has an answer.
#
# ## 3. The deep dynamic factor model (D²FM)
#
# The model is lesson 1's, eqs. 14-16:
#
# $$z_t=\Lambda f_t+\varepsilon_t,\qquad f_t=B_1f_{t-1}+\dots+u_t,\qquad \varepsilon_{it}=\phi_i\varepsilon_{i,t-1}+\epsilon_{it}.$$
#
# With one lag they are a state space in x = (f, ε), which loadings, factors and residuals fill in. Factors here have their
# means taken out, and $u_t$, $\epsilon_t$ are normal:


# %%
from scipy.linalg import block_diag


def state_space(loadings, factors, own):
    """Eqs. 14-16: Z, B, Q of z_t = Z x_t, x_t = B x_{t-1} + w_t, w_t ~ N(0, Q)."""
    Z = np.hstack([loadings, np.eye(len(loadings))])  # eq. 14
    f = factors - factors.mean(axis=0)
    B1 = np.linalg.lstsq(f[:-1], f[1:])[0].T  # eq. 15, by least squares
    u = f[1:] - f[:-1] @ B1.T
    phi = np.array([np.corrcoef(e[1:], e[:-1])[0, 1] for e in own.T])  # eq. 16
    Q = block_diag(u.T @ u / len(u), np.diag((1 - phi**2) * own.var(axis=0)))
    return Z, block_diag(B1, np.diag(phi)), Q


# %% [markdown]
# Only the estimation is new (Algorithm 1). Take the present fit. Take out of each series what its own past foretells of its
# idiosyncratic part, and shake it with noise of that part's size; let the network explain the *unshaken* data; repeat:


# %%
def shaken(z, common, phi, sd, rng):
    """Lines 3, 5 and 6 of Algorithm 1: what the encoder gets to see."""
    own = z - common
    foretold = np.vstack([np.zeros(z.shape[1]), phi * own[:-1]])
    return z - foretold - sd * rng.standard_normal(z.shape)


def masked_loss(z, fitted):
    """Mean squared error over the cells that are there: a missing one cannot be wrong."""
    seen = np.isfinite(z)
    return np.sum((z[seen] - fitted[seen]) ** 2) / seen.sum()


# %% [markdown]
# The library does this with `draws` shaken panels a round, 150 unless told otherwise, until the loss settles
# ([`deep_dfm_training.py`](../tvplab/deep_dfm_training.py)). On the paper's nonlinear world (section 4): one AR(1) factor, and
# ten series that load on f, on f² and on its sign. Is the loss that of the formula? And how many rounds did it take?

# %%
from tvplab import dgp

world = dgp.simulate_deep_factors(T=200, N=10, r=1, rho=0.5, seed=1)
fit = DeepDynamicFactors(n_factors=3).fit(world.y)
standard = ((world.y - world.y.mean()) / world.y.std()).to_numpy()
common_part = ((fit.fitted - world.y.mean()) / world.y.std()).to_numpy()
bool(np.isclose(masked_loss(standard, common_part), fit.loss_path[-1])), fit.n_iter, fit.converged

# %% [markdown]
# Is its state space that of eqs. 14-16, and the common part the loadings times the factors?

# %%
loadings, factors = fit.loadings.to_numpy(), fit.factors.to_numpy()
by_hand = state_space(loadings, factors, standard - common_part)
library = fit.state_space
pairs = zip(by_hand, (library.Z, library.B, library.Q), strict=True)
[bool(np.allclose(a, b)) for a, b in pairs], bool(np.allclose(factors @ loadings.T, common_part, atol=1e-6))

# %% [markdown]
# And is what the encoder gets to see `shaken`? With the noise switched off, so that there is one answer:

# %%
from types import SimpleNamespace

from tvplab.deep_dfm_states import idiosyncratic_law
from tvplab.deep_dfm_training import noisy_panels

phi, sd = idiosyncratic_law(standard - common_part)
quiet = SimpleNamespace(noise=lambda panel, sd, draws: panel)
ours = shaken(standard, common_part, phi, 0 * sd, np.random.default_rng(0))
bool(np.allclose(ours, noisy_panels(quiet, standard, common_part, 1)))

# %% [markdown]
# ## 4. A score that makes depth look better than it is
#
# How close are the estimated factors to the true set (f, f², sgn f)? The paper's score is eq. 28: regress each true factor on
# the estimated ones, without a constant, and add up what is explained:


# %%
def share_explained(true, estimated):
    """Eq. 28: trace(F'PF) / trace(F'F), P the projection on the estimated factors."""
    true, estimated = np.asarray(true), np.asarray(estimated)
    fitted = estimated @ np.linalg.lstsq(estimated, true)[0]
    return np.sum(fitted**2) / np.sum(true**2)


# %%
from tvplab.metrics import trace_r2

bool(np.isclose(share_explained(world.factor_set, fit.factors), trace_r2(world.factor_set, fit.factors)))

# %% [markdown]
# Table 2 has the deep model ahead of the linear one by 0.15 to 0.34 in *every* nonlinear cell. Here is one panel:

# %%
parts = principal_components(pd.DataFrame(standard), 3).factors
rivals = {"PCA": parts, "PCA and a column of ones": parts.assign(one=1.0), "deep": fit.factors}
scores = {
    name: {"raw (eq. 28)": trace_r2(world.factor_set, F), "centred": trace_r2(world.factor_set, F, centred=True)}
    for name, F in rivals.items()
}
pd.DataFrame(scores).T.round(3)

# %% [markdown]
# *A column of ones makes up the whole gap.* The square of a factor is never negative, so its mean is far from zero.
# Principal components have mean zero and cannot explain a mean; the deep code can, since a rectifier (ReLU) is never negative
# either:

# %%
pd.concat({"true": world.factor_set.mean(), "deep code": fit.factors.mean()}).round(2)

# %% [markdown]
# Take the means out (the column *centred*), and a smaller advantage is left. Here is the answer to section 2's question: a
# deep encoder alone knows that f, f² and sgn f are functions of one number, and may read it better from few noisy series. And
# from many? Centred scores, a hundred series beside ten:

# %%
by_size = {}
for N in (10, 100):
    w = dgp.simulate_deep_factors(T=200, N=N, r=1, rho=0.5, seed=1)
    F = principal_components((w.y - w.y.mean()) / w.y.std(), 3).factors
    both = {"PCA": F, "deep": DeepDynamicFactors(n_factors=3).fit(w.y).factors}
    by_size[f"{N} series"] = {name: trace_r2(w.factor_set, F, centred=True) for name, F in both.items()}
pd.DataFrame(by_size).T.round(3)

# %% [markdown]
# *With a hundred series nothing is left to gain.* See for yourself; a single panel of ten series, with 120 periods, and a
# short training.
#
# **Predict first.** (1) Tick *centred*: which of the three bars moves most? (2) Set the nonlinearity to 0 and r to 1, centred:
# who wins in a straight world? (3) Hide 30 % of the cells, centred: who suffers more? (4) World *a curve*, r = 1, centred:
# which network is better than principal components?

# %%
from tvplab import explore

explore.d2fm()

# %% [markdown]
# The settings of the questions, for paper; *synthetic data*:

# %%
slider, scores = explore.d2fm(), {}
curve = {"world": "a curve: one factor, humps", "n_factors": 1, "centred": True}
settings = {
    "raw": {},
    "(1) centred": {"centred": True},
    "(2) straight, r = 1, centred": {"curvature": 0.0, "n_factors": 1, "centred": True},
    "(3) 30 % missing, centred": {"missing": 0.3, "centred": True},
    "(4) curve, deep encoder": curve,
    "(4) curve, deep on both sides": curve | {"network": "deep on both sides"},
}
for name, values in settings.items():
    slider.reset()
    slider.set(**values)
    scores[name] = {model: slider.result.explained(model) for model in ("D²FM", "PCA")}

# %%
plots.score_bars(pd.DataFrame(scores).T, "trace R², synthetic data")

# %% [markdown]
# **What happened.** (1) That of principal components, which jumps up to six hundredths below the deep model's: that is what
# is left of a gap of nearly 0.3. (2) Principal components: in a straight world the bend of the deep code only costs.
# (3) Principal components, by a little: both lose about a tenth. (4) *Deep on both sides*; with a deep encoder alone one code is
# worse than one component. It is section 2's lesson again, in a world of another shape.
#
# One panel is not a study. `tvplab replicate d2fm-table-2` runs the paper's cells on the authors' own panels, raw and centred
# beside each other, and writes them to the [replication page](../REPLICATION.md). The printed numbers want the authors'
# *training*, too. Their code parts from ours in seven places, few of which are in the paper: its noise is wider than the
# model's, all its layers start from the same random numbers, and so on. Here they are an argument, `variant="paper"`;
# `tvplab replicate d2fm-training` measures each by itself. *A table is made by a program, not by a formula.*
#
# ## 5. Months and quarters
#
# GDP is quarterly. Its growth is a weighted sum of five months of growth that nobody sees (section 5.1; Mariano and Murasawa,
# 2003): the three of the quarter, and the last two of the quarter before. With t the quarter's last month,
#
# $$y^q_t=\tfrac13 y_t+\tfrac23 y_{t-1}+y_{t-2}+\tfrac23 y_{t-3}+\tfrac13 y_{t-4}$$
#
# Is that right? A level that grows a little every month, summed to quarters:

# %%
monthly = np.random.default_rng(0).normal(0.2, 0.3, 60)
level = np.exp(np.cumsum(monthly) / 100)
quarters = level.reshape(-1, 3).sum(axis=1)
exact = 100 * np.diff(np.log(quarters))
weights = np.array([1, 2, 3, 2, 1]) / 3
by_weights = [weights @ monthly[3 * q - 2 : 3 * q + 3][::-1] for q in range(1, 20)]
float(np.abs(exact - by_weights).max().round(4))

# %% [markdown]
# *Right to about a thousandth of a per cent.* For a factor model it means: GDP loads on five months of factors, with fixed
# weights, and so does its own idiosyncratic part. It is one more row of lesson 1's Z. In the deep model it is a last layer
# without parameters. (This is growth in per cent a quarter. Below GDP grows in per cent a *year*, four times as much; the four
# goes into GDP's loadings.)
#
# ## 6. Nowcasting a real quarter
#
# Now to real data: the New York Fed's panel in its *vintage* of 29 June 2016, which is what was known on that day, a day before
# the second quarter ended. The last rows are *ragged*: the survey for June is there, exports for May are not. (The series have
# codes; `titles` says what they are.)

# %%
from tvplab import data

old = data.load("nyfed", vintage="2016-06-29")
panel = old.transformed().loc["2000":]
codes = ["GACDFSA066MSFRBPHI", "PAYEMS", "INDPRO", "BOPTEXP", "GDPC1"]
shown = panel[codes].tail(5).T.round(2)
shown.columns = [f"{month:%b %Y}" for month in shown]
shown.rename(index=old.titles)

# %% [markdown]
# Two models, both with two factors: a linear one by EM, and a deep one. Both end as a linear state space, so that everything
# from here on is one function for both. (`factor_lags=2`: the factors follow a VAR of two lags, as in the paper's application.)

# %%
from tvplab import MixedFrequencyFactors

quarterly = [name for name, frequency in old.frequencies.items() if frequency == "q"]
linear = MixedFrequencyFactors(n_factors=2, quarterly=quarterly).fit(panel)
deep = DeepDynamicFactors(2, hidden=(12, 8, 4), link="tanh", factor_lags=2, quarterly=quarterly).fit(panel)
models = {"linear": linear, "deep": deep}
pd.concat({name: model.nowcast("GDPC1", panel) for name, model in models.items()}).round(2)

# %% [markdown]
# *Growth in per cent a year, with 90 % bands.* The rows are the quarter that is ending, a *nowcast*, and the next one, a
# *forecast*; had the first quarter not been published, there would be a *backcast*. A quarter stands in its last month. The
# bands are wide, and count no doubt about the parameters. For the quarter that is ending the
# two models hardly differ; for the next one the linear model expects a quarter of a point more. The truth for the quarter that
# was ending, published a month later:

# %%
new = data.load("nyfed", vintage="2016-07-29")
later = new.transformed().loc["2000":]
round(later.loc["2016-06", "GDPC1"].item(), 2)

# %% [markdown]
# The paper sums the factors up to one number a month: each factor counts by its share in all squared loadings.
#
# $$c_t=\sum_k f_{kt}\,\frac{\sum_i\Lambda_{ik}^2}{\sum_l\sum_i\Lambda_{il}^2}\qquad\text{(eq. 29)}$$
#
# Beside it, what the factors say of GDP itself, its common component. Both are smoothed: the whole sample, both sides of each
# quarter, went into them.

# %%
growth = panel["GDPC1"].dropna()
growth.index = growth.index.to_period("Q")
quarter = panel.index.to_period("Q")
indicator = deep.composite_indicator(like="GDPC1").groupby(quarter).mean()
scaled = (indicator - indicator.mean()) / indicator.std() * growth.std() + growth.mean()
lines = {"GDP's common part": deep.fitted["GDPC1"].groupby(quarter).last(), "eq. 29, rescaled": scaled}
plots.nowcasts_and_truth(lines, growth, ylabel="% a year", truth="growth")

# %%
pd.DataFrame(lines).assign(growth=growth).loc["2008Q1":"2009Q2"].T.round(1)

# %% [markdown]
# *The common part follows growth in outline; the indicator strays.* In the worst quarter the common part is −4.6 where growth
# was −8.2, and it comes late (2008Q1: 1.3 against −2.7); but the indicator jumps *up* to 2.7. The paper fixes one sign, that of the sum, and reports that its own indicator tracks the economy
# well (Figure 7). But each factor has a sign of its own, which nothing in the model fixes. By hand, with the second factor as
# it is and turned over; the correlation of a quarter's mean with growth, and whether it is the library's:

# %%
shares_of = ((deep.loadings**2).sum() / (deep.loadings**2).to_numpy().sum()).to_numpy()
for sign in (1, -1):
    by_hand = (deep.states * [1, sign] @ shares_of).groupby(quarter).mean()
    same = np.isclose(abs(by_hand), abs(indicator)).all()
    print(f"sign {sign:+d}: correlation {abs(by_hand.corr(growth)):.2f}, the library's: {same}")

# %% [markdown]
# *Turned over, the second factor would have served better.* Both sums come from one and the same model; eq. 29 as it is printed
# does not choose between them, and the library computes it as printed. With several factors, read the common part of the
# series that you care about.
#
# ## 7. News
#
# A nowcast moves when a release **surprises**. Say the model expects x̂ and x comes. With the covariances C of what is
# released, and c of it with the target, the projection on the surprise is
#
# $$\mathrm E(y\,|\,\text{new})-\mathrm E(y\,|\,\text{old})=\sum_j w_j\,(x_j-\hat x_j),\qquad w=C^{-1}c .$$
#
# By hand, on a target and two releases that say nearly the same. (Covariances given everything known before.)

# %%
C = np.array([[1.0, 0.9], [0.9, 1.0]])
c = np.array([0.5, 0.5])
surprise = np.array([1.0, 1.0])
together = np.linalg.solve(C, c)
alone = c / np.diag(C)
[round(float(w @ surprise), 3) for w in (together, alone)]

# %% [markdown]
# *Two copies of one message are one message.* Weights must be **joint**; each release by itself would count it twice. For the
# 29 series and all months the library finds the joint weights without any inverse, from one pass of the filter backwards
# ([`nowcast_gains.py`](../tvplab/nowcast_gains.py)). What did July's releases say about the **third** quarter?

# %%
story = linear.news(panel, later, "GDPC1", "2016Q3")
named = story.releases.head(6).assign(
    series=lambda table: table["series"].map(old.titles), period=lambda t: t["period"].dt.strftime("%b")
)
named.round({"forecast": 2, "actual": 2, "news": 2, "weight": 5, "impact": 3}).set_index("series")

# %% [markdown]
# Weights are in points of growth per unit of the series: jobs come in thousands, so theirs is small. Are they joint? Change
# one number of July by one unit, and only that; the nowcast must move by its weight:

# %%
first = story.releases.iloc[0]
changed = later.copy()
changed.loc[first["period"], first["series"]] += 1.0
before, after = (linear.nowcast("GDPC1", vintage, "2016Q3")["mean"].iloc[0] for vintage in (later, changed))
bool(np.isclose(after - before, first["weight"]))

# %%
story.summary.round(3)

# %% [markdown]
# *Impacts sum to the change:* before + revisions + withdrawals + releases = after. Old numbers were revised, too; the model
# takes a revision like a release. By series:

# %%
plots.news_bars(story, names=old.titles)

# %% [markdown]
# The deep model tells its own story of the same July, with the same function:

# %%
stories = {name: model.news(panel, later, "GDPC1", "2016Q3").by_series["total"] for name, model in models.items()}
pd.DataFrame(stories).reindex(story.by_series.index[:6]).rename(index=old.titles).round(3)

# %% [markdown]
# And the quarter that ended in June? Its own value is among July's releases, with weight 1. Nothing else matters any more.
# (The forecast is not quite the nowcast of section 6: July's revisions come first.)

# %%
own = linear.news(panel, later, "GDPC1", "2016Q2")
own.releases.query("weight != 0")[["series", "forecast", "actual", "weight", "impact"]].round(2)

# %% [markdown]
# ## 8. The slider: one release after the other
#
# The same panel in *pseudo real time*: each value is hidden until its usual day of publication. (The days are medians of the
# New York Fed's own vintages of 2016, `data.NYFED_LAGS`. The values are those of July 2016, revisions included; and so are
# the model's **parameters**: they have seen all years from 2000 to July 2016, also those that the slider nowcasts.)
#
# **Predict first.** (1) Drag *releases so far* from the left to the right. Which kind of release moves the line: early surveys
# or late hard data? (2) Does the band end at a point? (3) Choose 2008Q4. When did the model know, and how much?

# %%
explore.nowcast()

# %% [markdown]
# Two quarters for paper. By month: how many releases came, how much they moved the line (the sum of absolute impacts), and
# where nowcast, standard error and band stood at the month's end:


# %%
def by_month(story):
    """Releases by month: number, sum of absolute impacts, and nowcast, standard error and band at its end."""
    month = story["date"].dt.strftime("%Y-%m")
    moved = story["impact"].abs().groupby(month).agg(["size", "sum"])
    moved.columns = ["releases", "moved"]
    return moved.join(story.groupby(month)[["mean", "se", "lower", "upper"]].last()).round(2)


slider, ways = explore.nowcast(), {}
for name in ("2016Q2", "2008Q4"):
    slider.set(quarter=name)
    ways[name] = slider.result.story
pd.concat({name: by_month(story) for name, story in ways.items()})

# %%
from tvplab.explore.nowcast import default_model

model, frame = default_model()


def draw(name):
    """The way of one quarter's nowcast; dashed, what was published in the end."""
    way = ways[name].assign(series=ways[name]["name"])
    last_month = pd.Period(name).asfreq("M", "end").to_timestamp()
    return plots.nowcast_progress(way, actual=frame.loc[last_month, "GDPC1"], title=f"GDP growth, {name}")


draw("2016Q2")

# %%
draw("2008Q4")

# %%
crisis = ways["2008Q4"]
crisis.loc[crisis["date"] == pd.Timestamp("2008-10-15"), ["name", "forecast", "actual", "impact"]].set_index(
    "name"
).round(2)

# %% [markdown]
# **What happened.** (1) Those that come first, whatever they are: production, prices, surveys, jobs. In both quarters the
# first month moves the line at least three times as much as the last; what is late arrives when most is known. (2) No: a
# standard error of 1.84 after the first month is 1.79 in the end. Months of many series do not add up to GDP. (3) By the end
# of October. On the 15th production and capacity use of September came, four per cent and three points below what was
# expected, and the nowcast fell by 1.6 points in a day. It ended at −4.5; growth was −8.2, below the band.
#
# Why only −4.5? Growth's standard deviation and the model's last standard error:

# %%
sd_growth, se = frame["GDPC1"].std(), ways["2008Q4"]["se"].iloc[-1]
pd.Series({"sd of growth": sd_growth, "standard error": se, "explained": 1 - (se / sd_growth) ** 2}).round(2)

# %% [markdown]
# *The months explain about half of growth's variance.* The rest is GDP's own part, whose expectation is near zero until GDP is
# out. So the model lays a part of any fall to the economy, and the rest comes as a surprise.
#
# And this model knew the crisis already. What would one have said with the **parameters** of September 2008?

# %%
from tvplab.nowcast_backtest import published

known, end = (published(frame, data.NYFED_LAGS, day) for day in ("2008-09-30", "2009-01-27"))
there = known.columns[known.count() > 24]
inside = [name for name in quarterly if name in there]
said = {}
for r in (1, 2, 3):
    then = MixedFrequencyFactors(n_factors=r, quarterly=inside, tol=1e-4).fit(known[there])
    said[f"factors: {r}"] = [then.nowcast("GDPC1", x[there], "2008Q4")["mean"].iloc[0] for x in (known, end)]
pd.DataFrame(said, ["30 Sep 2008", "27 Jan 2009"]).T.round(1)

# %% [markdown]
# *At best −2.0, and with two factors the wrong sign.* The same releases; what is gone is the experience of the crisis itself.
# Thirty-four quarters with one mild recession had not told how GDP moves when everything falls. A nowcast with today's parameters
# is not what one could have known; a fair test must estimate on the past alone.
#
# ## 9. Is it any good? A backtest
#
# One quarter proves nothing. The rule of the game: on each date use only what was known, estimate rarely (once a year), score
# by **weeks to release**, and divide by the error of the simplest rival, an AR(1) of GDP itself. Every four weeks of
# 2007-2009 (in full mode 2005-2015):

# %%
from tvplab.nowcast_backtest import backtest, relative_rmsfe
from tvplab.nowcast_benchmark import Autoregression

first, last = ("2007", "2009") if tvplab.mode() == "quick" else ("2005", "2015")
long_enough = frame.loc[:, frame[:"2004"].count() > 12]
settings = {"link": "tanh", "factor_lags": 2, "draws": 50, "quarterly": quarterly}
candidates = {
    f"{r} factors, {len(hidden)} layers": DeepDynamicFactors(r, hidden=hidden, **settings)
    for r in (1, 2, 3)
    for hidden in ((12, 8, 4), (8,))
}

# %% [markdown]
# How many factors, how many layers? Not by fit: more factors always fit better. The paper chooses in the order of time
# (section 3.3): estimate on all but the last year, forecast that year month by month, one step ahead, and take what errs
# least. Mean squared errors of all series, in units of their variance, as one would have seen them when the game begins:

# %%
then = published(long_enough, data.NYFED_LAGS, f"{first}-01-06")
choice = tvplab.choose_deep_factors(then, candidates, blocks=1, length=12)
choice.losses.round(3)

# %% [markdown]
# *One factor through three layers errs least, but all six are within a twentieth of each other.* A year of one-step
# forecasts does not tell them apart by much.
#
# The backtest has the linear model, the deep one with two factors and three layers throughout, and one that chooses so anew
# each year:

# %%
from tvplab.deep_dfm_validation import ValidatedDeepFactors

runners = {
    "AR(1)": Autoregression(),
    "linear": MixedFrequencyFactors(n_factors=2, quarterly=quarterly, tol=1e-4),
    "deep": candidates["2 factors, 3 layers"],
    "deep, chosen": ValidatedDeepFactors(candidates),
}

# %%
dates = pd.date_range(f"{first}-01-06", f"{last}-12-31", freq="28D")
forecasts = backtest(runners, lambda day: published(long_enough, data.NYFED_LAGS, day), "GDPC1", dates)

# %%
actual = frame["GDPC1"].dropna()
actual.index = actual.index.to_period("Q")
ratio = relative_rmsfe(forecasts, actual, "AR(1)", every=6)
ratio.loc[[30, 24, 18, 12, 6]].round(2)

# %% [markdown]
# *Below 1: better than the AR(1).* (Weeks are rounded to multiples of six: each row holds several dates of a quarter.) Far
# ahead there is little to gain, and the linear model is a little ahead; from 18 weeks on it is the deep one. In full mode
# these are eleven years and one seed; in quick mode twelve quarters, one crisis.
#
# *Choosing helps near the release and costs far out* (in full mode, 0.70 for 0.76 at 6 weeks, 0.97 for 0.93 at 24). What
# forecasts all series best a month ahead need not be best for GDP two quarters ahead. The paper's Table 5, from 128 monthly series
# in real time, 2006-2020:
#
# | weeks to release | 30 | 26 | 20 | 14 | 8 | 2 |
# |---|---|---|---|---|---|---|
# | D2FM, paper | 0.90 | 0.91 | 0.90 | 0.80 | 0.84 | 0.83 |
# | DFM 3 factors, paper | 1.03 | 1.03 | 0.97 | 0.87 | 0.87 | 0.83 |
#
# *The pattern is turned round.* The paper's deep model is ahead far out, and level with the linear one at two weeks; ours is
# behind far out and ahead near the release, chosen or not. Much differs: 29 series for 128, revised values for real-time ones,
# two linear factors for three, other years. We do not know which of these does it. `tvplab replicate
# d2fm-table-5` comes nearer to the paper's exercise (FRED-MD's monthly vintages and real-time GDP); the
# [replication page](../REPLICATION.md) has its numbers beside the paper's, and says what still differs (`--full`: fourteen years, five
# starts of each deep model). In its twenty quarters
# the deep model of fixed size is behind the linear ones at 26 and 30 weeks, too. Chosen anew each year it is ahead of them at
# every horizon, and near the paper's numbers far out: 0.89 and 0.92, the paper's 0.90 and 0.91. That is one start,
# and mostly one crisis: in 2015 and 2016 alone it is behind the best linear model at these two.
#
# ## 10. What breaks
#
# **A network has no unique answer.** Other starting weights, another local minimum. Section 6's nowcast of 2016Q2 by five
# seeds:

# %%
seeds = [
    DeepDynamicFactors(2, hidden=(12, 8, 4), link="tanh", factor_lags=2, draws=50, quarterly=quarterly, seed=seed).fit(
        panel
    )
    for seed in range(5)
]
[round(float(one.nowcast("GDPC1", panel, "2016Q2")["mean"].iloc[0]), 2) for one in seeds]

# %% [markdown]
# *These agree to a few hundredths.* That is no law. Section 1's world, where one code found the angle; now with the rectifier
# (`link="relu"`) in place of tanh, four seeds, *synthetic data*:

# %%
relu = {"hidden": (16, 8), "link": "relu", "symmetric": True, "draws": 50}
tries = [DeepDynamicFactors(1, seed=seed, **relu).fit(Y) for seed in range(4)]
codes = {f"seed {seed}, loss {one.loss_path[-1]:.3f}": one.factors["F1"] for seed, one in enumerate(tries)}
plots.codes_against_truth(angle, codes, "true angle, synthetic")

# %%
ranks = pd.DataFrame({name: code.to_numpy() for name, code in codes.items()}).corrwith(
    pd.Series(angle), method="spearman"
)
ranks.abs().round(2)

# %% [markdown]
# *Seed 2 has found another code:* it cuts the arc near −1 and orders the pieces anew. Its loss is no larger than that of seed 3,
# so it fits as well; read as an estimate of the angle it is useless. *See it*: refit with other seeds, and compare the factors,
# not only the losses. *Do*: report the spread over seeds. The linear model has one answer (but for signs and rotation).
#
# **A series that is not there.** Vintages change: series are renamed or end. A model that meets a strange column refuses it by
# name, and never drops it silently:

# %%
try:
    linear.nowcast("GDPC1", later.rename(columns={"PAYEMS": "PAYEMS2"}))
except ValueError as error:
    print(error)

# %% [markdown]
# **The wrong month.** A quarter's value belongs into its last month. Put it into the first one and the model compares it with
# months that it does not contain. The library cannot know; it takes for quarterly what stands in March, June, September and
# December.
#
# ## 11. What this does not show
#
# - Pseudo real time is not real time. Hidden lags are the same each month, and values are revised ones.
# - The bands take parameters as known, and errors as normal. In 2008Q4 growth lay below the band (section 8).
# - The paper chooses each year among many more models than section 9's six, and also how many lags of the data the encoder
#   sees; ours sees none.
# - A nonlinear decoder (section 2) has no linear state space: the library filters it with an extended Kalman smoother, and
#   news are not defined for it.
#
# ## Recap
#
# 1. Principal components are a linear autoencoder; hidden layers bend it.
# 2. Depth helps where few causes act along a curve, *if the decoder may bend, too*. Centre before you compare.
# 3. A deep dynamic factor model ends as lesson 1's state space: filter, forecast, news work as before.
# 4. Quarterly growth is a weighted sum of five months; GDP is one more row of Z.
# 5. A nowcast moves by weight × surprise, jointly weighted, and the impacts add up exactly.
#
# ## Exercises
#
# **4.1 (warm-up).** Monthly growth was, newest month first, 0.1, 0.2, 0.3, 0.2, 0.1 per cent. What is quarterly growth, by
# the weights of section 5? And if each month grew by 0.2? (A list of two numbers.)

# %% tags=["solution", "4.1"]
answers = [1.9 / 3, 0.6]  # blank

# %%
tvplab.check("4.1", answers)

# %% [markdown]
# **4.2.** Write a function that splits the change of an estimate into impacts: given the covariance matrix C of the releases,
# their covariances c with the target (both given what was known), the values expected and the values that came.


# %% tags=["solution", "4.2"]
def impacts(C, c, expected, came):  # blank
    """Impact of each release: joint weight × surprise."""
    return np.linalg.solve(C, c) * (came - expected)


# %%
tvplab.check("4.2", impacts)

# %% [markdown]
# **4.3.** Fit the linear model of section 6 with **one** factor to the panel of 29 June 2016. Which *series* moved its nowcast
# of 2016Q3 most in July, releases and revisions together, and by how much (in percentage points)? Give a pair (name, number).

# %% tags=["solution", "4.3"]
one_factor = MixedFrequencyFactors(n_factors=1, quarterly=quarterly).fit(panel)
totals = one_factor.news(panel, later, "GDPC1", "2016Q3").by_series["total"]
most = (totals.index[0], totals.iloc[0])  # blank

# %%
tvplab.check("4.3", most)

# %% [markdown]
# **4.4 (small project).** How much of a raw trace R² is the mean? For the worlds `dgp.simulate_deep_factors(T=200, N=10, r=1,
# rho=0.9, seed=s)`, s = 0 to 9, take three principal components of the standardised panel. Give a dict with the mean raw
# trace R² of the components ("plain"), of the components and a column of ones ("ones"), and the mean centred one ("centred").
# Then compare with Table 2 of the paper: 0.64 for the linear model and 0.945 for the deep one (10 series, T = 200, ρ = 0.9).


# %% tags=["solution", "4.4"]
def mean_scores():  # blank
    """Mean over ten worlds of trace R²: raw, raw with ones, centred."""
    scores = []
    for seed in range(10):
        w = dgp.simulate_deep_factors(T=200, N=10, r=1, rho=0.9, seed=seed)
        F = principal_components((w.y - w.y.mean()) / w.y.std(), 3).factors
        plain, ones = trace_r2(w.factor_set, F), trace_r2(w.factor_set, F.assign(one=1.0))
        scores.append((plain, ones, trace_r2(w.factor_set, F, centred=True)))
    return dict(zip(("plain", "ones", "centred"), np.mean(scores, axis=0), strict=True))


r2_means = mean_scores()

# %%
tvplab.check("4.4", r2_means)

# %% [markdown]
# **Next:** [the map of lessons](00_start_here.ipynb). Code of this lesson: [`deep_dfm.py`](../tvplab/deep_dfm.py),
# [`deep_dfm_states.py`](../tvplab/deep_dfm_states.py), [`nowcasting.py`](../tvplab/nowcasting.py),
# [`nowcast_news.py`](../tvplab/nowcast_news.py), [`nowcast_factors.py`](../tvplab/nowcast_factors.py),
# [`explore/nowcast.py`](../tvplab/explore/nowcast.py).
