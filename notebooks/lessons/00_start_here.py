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
# # Start here
#
# Economies change, and models with fixed numbers in them do not. This kit is about models whose parameters move: you
# read an equation, you read the few lines of code that *are* that equation, you drag a slider, and the model is estimated
# again while you look, first where the truth is known and then on real data.
#
# **How to use a notebook**: run a cell with <kbd>Shift</kbd>+<kbd>Enter</kbd>, or everything with *Run → Run All Cells*.
# Nothing you do here can break anything. Opened by `make lab`, a notebook is saved only when you save it. *File → Reload
# Notebook from Disk* brings back what was saved last; `git checkout notebooks/`, in a terminal, brings back the original.

# %%
import tvplab

tvplab.banner()

# %% [markdown]
# ## Two minutes with one slider
#
# A regression with one regressor, whose coefficient swings like a cosine, and a constant, which may move too. The data are
# **synthetic**, so that the truth can be drawn: it is the dashed line. The blue line is the estimate, a new coefficient in
# each of 150 periods.
#
# **Before you drag, guess**: with the slider *drift penalty λ* far to the left, what will the blue line look like? And far
# to the right?

# %%
from tvplab import explore

explore.ridge(shapes=("cosine",), T=150)

# %% [markdown]
# 1. **Drag λ** to the left, then to the right. (Or click on the handle and use the arrow keys.) On the left the line
#    explains every wiggle of the data; on the right it is a horizontal line, ordinary least squares.
# 2. **Look at the number** *MAE against the truth*: the mean distance between blue and dashed. Find its smallest value.
# 3. **Press** *show CV choice*. Nobody told cross-validation the truth, yet it stops close to your best value.
# 4. **Raise the noise.** The shocks stay the same and only grow, so that the picture deforms instead of jumping. Press the
#    button again: where does λ go?
#
# The readout says how many parameters the data effectively pay for. Lesson 2 explains every word of it.
#
# ## The lessons
#
# | | the question | the model | state |
# |---|---|---|---|
# | [1](01_marss.ipynb) | **Is inflation common to all prices, or a few noisy ones?** | dynamic factor model (MARSS), EM | **ready** |
# | [2](02_tvp_as_ridge.ipynb) | **Does inflation still follow inflation? Who decides how much a coefficient may move?** | TVP regression as ridge, 2SRR | **ready** |
# | [2b](02b_sparse_and_shared.ipynb) | **Which coefficients moved, and did they move together?** | sparse (GLRR) and reduced-rank (GRRRR) TVPs | **ready** |
# | [3](03_dynamic_sparse.ipynb) | **Which factors are alive, and when?** | dynamic sparse factors, spike-and-slab EM | **ready** |
# | [4](04_deep_dfm.ipynb) | **Where is GDP now, before it is published?** | deep dynamic factors, nowcasting | **ready** |
# | [5](05_favar_tvpvar.ipynb) | **What does a rate rise do to everything, and did that change?** | FAVAR, sparse autoencoder, TVP-VAR | **ready** |
# | [6](06_canadian_lp.ipynb) | **Did monetary policy in Canada change its reach?** | local projections with 4,656 moving parameters | **ready** |
#
# Lesson 2 needs only least squares, and is the best first lesson. Then 2b and 6 follow it; 1, 3 and 4 are about factors;
# 5 needs both.
#
# ## How the models relate
#
# Everything here is one sentence: *something unseen moves slowly, and what we see depends on it.*
#
# | what moves | how it is held back | lesson |
# |---|---|---|
# | a few factors behind many series | few of them, persistent | 1, 3, 4 |
# | the coefficients of one regression | a price λ on each step | 2 |
# | some of them, or all for a few reasons | a price on setting out; few factors | 2b |
# | the loadings, which can also vanish | spike (zero) or slab (moving) | 3 |
# | the coefficients of a system, and its volatility | a prior on the size of steps | 5 |
# | the response at every horizon | λ, for each horizon | 6 |
#
# Every model has a limit in which it is an older friend: λ → ∞ is least squares, no movement is the static factor model,
# no hidden layer is principal components. Each lesson goes there and checks.
#
# ## Notation
#
# | symbol | name | in code | where it moves |
# |---|---|---|---|
# | $y_t$, $X_t$ | what is explained, and by what | `y`, `X` | data, period $t$ |
# | $\beta_t$ | coefficients | `beta` | every period |
# | $u_t$, $\sigma_u^2$ | a period's drift, its variance | `sigma_u2` | by coefficient |
# | $\epsilon_t$, $\sigma_\epsilon^2$ | error, its variance | `sigma2` | by period, in two steps |
# | $\lambda$ | drift penalty, $\sigma_\epsilon^2/\sigma_u^2$ (in lesson 1 $\lambda_i$ are loadings) | `lam` | never: one number |
# | $\lambda_0$ | penalty on the first period's coefficients | `lam0` | never |
# | $B_t$, $f_t$ | loadings, factors (lesson 1: $Z$, $x_t$; its $B$ moves the factors) | `loadings`, `factors` | every period |
# | $\gamma_t$ | whether a loading is in the slab | `inclusion` | every period |
# | $T$, $K$, $N$, $r$ | periods, regressors, series, factors | `T`, `K`, `N`, `r` | |
#
# With a paper at hand: [EQUATIONS.md](../EQUATIONS.md) leads from each of its equations to the function and the lesson.
#
# ## Words
#
# - **loading**: from factor to series; **coefficient**: from regressor to $y$.
# - **filtered**: knows the past; **smoothed**: knows the whole sample.
# - **period**: one row of dates; **horizon** $h$: periods ahead; **vintage**: the data as known on a date.
# - **shock**: structural, has a name; **innovation**: the surprise in a reduced form.
# - **active factor**: at a date, one on which at least two series load; **draw**: one set of parameters from a posterior.
# - **nowcast**: an estimate of a number that is not published yet; **news**: a release less what the model expected of it.
# - **effective parameters**: the trace of the hat matrix, what the data really pay for.
# - **band**: where the coefficient lies with 90 % probability, *given* λ and the model.
#
# ## The data that are here
#
# All real. What is bundled is here, offline; the rest comes with the command beside it, in a terminal.

# %%
for each in tvplab.data.catalog().itertuples():
    command = f".venv/bin/python -m tvplab data fetch {each.name}" if each.get == "fetch" else each.get
    print(f"{each.name}: {each.title}\n    {command}")

# %% [markdown]
# Now open [**lesson 2**](02_tvp_as_ridge.ipynb).
