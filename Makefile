# Everything runs from .venv/, which `make install` makes. Nothing but Python (3.11 or newer, with venv) and make is needed.

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo serve test check bench requirements

BIN := .venv/bin
PYTHONS := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11
# A test that fails is tried once more, and told of at the end (RERUN) with how it failed: DEVELOPERS.md says why
TESTS := $(BIN)/pytest -n auto --dist worksteal --reruns 1 --rerun-show-tracebacks -raR
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --no-emit-index-url --no-header --quiet

help:
	@echo "make demo          run the catalogue with demo publishers, from nothing (PORT and VAR_DIR may be set)"
	@echo "make serve         run the catalogue on what it holds already"
	@echo "make test          the whole test suite"
	@echo "make check         what CI runs: lint, types, migrations, tests"
	@echo "make bench         the benchmarks"
	@echo "make install       only make .venv/ and install what running needs"
	@echo "make requirements  pin the dependencies of pyproject.toml anew"

# `--stop-with-parent`: should make itself be killed, the processes do not run on unseen
demo: install
	@$(BIN)/python -m config.embedded demo --stop-with-parent

serve: install
	@$(BIN)/python -m config.embedded run --stop-with-parent

test: install-dev
	$(TESTS)

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(TESTS)

bench: install-dev
	@for file in bench/[a-z]*.py; do echo "== $$file"; $(BIN)/python -m config.embedded exec $(BIN)/python "$$file" || exit 1; done

requirements: install-dev
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --extra s3 --constraint requirements.txt --output-file requirements-s3.txt
	$(COMPILE) --extra meaning --constraint requirements.txt --output-file requirements-meaning.txt
	$(COMPILE) --group dev --constraint requirements-s3.txt --output-file requirements-dev.txt

# Packages are installed only when the pins differ from those installed last, of which a copy is kept in .venv/
install: $(BIN)/python
	@cmp -s requirements.txt .venv/requirements.txt || { \
		echo "Installing the packages of requirements.txt into .venv/ ..." && \
		{ $(BIN)/python -c 'import pip' 2>/dev/null || $(BIN)/python -m ensurepip --upgrade; } && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt && \
		cp requirements.txt .venv/requirements.txt; }

install-dev: install
	@cmp -s requirements-dev.txt .venv/requirements-dev.txt || { \
		echo "Installing the packages of requirements-dev.txt into .venv/ ..." && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt && \
		cp requirements-dev.txt .venv/requirements-dev.txt; }

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
				echo "Making .venv/ with $$("$$python" --version)"; \
				rm -rf .venv && "$$python" -m venv .venv && exit 0; \
			fi; \
			without_venv="$$python"; \
		fi; \
	done; \
	if [ -n "$$without_venv" ]; then \
		echo "$$without_venv has no venv module: install it (on Debian and Ubuntu: apt install python3-venv) and try again." >&2; \
	else \
		echo "No Python 3.11 or newer found: install one, or name it, as in: make PYTHON=/path/to/python3.12 install" >&2; \
	fi; \
	rm -rf .venv; exit 1
