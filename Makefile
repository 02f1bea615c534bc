# Everything that one does with a clone of Refloat. `make` alone lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo demo-clean test lint bench docs clean

PYTHON := .venv/bin/python
EXAMPLES := examples/harbour-street

help: ## list what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: ## start a small business, back it up, lose it, bring it back in isolation and prove it
	@scripts/set-up demo
	@$(EXAMPLES)/demo

demo-clean: ## remove everything that the demo made
	@$(EXAMPLES)/demo clean

test: ## install what the tests need and run them all
	@scripts/set-up test
	@$(MAKE) --no-print-directory lint
	.venv/bin/pytest -n 2 --dist loadfile

lint: ## check types, style and the layers (after `make test` has installed the tools)
	.venv/bin/ruff check --quiet .
	.venv/bin/ruff format --quiet --check .
	.venv/bin/mypy
	MYPYPATH=$(EXAMPLES) .venv/bin/mypy --config-file= --strict --ignore-missing-imports \
		$(EXAMPLES)/business.py $(EXAMPLES)/booking_app.py
	.venv/bin/lint-imports

bench: ## measure speed and memory against the same work by hand
	@scripts/set-up test
	$(PYTHON) -m benchmarks

docs: ## write the reference pages and the changelog anew
	@scripts/set-up test
	$(PYTHON) -m scripts.reference
	$(PYTHON) -m scripts.changelog

clean: demo-clean ## remove what was installed or built inside of the clone
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests examples -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf src/refloat.egg-info
