# Everything a person does to this tree, by name. `make` alone lists them. Paths are relative: the tree may stand anywhere.
SHELL := /bin/sh
PORT ?= 8000
WORKERS ?= 2
PY := .venv/bin/python
FAST := $(addprefix tests/,shape kernel domain messages contract demo interfaces/web journeys)
PYTEST := $(PY) -m pytest -p no:cacheprovider

.DEFAULT_GOAL := help
.PHONY: help up install install-dev lint format test test-fast test-long shape lighthouse bench-pages bench-import bench-orders adversary simulate torture mutants interleavings check lock clean

help:  ## this list
	@echo "Fairday: make TARGET"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)$$/  \1|\2/p' Makefile | awk -F'|' '{ printf "  %-14s %s\n", $$1, $$2 }'

up:  ## install what is missing and open the store at http://127.0.0.1:8000 (PORT=)
	@tools/install run
	@.venv/bin/fairday up --port $(PORT)

install:  ## .venv with what the store runs on
	@tools/install run

install-dev:  ## the same, with tests and linters
	@tools/install dev

lint: install-dev  ## ruff, format, types, floors, shape
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PYTEST) -q tests/shape

format: install-dev  ## let ruff mend what it can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

test: install-dev  ## everything that fits in 20 minutes
	@tools/machine chromium nginx wrk postgresql mariadb
	$(MAKE) --no-print-directory lint
	$(PYTEST) -n $(WORKERS) --dist loadfile -m "not long" --ignore tests/shape tests

test-fast: install-dev  ## units, contracts, whole orders and shape: under a minute
	$(PYTEST) -q -n $(WORKERS) -m "not long and not browser and not store and not dataset" $(FAST)

test-long: install-dev  ## the rest: 50 minutes at most
	@tools/machine chromium nginx wrk postgresql mariadb
	$(PYTEST) -n $(WORKERS) --dist loadfile -m long tests
	$(MAKE) --no-print-directory lighthouse

shape: install-dev  ## the code base tests itself
	$(PYTEST) -q tests/shape

lighthouse: install-dev  ## five pages at 95/100/100/100 (needs Node.js)
	@tools/machine chromium
	@$(PY) -m tools.web.lighthouse

bench-pages: install-dev  ## CPU and latency of six pages, beside a static file from nginx
	@tools/machine nginx wrk
	@$(PY) -m benchmarks.pages

bench-import: install-dev  ## the 19,406 products with their index, in products a second
	@$(PY) -m benchmarks.import_products

simulate: install-dev  ## SEEDS=10000 simulated days of a shop, or one with its trace: SEED=123
	@$(PY) -m tests.simulation.simulate $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),10000)) --workers $(WORKERS)

bench-orders: install-dev  ## whole orders a second on three engines, beside pgbench; QUICK=1 takes two minutes
	@tools/machine postgresql mariadb
	@$(PY) -m benchmarks.orders $(if $(QUICK),--quick)

adversary: install-dev  ## double clicks, last units and the like, all at once, on a store of its own
	@$(PY) -m benchmarks.adversary benchmarks.adversary.fairday:store

torture: install-dev  ## KILLS=200 kills of a store under load; ENGINE=postgresql or mysql, SEED=
	@$(PY) -m tests.torture.torture --kills $(or $(KILLS),200) --seed $(or $(SEED),1) --engine $(or $(ENGINE),sqlite)

mutants: install-dev  ## take each guard away on purpose; a test must notice (JSON=file, ONLY=guard)
	@$(PY) -m tests.mutants.mutate $(if $(JSON),--json $(JSON)) $(if $(ONLY),--only "$(ONLY)")

interleavings: install-dev  ## every order of the steps of two transactions, on PostgreSQL and MariaDB (most of an hour)
	@tools/machine postgresql mariadb
	FAIRDAY_ALL_ORDERS=1 $(PYTEST) -n $(WORKERS) --dist load -m long tests/interleavings/test_races.py

check: install  ## what must never be false about the stored shop
	@.venv/bin/fairday check

lock: install-dev  ## make the locks anew after a change of pyproject.toml or requirements/*.in
	@tools/lock

clean:  ## take away what tools left (never var/, the shop's own state)
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist src/*.egg-info
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
