# Everything starts here. `make run` shows the whole way on example data; `make test` checks everything.
# A fresh machine needs Python ≥ 3.11, make, git and a package registry; the rest is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Start-up time counts: modules are byte-compiled even where the environment forbids writing byte code.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
# Networks that inspect TLS have certificates of their own; the system knows them. (The second name is uv's older one.)
export UV_SYSTEM_CERTS ?= true
export UV_NATIVE_TLS ?= true

.PHONY: help run test lint types imports check wheel bench pictures clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.runtime: pyproject.toml uv.lock scripts/bootstrap.sh
	@sh scripts/bootstrap.sh "$(PYTHON)" "$(VENV)" --no-dev
	@touch $@

$(VENV)/.complete: pyproject.toml uv.lock scripts/bootstrap.sh
	@sh scripts/test_tools.sh
	@sh scripts/bootstrap.sh "$(PYTHON)" "$(VENV)" --all-extras
	@touch $@ $(VENV)/.runtime

run: $(VENV)/.runtime ## Install and show the whole way on example data
	@$(BIN)/utblick demo

test: $(VENV)/.complete lint ## Lint, types, import rules, all tests, the wheel
	@$(MAKE) --no-print-directory --jobs=2 check types imports wheel # the tests wait often; the rest fills their pauses

lint: $(VENV)/.complete
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.complete
	$(BIN)/mypy

imports: $(VENV)/.complete
	$(BIN)/lint-imports

check: $(VENV)/.complete
	$(BIN)/python -m pytest -n 2 --dist loadfile -q

wheel: $(VENV)/.complete ## Build the wheel and try it in an empty environment
	$(BIN)/python scripts/check_wheel.py

bench: $(VENV)/.complete ## Measure what the documentation states
	$(BIN)/python -m bench

pictures: $(VENV)/.complete ## Draw the pictures of README and handbook from the example data
	$(BIN)/python scripts/draw_pictures.py

clean:
	rm -rf $(VENV) var dist
