# make setup · make demo · make check · make docs · make bench · make clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What an installed package depends on beside its Python source, which an editable install reads in place.
INSTALLED := pyproject.toml constraints.txt $(wildcard setup.py octavo/ops/native/*.[ch])

.PHONY: setup demo check docs bench clean

setup: $(VENV)/.check

demo: $(VENV)/.demo
	$(BIN)/python -m tools.demo

# All that CI runs; pytest goes last, so that its closing line is the last one printed.
check: $(VENV)/.check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyrefly check --python-interpreter-path $(BIN)/python
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

docs: $(VENV)/.check
	$(BIN)/python -m tools.cli_page
	$(BIN)/python -m tools.data_page
	$(BIN)/python -m tools.results_page

bench: $(VENV)/.check
	$(BIN)/octavo bench --out results/bench.json

clean:
	rm -rf $(VENV) build octavo.egg-info .pytest_cache .ruff_cache .hypothesis

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.demo: $(VENV)/.made $(INSTALLED)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[plot]"
	touch $@

$(VENV)/.check: $(VENV)/.made $(INSTALLED)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[all,dev]"
	touch $@ $(VENV)/.demo
