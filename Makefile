# tvplab: `make lab` to learn, `make test` to check. Both need only Python 3.11+ and make.

PYTHON ?= python3
VENV ?= .venv
TORCH ?= auto
PORT ?= 8888
LAB_FLAGS ?=
JOBS ?= 2
REPLICATE_FLAGS ?=
PYTEST_FLAGS ?= -n $(JOBS) --dist loadfile --no-loadscope-reorder
PY = $(VENV)/bin/python
# What looks after the environment: the Python named above, or the environment's own once that is whole.
KEEPER = $(shell grep -qs '"state": "done"' "$(VENV)/tvplab-install.json" && test -x "$(PY)" && echo "$(PY)" || echo $(PYTHON))

# One BLAS thread: small problems run faster, and sliders stay smooth on a busy machine.
export OPENBLAS_NUM_THREADS ?= 1
# Data sets that are too large to bundle, where this checkout has them beside it.
ifneq ($(wildcard ../shared/data),)
export TVPLAB_DATA ?= $(abspath ../shared/data)
endif

.DEFAULT_GOAL := help
.PHONY: help env lab test lint notebooks replicate bench lock clean

help:       ## list these targets
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20
	@echo "Options: PYTHON VENV TORCH=auto|cpu|gpu|none PORT BROWSER=no LAB_FLAGS PYTEST_FLAGS JOBS REPLICATE_FLAGS=--full TVPLAB_MODE=quick|full"

env:        ## create or update the environment in .venv (the targets below do it by themselves)
	@command -v $(KEEPER) >/dev/null || { echo "No '$(PYTHON)' here: install Python 3.11 or newer."; exit 1; }
	@$(KEEPER) .ci/bootstrap.py --venv "$(VENV)" --torch $(TORCH)

lab: env    ## open JupyterLab on notebooks/00_start_here.ipynb
	@$(PY) .ci/open_lab.py --port $(PORT) $(LAB_FLAGS)

test: lint  ## everything CI runs: lint, tests, notebooks in quick mode
	$(PY) -m pytest $(PYTEST_FLAGS)
	$(PY) notebooks/build.py --check

lint: env   ## style (ruff) and layers (import-linter)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports

notebooks: env ## rebuild and execute the notebooks from notebooks/lessons
	$(PY) notebooks/build.py

replicate: env ## compute the papers' tables again (quick) and write REPLICATION.md; resumes where it stopped
	$(PY) -m tvplab replicate all --jobs $(JOBS) --ledger REPLICATION.md $(REPLICATE_FLAGS)

bench: env  ## measure speed side by side
	$(PY) benchmarks/run.py

lock: env   ## write constraints.txt from what is installed now
	$(PY) -m pip install --quiet -c constraints.txt uv
	$(PY) .ci/lock.py > constraints.new && mv constraints.new constraints.txt

clean:      ## remove .venv and caches
	rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
