# Everything is made in .venv/ and var/; `make clean-venv` starts over. Needs Python 3.11+ and make.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
SERVE ?= 1
# Where torch comes from, e.g. TORCH_INDEX=https://download.pytorch.org/whl/cpu; empty: pip's own index.
TORCH_INDEX ?=
WORKERS ?= 2
export DJANGO_SETTINGS_MODULE ?= config.settings.dev
# Tests run beside each other, one thread each.
PYTEST := OMP_NUM_THREADS=1 DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -q -rs

.PHONY: help setup demo run test test-all lint types fmt check clean-venv

help:  ## what there is to make
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 20

$(VENV)/.torch: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Parley needs Python 3.11 or newer, and found " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo "Setting up, once: a virtual environment in $(VENV), then torch (about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check $$(grep -E '^torch==' constraints.txt) -c constraints.txt $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	@touch $@

$(VENV)/.train: $(VENV)/.torch pyproject.toml constraints.txt
	@echo "Setting up, once: Django, transformers and the rest (about two minutes) ..."
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[llm,train]'
	@touch $@

$(VENV)/.dev: $(VENV)/.train
	@echo "Setting up, once: what tests and linters need (about a minute) ..."
	@$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[llm,train,dev]'
	@touch $@

setup: $(VENV)/.train  ## set up the environment, and nothing else

demo: $(VENV)/.train  ## the whole way on bundled data: corpora, models, responses, a study, a report; then serve it
	@$(BIN)/python manage.py demo --host $(HOST) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

run: $(VENV)/.train  ## serve what is there (HOST, PORT)
	@$(BIN)/python manage.py serve --host $(HOST) --port $(PORT)

test: $(VENV)/.dev  ## the default tests, about ten minutes
	@$(PYTEST)

test-all: $(VENV)/.dev  ## those and the slow ones
	@$(PYTEST) -m 'slow or not slow'

# No cache: one that went stale has hidden an error before.
lint: $(VENV)/.dev  ## style, layers, templates, missing migrations
	@$(BIN)/ruff check --no-cache . && $(BIN)/ruff format --no-cache --check .
	@$(BIN)/lint-imports
	@$(BIN)/djlint --check --lint --quiet templates
	@DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py makemigrations --check --dry-run

types: $(VENV)/.dev  ## mypy, strict
	@$(BIN)/mypy

fmt: $(VENV)/.dev  ## put the style right
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIN)/djlint --reformat --quiet templates

check: lint types test  ## all that must pass before a commit

clean-venv:  ## forget the virtual environment
	rm -rf $(VENV)
