# One word for each thing to do; `make` alone shows them.
.DEFAULT_GOAL := help
.PHONY: help setup demo run test torture lint format types bench health clean constraints locales

VENV := .venv
PY := $(VENV)/bin/python
# Looked for only when it is needed: the newest Python that the pinned libraries were tried with.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
COMPILE := $(VENV)/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

help: ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

setup: $(VENV)/runtime ## install what Spyhop needs to run, into .venv

demo: $(VENV)/runtime ## a chain, a Telegram and the bot on this machine: no account, no token
	@exec $(PY) -m sandbox.demo

run: $(VENV)/runtime ## the real thing, with BOT_TOKEN from .env
	@exec $(PY) run.py

test: lint types ## everything that must hold, with servers of its own
	@$(PY) -m pytest

torture: $(VENV)/dev ## everything in its long form: kills at random, properties with many more examples
	@SPYHOP_TORTURE=1 $(PY) -m pytest -m "torture or not torture"

lint: $(VENV)/dev ## rules of style, and who may import whom
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check . || { echo "make format puts this right"; exit 1; }
	@$(VENV)/bin/lint-imports --no-logo >$(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log; exit 1; }

format: $(VENV)/dev ## put the style right where a tool can
	@$(VENV)/bin/ruff check --quiet --fix . ; $(VENV)/bin/ruff format .

types: $(VENV)/dev ## mypy, strict
	@$(VENV)/bin/mypy

locales: $(VENV)/runtime ## bring the catalogs of translations up to date with the texts in the code
	@$(PY) -m bot.locales

bench: $(VENV)/bench ## the benchmarks, beside their peers
	@set -e; for file in bench/[a-z]*.py; do \
		grep -q '__main__' $$file || continue; \
		name=$$(basename $$file .py); echo "== $$name"; $(PY) -m bench.$$name; done

health: $(VENV)/runtime ## is everything alive, and how far behind
	@exec $(PY) check_health.py

clean: ## remove what was installed and cached, never the data in var/
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# Compiled on the oldest Python that Spyhop runs on; the bench's list decides the versions and the
# others follow it, also the one with a peer of a hundred libraries (bench-defi), in which to try
# `bench.faults` with all of its peers.
constraints: $(VENV)/dev ## pin the newest versions that pyproject.toml allows (needs Python 3.11)
	@$(PY) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Pin with the oldest Python: make clean, then make constraints PYTHON=python3.11"; exit 1; }
	@$(PY) -m pip install --quiet pip-tools
	$(COMPILE) --upgrade --extra dev --extra bench --output-file constraints-bench.txt pyproject.toml
	@cp constraints-bench.txt constraints-dev.txt; cp constraints-bench.txt constraints.txt
	@cp constraints-bench.txt constraints-bench-defi.txt
	$(COMPILE) --extra dev --extra bench --extra bench-defi --output-file constraints-bench-defi.txt pyproject.toml
	$(COMPILE) --extra dev --output-file constraints-dev.txt pyproject.toml
	$(COMPILE) --output-file constraints.txt pyproject.toml

$(PY):
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Spyhop needs Python 3.11 or newer, and there is none on the PATH: install it, or name it with make PYTHON=/path/to/python3"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) >$(VENV).log 2>&1 || { tail -5 $(VENV).log; rm -rf $(VENV) $(VENV).log; \
		echo "This Python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@rm -f $(VENV).log

# Each list holds the smaller ones, so that the wider install serves the narrower purpose too.
$(VENV)/runtime: constraints.txt | $(PY)
	@$(PY) .ci/install.py constraints.txt && touch $@

$(VENV)/dev: constraints-dev.txt | $(PY)
	@$(PY) .ci/install.py constraints-dev.txt && touch $@ $(VENV)/runtime

$(VENV)/bench: constraints-bench.txt | $(PY)
	@$(PY) .ci/install.py constraints-bench.txt && touch $@ $(VENV)/dev $(VENV)/runtime
