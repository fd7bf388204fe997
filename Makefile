# Works on a fresh machine with Python 3.11+ and make; everything else is put into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
AS_OF := 2026-11-23T09:00:00+00:00

.PHONY: demo test test-all check bench samples clean

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "skiptrace needs Python 3.11 or newer; set PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (once, about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group dev --editable .
	@touch $@

demo: $(STAMP)  ## Plan the sample batch, feed a dialer's results back, plan again
	@$(BIN)/python samples/demo.py

test: $(STAMP)  ## Fast tests
	$(BIN)/python -m pytest -q -n auto -m 'not slow'

test-all: $(STAMP)  ## Every test, the slow ones too
	$(BIN)/python -m pytest -q -n auto

check: $(STAMP)  ## Style, types, layers, doctests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n auto --doctest-modules skiptrace

bench: $(STAMP)  ## Time and memory of each stage at 1 k, 10 k and 100 k accounts
	$(BIN)/python benchmarks/run.py

samples: $(STAMP)  ## Make the sample files again
	$(BIN)/python samples/make.py

clean:
	rm -rf $(VENV) out dist build
