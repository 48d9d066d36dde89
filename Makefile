# The project's doors. `make demo` and `make test` need Python 3.11 or newer, make and git; everything else is set up in .venv.

PYTHON ?= python3
ARGS   ?=
LAWS   ?= tests/property/test_law_of_time.py $(filter-out %/test_law_of_time.py,$(wildcard tests/property/test_*.py))
MINUTES ?= 10
FUZZED ?= tests/property/test_import_readers.py tests/property/test_gateway.py
BIN    := .venv/bin
READY  := .venv/.ready
CODE   := streams alerts dashboards deploy tests
PYTEST := $(BIN)/python -m pytest
LOCK   := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint check format bench chaos law fuzz mutation rules sbom vulnerabilities lock clean

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 16

setup: $(READY) ## the environment in .venv, from the lock

# Every package is checked against its hash in the lock, the installer first (docs/decisions/0001-locked-environment.md).
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "this Python has no venv or ensurepip; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "setting up .venv"
	@$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/installer.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/installer.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## the whole pipeline on this machine; ARGS="--exit" ends it after its figures
	@$(BIN)/dunghan demo $(ARGS)

# Three at a time, each with a Kafka of its own: tests that meet real servers wait for most of their time.
test: $(READY) ## every test; ARGS="-k name" for some
	@$(PYTEST) -n 3 --dist loadfile $(ARGS)

lint: $(READY) ## what can be said without running anything
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check --quiet $(CODE) || { echo "make format would change files" >&2; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

# Coverage is that of the unit tests: the laws under a tracer take minutes, and would hide what no example shows.
check: lint ## everything: lint, the coverage of the cores, every test
	@$(PYTEST) --quiet --cov --cov-report=term tests/unit
	@$(BIN)/python -m coverage report --include='streams/core/*' --fail-under=100
	@$(MAKE) --no-print-directory test

format: $(READY) ## lay the code out, mend what can be mended safely
	@$(BIN)/ruff check --fix --quiet $(CODE) || true
	@$(BIN)/ruff format $(CODE)

bench: $(READY) ## measure
	@$(BIN)/python -m tests.bench $(ARGS)

chaos: $(READY) ## kill, freeze and starve it, then compare
	@$(BIN)/python -m tests.chaos $(ARGS)

# Two files at a time; the second opinion beside the law of time keeps one core busy for most of the while.
law: $(READY) ## the laws with 10,000 examples each; LAWS=tests/property/test_fold.py for some
	@printf '%s\n' $(LAWS) | HYPOTHESIS_PROFILE=law xargs -P 2 -n 1 $(PYTEST) --quiet --timeout=3600 $(ARGS)

# Round after round with fresh examples, until the time is over; what failed once is tried first the next time.
fuzz: $(READY) ## readers and parsers against bytes of every kind, for ten minutes; MINUTES=1 for less
	@end=$$(( $$(date +%s) + 60 * $(MINUTES) )); while [ $$(date +%s) -lt $$end ]; do \
	  HYPOTHESIS_PROFILE=fuzz $(PYTEST) --quiet --timeout=3600 $(FUZZED) $(ARGS) || exit 1; done

# An environment of its own: mutmut and faust-streaming want different versions of click.
.venv-mutation/.ready: $(READY) requirements-mutation.lock
	@$(PYTHON) -m venv .venv-mutation
	@$(BIN)/uv pip sync --quiet --python .venv-mutation/bin/python --require-hashes requirements-mutation.lock
	@touch $@

mutation: .venv-mutation/.ready ## would the tests of streams/core notice a changed line?
	@PATH="$(CURDIR)/.venv-mutation/bin:$$PATH" .venv-mutation/bin/mutmut run $(ARGS)
	@.venv-mutation/bin/mutmut results

# A PrometheusRule holds what a file of rules holds, two columns further in.
rules: ## the rules of Prometheus for Kubernetes, from dashboards/prometheus/rules
	@for file in dashboards/prometheus/rules/*.yml; do \
	  printf -- '---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata:\n  name: dunghan-%s\nspec:\n' "$$(basename $$file .yml)"; \
	  sed 's/^\(.\)/  \1/' $$file; done > deploy/kubernetes/base/rules.yaml

# Tools of their own, run by name and version: they are no part of the product's lock.
sbom: $(READY) ## what the image is made of, as CycloneDX, into sbom.json
	@$(BIN)/uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements deploy/image/requirements.lock \
	  --output-reproducible --of JSON -o sbom.json
	@echo sbom.json

vulnerabilities: $(READY) ## known ones of what the image is made of; 4: could not be asked
	@.ci/vulnerabilities

lock: $(READY) ## choose versions anew, within pyproject.toml
	@$(LOCK) $(ARGS) --all-extras --group dev pyproject.toml -o requirements.lock
	@$(LOCK) --extra parquet --constraint requirements.lock pyproject.toml -o deploy/image/requirements.lock
	@$(LOCK) $(ARGS) --group mutation -o requirements-mutation.lock

clean: ## remove the environments and what tools left
	@rm -rf .venv .venv-mutation mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov
