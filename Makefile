# Everything from a fresh clone: `make run` cleans the sample articles, `make test` tests; each first installs what it needs.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --require-hashes --no-deps
QUIET := | awk '!/already satisfied|^Ignoring |^Looking in links/ { print; fflush() }'
FAILED := echo "make: the packages could not be installed: see the lines above, check network and disk (1 GB), then try again" >&2
LOCK = .cache/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
# What PyTorch for Linux asks for (it comes with CUDA from PyPI) and does without where there is no GPU: 1.3 GB.
UNUSED := $(foreach p,triton nvidia-cusolver nvidia-nvtx cuda-bindings cuda-pathfinder,--no-emit-package $(p))

.PHONY: help run setup test test-torch lint bench screenshots docs lock

help: ## say what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 17

run: setup ## set up, then clean seeds/*.txt into out/
	@mkdir -p out
	@$(BIN)/cleaner clean seeds/*.txt -o out/ --report out/report.jsonl; code=$$?; [ $$code -le 1 ] || exit $$code
	@echo "Cleaned texts and report.jsonl are in out/. What is doubtful waits for you: $(BIN)/cleaner review --web"

setup: .venv/.default .venv/.languagetool ## install the tool, LanguageTool and Java, without running anything

test: .venv/.dev .venv/.languagetool ## run the tests, with branch coverage
	$(BIN)/python -m pytest --cov --cov-branch

test-torch: .cache/torch/.whole ## run rewrite models for real: PyTorch in an environment of its own (4 GB on Linux)
	.cache/torch/bin/python -m pytest tests/torch

lint: .venv/.dev ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.dev .venv/.languagetool ## measure what the gates refuse, speed and memory; with PyTorch there (test-torch), rewrite models too
	$(BIN)/python benchmarks/gates.py
	$(BIN)/python benchmarks/neural_gates.py
	$(BIN)/python benchmarks/language.py
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/quality.py
	$(BIN)/python benchmarks/sources.py
	$(BIN)/python benchmarks/review.py
	$(BIN)/python benchmarks/review_queue.py
	$(if $(wildcard .cache/torch/.whole),.cache/torch/bin,$(BIN))/python benchmarks/backends.py

screenshots: .venv/.dev ## take the pictures in docs/review again, with Chromium
	$(BIN)/python -m pytest tests/browser/test_browser_pictures.py --screenshots

docs: .venv/.default ## write docs/rules.md again from the rules
	$(BIN)/cleaner rules --markdown > docs/rules.md.new && mv docs/rules.md.new docs/rules.md

lock: ## choose new versions for the pinned requirements
	@[ -x .cache/lock/bin/uv ] || { $(PYTHON) -m venv .cache/lock && .cache/lock/bin/python -m pip install --quiet uv; }
	$(LOCK) --upgrade pyproject.toml requirements/build.in -o requirements/default.txt
	$(LOCK) --upgrade pyproject.toml requirements/build.in --extra dev -c requirements/default.txt -o requirements/dev.txt
	$(LOCK) --upgrade pyproject.toml requirements/build.in --extra dev --extra torch --extra ct2 -c requirements/dev.txt $(UNUSED) -o requirements/torch.txt
	$(LOCK) --upgrade requirements/java.in -o cleaner/data/java.txt

.venv/.python:
	@[ -n "$(PYTHON)" ] || { echo "make: Python 3.11 or later is needed and not on the path; install it, or name one: make PYTHON=/path/to/python3" >&2; exit 2; }
	@echo "Setting up .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "make: this Python cannot make environments; on Debian or Ubuntu: apt install python3-venv" >&2; exit 2; }
	@touch $@

.venv/.default: .venv/.python requirements/default.txt pyproject.toml
	@echo "Installing the packages that requirements/default.txt pins"
	@$(INSTALL) -r requirements/default.txt $(QUIET) || { $(FAILED); exit 2; }
	@$(PIP) install --quiet --no-deps --no-build-isolation -e . || { $(FAILED); exit 2; }
	@touch $@

.venv/.dev: .venv/.default requirements/dev.txt
	@echo "Installing the development packages that requirements/dev.txt pins"
	@$(INSTALL) -r requirements/dev.txt $(QUIET) || { $(FAILED); exit 2; }
	@touch $@

# PyTorch stays out of .venv: where it is installed, spaCy loads it at every start.
.cache/torch/.whole: .venv/.dev requirements/torch.txt
	@echo "Installing PyTorch, pinned by requirements/torch.txt, into .cache/torch"
	@rm -rf .cache/torch && $(BIN)/python -m venv .cache/torch
	@echo "import site; site.addsitedir('$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')')" \
		> "$$(.cache/torch/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/default.pth"
	@$(subst $(BIN),.cache/torch/bin,$(INSTALL)) -r requirements/torch.txt $(QUIET) || { $(FAILED); exit 2; }
	@touch $@

# LanguageTool may be missing (no network, say): then the tool works with its own rules, says so, and the next make tries again.
.venv/.languagetool: .venv/.default
	@$(BIN)/cleaner doctor --install; code=$$?; [ $$code -le 1 ] || exit $$code; [ $$code -eq 1 ] || touch $@
