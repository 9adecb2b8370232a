# From an event log to a rollout recommendation. `make help` lists the targets.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
RUN     := $(BIN)/python -m helpers
# a file stays on one worker, so what its tests share is built once; in the order of the tree, the long ones come first
PYTEST  := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
STUDY   ?= studies/cart_checkout.yml
ASKED   := $(basename $(notdir $(STUDY)))
READY   := $(VENV)/ready
# make -j4 builds four steps at a time; without it as many as there are cores, and never more than two
JOBS     = $(patsubst -j%,--jobs %,$(filter-out -j,$(filter -j%,$(MAKEFLAGS))))
BUILD    = $(RUN) build $(JOBS)

MAKEFLAGS += --no-builtin-rules --no-print-directory

export PYTHONHASHSEED := 0
unexport PYTHONDONTWRITEBYTECODE  # compiled modules halve the start of every step
export JUPYTER_PLATFORM_DIRS := 1

.PHONY: help setup all study new-study site test test-fast test-fuzz test-crash lint format bench calibration gauntlet golden dbt-docs schema register log-decision own-data lock same serve live clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## install the environment, build nothing
	@echo "Ready: . $(BIN)/activate, then: helpers --help"

all: $(READY) ## set up, build the bundled studies, the write-up and the site, say what they recommend
	@$(BUILD) all
	@echo "Open reports/index.html, or: make serve"

study: $(READY) ## build one study: make study STUDY=studies/rees46.yml
	@$(RUN) run $(JOBS) $(STUDY)

site: $(READY) ## the report site: every study, the write-up, calibration, search
	@$(BUILD) site
	@echo "Open reports/index.html, or: make serve"

# --- what a build makes, by the name of the file; which steps that takes and which are out of date says
# --- src/helpers/pipeline/graph.py, and python -m helpers build --explain FILE tells it

.PHONY: always
reports/% data/%: always | $(READY)
	@$(BUILD) $@

# --- set-up: a virtual environment from the lock, and a browser for static pictures; again when what it is made of has
# --- another content than it had then ------------------------------------------------------------------------------

SUM := $(shell cat requirements.lock pyproject.toml scripts/install.sh scripts/browser.sh | cksum)
ifneq ($(SUM),$(shell cat $(READY) 2>/dev/null))
.PHONY: outdated
$(READY): outdated
endif

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
ifneq ($(BUILD_LOCK),$(CURDIR))
	+@PYTHONPATH=src $(PYTHON) -m helpers.pipeline.lock $(MAKE) -s $@
else
	@rm -f $@  # until all is in, nothing is ready
	@echo "  set-up: Python packages into $(VENV) (once, a minute or two)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@bash scripts/install.sh $(BIN)/python
	@bash scripts/browser.sh
	@echo "$(SUM)" > $@
endif

new-study: $(READY) ## look at a file and propose a study: make new-study DATA=file.csv ARGS='--name my_test --force'
	@$(if $(DATA),,echo "say which file: make new-study DATA=file.csv" >&2; exit 2;) $(RUN) new-study '$(subst ','\'',$(DATA))' $(ARGS)

# --- care -----------------------------------------------------------------------------------------------------------

# two at a time: a build leaves a core idle now and then, and so do the hooks
test: $(READY) ## the whole test suite, on reports that are built first
	@$(MAKE) -o $(READY) -j2 built measured
	@$(MAKE) -o $(READY) -j2 lint suite

.PHONY: built measured suite
built: $(READY)
	@$(BUILD) all

# what traces the lines of the statistics slows every other test by a third, so that it runs for their own tests alone
MEASURED = tests/stats src/helpers/stats
measured: $(READY)
	@$(PYTEST) --cov=helpers.stats --cov-branch --cov-fail-under=98 --cov-report= $(MEASURED)

suite: $(READY)
	@MAKEFLAGS= $(PYTEST) $(addprefix --ignore=,$(MEASURED))  # what a test makes takes none of these jobs

test-fuzz: $(READY) ## thousands of generated files, read apart by an oracle; every property on other examples: make test-fuzz TRIES=2500
	@FUZZ=$(or $(TRIES),2500) $(PYTEST) --dist worksteal tests/fuzz tests/ingest/new_study/test_plain_files.py
	@FUZZ=1 $(PYTEST) -m hypothesis --ignore tests/fuzz
	@$(PYTEST) -m sweep tests/notebooks

test-crash: $(READY) ## kill a small build at 50 random moments, mend it each time: make test-crash KILLS=50 SEED=1
	@$(PYTEST) -m sweep tests/safety
	@$(BIN)/python -m tests.safety.crash $(KILLS) $(SEED)
	@$(BIN)/python -m tests.safety.sameness

test-fast: $(READY) ## the tests that need no built report
	@$(PYTEST) --dist worksteal -m "not slow and not sweep" -x

lint: $(READY) ## every hook of .pre-commit-config.yaml: style, types, layers, notebooks, SQL, drift, the workflow
	@export PATH="$(CURDIR)/$(BIN):$$PATH"; \
	bash scripts/lint_sql.sh >/dev/null 2>&1 & \
	PRE_COMMIT_HOME=$(VENV)/pre-commit pre-commit run --all-files --color never  # beside mypy, so that its hook remembers

format: $(READY) ## mend the style
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: $(READY) ## speed, side by side in one run
	@$(BIN)/python -m benchmarks

same: $(READY) ## compare every result with that of another commit, byte for byte: make same BASE=main
	@$(if $(BASE),,echo "say with which commit: make same BASE=main" >&2; exit 2;) $(BIN)/python scripts/same.py '$(BASE)'

calibration: $(READY) ## error rates, coverage and power of every method by simulation, the long version
	@$(RUN) calibration
	@$(PYTEST) -m sweep tests/programme

gauntlet: $(READY) ## planted experiments against verdicts written by hand, a dozen through the whole pipeline; the simulator at 10,000 inputs
	@$(BIN)/python -m tests.gauntlet
	@$(PYTEST) -m sweep tests/gauntlet
	@$(PYTEST) -m sweep tests/experiment

golden: $(READY) ## recompute reference numbers: make golden GOLDEN=file.json
	@$(RUN) golden $(GOLDEN)

dbt-docs: $(READY) ## the warehouse's documentation with lineage, one page
	@$(BUILD) reports/$(ASKED)/warehouse/index.html
	@echo "Open reports/$(ASKED)/warehouse/index.html"

schema: $(READY) ## JSON Schema of study files, for editors
	@$(RUN) schema

register: $(READY) ## write a study's rule down before its outcome is read: make register STUDY=...
	@$(RUN) register $(STUDY)

log-decision: $(READY) ## log a decision: make log-decision STUDY=... ARGS='--decision GO --by product --reason "..."'
	@$(RUN) decide $(STUDY) $(ARGS)

own-data: $(READY) ## run the worked example of docs/own-data.md anew, and record what it says
	@$(RUN) own-data
	@$(PYTEST) -m sweep tests/docs

lock: $(READY) ## resolve the newest versions into requirements.lock
	@bash scripts/lock.sh

serve: $(READY) ## the site on http://127.0.0.1:8000, this machine only
	@$(RUN) run $(JOBS) $(STUDY) >/dev/null || [ $$? -eq 3 ]  # a report without one of its parts is shown too
	@$(RUN) serve

live: $(READY) ## a running experiment replayed in the terminal, a day a minute: make live ARGS='--speed 0'
	@$(RUN) live programmes/shop_year.yml $(ARGS)

clean: ## remove everything generated, but not the environment nor your own data
	@bash scripts/clean.sh
