.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
READY_DEV := .venv/ready-dev
# More than cores: tests of the running service wait for most of their time.
TEST_WORKERS ?= $(shell expr $$(nproc) + 2)

help:  ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY)  ## Start the service with its own database and the sample shop, on http://127.0.0.1:8000
	@exec $(BIN)/rapport serve --sample

install: $(READY)  ## Install what the service needs into .venv

test: $(READY_DEV)  ## Run all tests
	@# Tests start the service a hundred times: it is compiled once, whatever the environment says.
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder

check: $(READY_DEV)  ## Format, lint, types, the contract's linters and its clients, tests
	$(BIN)/ruff format --check app tests benchmarks
	$(BIN)/ruff check app tests benchmarks
	@# Neither uses more than one core.
	$(MAKE) --jobs=2 --output-sync=target types clients
	$(MAKE) test

types: $(READY_DEV)
	$(BIN)/mypy

clients:
	cd openapi && npm ci --no-audit --no-fund && npm run lint && npm run client

test-all: $(READY_DEV)  ## Run all tests, the longest at their full length
	TEST_ALL=1 $(MAKE) test

contract: $(READY)  ## Write openapi/openapi.json anew
	$(BIN)/rapport contract

migration: $(READY_DEV)  ## Write a migration for changed tables: make migration name="add a field"
	@$(BIN)/python -m app.migrations "$(name)"

bench: $(READY_DEV)  ## Measure the service beside a bare handler
	$(BIN)/python -m benchmarks

lock:  ## Resolve the packages anew
	uv pip compile -q pyproject.toml --extra build --extra dev --generate-hashes --no-header --universal \
		--python-version 3.11 --upgrade -o requirements-dev.txt
	uv pip compile -q pyproject.toml --extra build --generate-hashes --no-header --universal \
		--python-version 3.11 -c requirements-dev.txt -o requirements.txt

$(READY): requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing packages into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(READY_DEV): $(READY) requirements-dev.txt
	@echo "Installing development packages into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: help run install test test-all check types clients contract migration bench lock
