# An analyst's commands. All that is needed beforehand: GNU make and Python 3.11 or newer.
PYTHON ?= python3
PERIOD ?=
ROOT ?=
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup report test test-long benchmark lab notebooks lock clean

help:
	@echo "make report     render the report of the latest period (or PERIOD=2025H2)"
	@echo "make lab        open the notebooks in JupyterLab (or those of your own programme, ROOT=its folder)"
	@echo "make test       run the tests, but for the long ones"
	@echo "make test-long  run the long ones: whole runs, every notebook, real programmes, a browser"
	@echo "make benchmark  time a million answers, beside R's survey package where it is installed"
	@echo "make notebooks  execute the committed notebooks with their defaults and store them"
	@echo "make lock       compile requirements.txt from pyproject.toml"
	@echo "make clean      remove the environment and everything that runs made"

setup: $(INSTALLED)

report: setup
	@$(BIN)/csat run $(PERIOD)

TESTS := -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --benchmark-disable tests

test: setup
	$(BIN)/python $(TESTS) -m "not long"

test-long: setup
	$(BIN)/python $(TESTS) -m long

benchmark: setup
	$(BIN)/python -m pytest -q tests/benchmarks -m benchmark -p no:xdist

lab: setup
	$(BIN)/jupyter lab $(if $(ROOT),"$(ROOT)/notebooks",notebooks)

notebooks: setup
	$(BIN)/python -m csat_analysis.run.store

lock: setup
	$(BIN)/uv pip compile pyproject.toml --extra cluster --extra lab --extra test --universal --python-version 3.11 \
		--no-header --no-emit-index-url --no-emit-find-links --quiet -o requirements.txt

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache
	find data/processed reports -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	find csat_analysis tests -name __pycache__ -prune -exec rm -rf {} +

# uv installs in a fraction of pip's time; where it can't (a mirror that only pip knows), pip does.
$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, $(PYTHON) is \
	%d.%d: name another, as in make PYTHON=python3.12" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the environment (about 1.2 GB, once)"
	@{ $(BIN)/python -m pip install --quiet uv \
		&& $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode -r requirements.txt \
		&& $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .; } \
	|| { echo "uv could not install; pip does, which takes longer" \
		&& $(BIN)/python -m pip install --quiet -r requirements.txt \
		&& $(BIN)/python -m pip install --quiet --no-deps -e .; }
	@touch $@
