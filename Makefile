# From an event log to a rollout recommendation. `make help` lists the targets.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := help

PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
RUN     := $(BIN)/python -m helpers
# a file stays on one worker, so what its tests share is built once; in the order of the tree, the long ones come first
PYTEST  := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
BUNDLED := cart_checkout checkout_redesign music_recommendations
STUDY   ?= studies/cart_checkout.yml
ASKED   := $(basename $(notdir $(STUDY)))
READY   := $(VENV)/ready
PLAN    := $(wildcard studies/tracking_plans/*.yml)
DBT     := $(shell find warehouse -name '*.sql' -o -name '*.yml' | grep -v -e /target/ -e /logs/)
QUERIES := $(wildcard docs/queries/*.sql)
BOOKS   := $(sort $(basename $(notdir $(wildcard notebooks/0[1-7]*.ipynb))))
# a programme and its notebooks: what stands around single experiments
YEAR    := $(basename $(notdir $(wildcard programmes/shop_year.yml)))
BEYOND  := $(sort $(basename $(notdir $(wildcard notebooks/0[89]*.ipynb notebooks/1*.ipynb))))
SITE    := $(shell find docs/site -type f -not -name '*.mjs') $(wildcard docs/*.md docs/studies/*.md docs/calibration.json) \
           $(wildcard docs/templates/index.md.j2 docs/templates/calibration.md.j2 docs/templates/si[nt]*.j2)
# what the site waits for: the bundled studies and the write-up, or the study asked for; it shows every report that is there
WANTED  ?= $(MAKECMDGOALS)
WHOLE   := $(filter all site test bench reports/index.html,$(WANTED))
SHOWN   := $(if $(WHOLE),$(BUNDLED) $(YEAR),$(ASKED))
FIRST   := $(if $(WHOLE),reports/.docs reports/$(firstword $(BUNDLED))/warehouse/index.html)
# pages that are whole in themselves; the site links them
STANDALONE := $(if $(WHOLE),reports/simulator.html reports/diagrams.html)

# as many jobs as cores, unless the caller says how many
ifeq ($(filter-out 0,$(MAKELEVEL))$(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
MAKEFLAGS += --no-builtin-rules --no-print-directory

export PYTHONHASHSEED := 0
unexport PYTHONDONTWRITEBYTECODE  # compiled modules halve the start of every step
export JUPYTER_PLATFORM_DIRS := 1

.PHONY: help all study new-study site test test-fast test-fuzz test-crash lint format bench calibration golden dbt-docs schema log-decision own-data lock serve live clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

all: reports/index.html ## set up, build the bundled studies, the write-up and the site, say what they recommend
	@cat $(BUNDLED:%=reports/%/summary.txt) $(YEAR:%=reports/%/summary.txt)

study: reports/index.html ## build one study: make study STUDY=studies/rees46.yml
	@cat reports/$(ASKED)/summary.txt

site: reports/index.html ## the report site: every study, the write-up, calibration, search
	@echo "Open reports/index.html, or: make serve"

# --- set-up: a virtual environment from the lock, and a browser for static pictures ----------------------------------

$(READY): requirements.lock pyproject.toml scripts/install.sh scripts/browser.sh
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
ifneq ($(BUILD_LOCK),$(CURDIR))
	+@PYTHONPATH=src $(PYTHON) -m helpers.pipeline.lock $(MAKE) -s $@
else
	@echo "  set-up: Python packages into $(VENV) (once, a minute or two)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@bash scripts/install.sh $(BIN)/python
	@bash scripts/browser.sh
	@touch $@
endif

# --- one run at a time: what is built is built by a make that holds the lock of this tree, see helpers.pipeline.lock ---

ifneq ($(BUILD_LOCK),$(CURDIR))
.PHONY: always
always:
reports/% data/%: always | $(READY)
	+@WANTED='$(WANTED)' $(BIN)/python -m helpers.pipeline.lock $(MAKE) -s -o $(READY) $@
else

# --- one study ------------------------------------------------------------------------------------------------------
# Every step writes aside and renames, so its target is whole or absent; data/NAME/rules.mk, made from the code, adds
# the modules that each step depends on and the steps that a notebook reads.

define study_rules
data/$(1)/raw/done: studies/$(1).yml $(PLAN) | $(READY)
	@$(RUN) log studies/$(1).yml

data/$(1)/warehouse.duckdb: data/$(1)/raw/done studies/$(1).yml $(PLAN) $(DBT) | $(READY)
	@$(RUN) marts studies/$(1).yml

data/$(1)/resalted.parquet: data/$(1)/warehouse.duckdb docs/queries/resalted_assignments.sql | $(READY)
	@$(RUN) resalt studies/$(1).yml

$(foreach b,$(BOOKS),$(call notebook_rule,$(1),$(b)))

reports/$(1)/results.json: $(BOOKS:%=reports/$(1)/notebooks/%.ipynb) | $(READY)
	@$(RUN) report studies/$(1).yml

reports/$(1)/warehouse/index.html: data/$(1)/warehouse.duckdb | $(READY)
	@$(RUN) dbt-docs studies/$(1).yml

$(call rules_rule,$(1))
endef

define programme_rules
data/$(1)/raw/done: programmes/$(1).yml | $(READY)
	@$(RUN) year programmes/$(1).yml

$(foreach b,$(BEYOND),$(call beyond_rule,$(1),$(b)))

reports/$(1)/results.json: $(BEYOND:%=reports/$(1)/notebooks/%.ipynb) | $(READY)
	@$(RUN) report programmes/$(1).yml

$(call rules_rule,$(1))
endef

define beyond_rule
reports/$(1)/notebooks/$(2).ipynb: notebooks/$(2).ipynb data/$(1)/raw/done $(QUERIES) | $(READY)
	@$(RUN) notebook programmes/$(1).yml $(2)

endef

define rules_rule
data/$(1)/rules.mk: $(shell find src/helpers -name '*.py') $(wildcard notebooks/*.ipynb)
	@PYTHONPATH=src $(PYTHON) -m helpers.pipeline.dependencies $(1)
endef

define notebook_rule
reports/$(1)/notebooks/$(2).ipynb: notebooks/$(2).ipynb data/$(1)/warehouse.duckdb $(QUERIES) | $(READY)
	@$(RUN) notebook studies/$(1).yml $(2)

endef

ALL_STUDIES := $(sort $(BUNDLED) $(ASKED))
$(foreach s,$(filter-out $(YEAR),$(ALL_STUDIES)),$(eval $(call study_rules,$(s))))
$(foreach p,$(YEAR),$(eval $(call programme_rules,$(p))))

ifneq ($(filter reports/% data/%,$(MAKECMDGOALS)),)
-include $(addsuffix /rules.mk,$(addprefix data/,$(sort $(ALL_STUDIES) $(YEAR))))
endif

reports/.docs: $(BUNDLED:%=reports/%/results.json) $(wildcard docs/templates/*.j2 docs/templates/studies/*.j2) $(PLAN) docs/own-data.json $(shell find src/helpers docs/templates/own_data -name '*.py' -o -name '*.yml') | $(READY)
	@$(RUN) docs
	@touch $@

reports/simulator.html: $(BUNDLED:%=reports/%/results.json) $(wildcard docs/site/simulator/* src/helpers/experiment/whatif/*.py src/helpers/site/whatif_page.py src/helpers/site/bundle.py) | $(READY)
	@$(RUN) simulator >/dev/null

reports/diagrams.html: $(BUNDLED:%=reports/%/results.json) $(wildcard docs/site/diagrams/* docs/templates/diagrams.html.j2 src/helpers/site/diagrams/*.py src/helpers/site/bundle.py) | $(READY)
	@$(RUN) diagrams >/dev/null

reports/index.html: $(SHOWN:%=reports/%/results.json) $(FIRST) $(STANDALONE) $(SITE) | $(READY)
	@$(RUN) site

endif

new-study: $(READY) ## look at a file and propose a study: make new-study DATA=file.csv ARGS='--name my_test --force'
	@$(if $(DATA),,echo "say which file: make new-study DATA=file.csv" >&2; exit 2;) $(RUN) new-study '$(subst ','\'',$(DATA))' $(ARGS)

# --- care -----------------------------------------------------------------------------------------------------------

test: reports/index.html lint ## the whole test suite, on reports that are built first
	@$(PYTEST) --cov=helpers.stats --cov-branch --cov-fail-under=98 --cov-report=

test-fuzz: $(READY) ## thousands of odd tables and study files: make test-fuzz TRIES=2500
	@FUZZ=$(or $(TRIES),2500) $(PYTEST) --dist worksteal tests/fuzz

test-crash: $(READY) ## kill a small build at 50 random moments, mend it each time: make test-crash KILLS=50 SEED=1
	@$(PYTEST) -m sweep tests/safety
	@$(BIN)/python -m tests.safety.crash $(KILLS) $(SEED)
	@$(BIN)/python -m tests.safety.sameness

test-fast: $(READY) ## the tests that need no built report
	@$(PYTEST) -m "not slow and not sweep" -x

lint: $(READY) ## every hook of .pre-commit-config.yaml: style, types, layers, notebooks, SQL, drift, the workflow
	@PATH="$(CURDIR)/$(BIN):$$PATH" PRE_COMMIT_HOME=$(VENV)/pre-commit pre-commit run --all-files --color never

format: $(READY) ## mend the style
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: $(READY) ## speed, side by side in one run
	@$(BIN)/python -m benchmarks

calibration: $(READY) ## error rates, coverage and power of every method by simulation, the long version
	@$(RUN) calibration

golden: $(READY) ## recompute reference numbers: make golden GOLDEN=file.json
	@$(RUN) golden $(GOLDEN)

dbt-docs: reports/$(ASKED)/warehouse/index.html ## the warehouse's documentation with lineage, one page
	@echo "Open $<"

schema: $(READY) ## JSON Schema of study files, for editors
	@$(RUN) schema

log-decision: $(READY) ## log a decision: make log-decision STUDY=... ARGS='--decision GO --by product --reason "..."'
	@$(RUN) log-decision $(STUDY) $(ARGS)

own-data: $(READY) ## run the worked example of docs/own-data.md anew, and record what it says
	@$(RUN) own-data

lock: $(READY) ## resolve the newest versions into requirements.lock
	@bash scripts/lock.sh

serve: reports/index.html ## the site on http://127.0.0.1:8000, this machine only
	@$(RUN) serve

live: $(READY) ## a running experiment replayed in the terminal, a day a minute: make live ARGS='--speed 0'
	@$(RUN) live programmes/$(YEAR).yml $(ARGS)

clean: ## remove everything generated, but not the environment
	@find data -mindepth 1 -maxdepth 1 \( -type d -o -type l \) -exec rm -rf {} +  # of a link the link, not what it leads to
	@rm -rf reports figures/assets figures/*/*.html
