# `make demo` sets everything up and runs the main job; `make test` runs the tests, `make fast` those that take no
# whole process and no long search; `make site` builds the documentation. All work on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test fast check format picture site clean

demo: $(VENV)/installed
	$(BIN)/python -m ktnas.run --out runs/demo

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal

fast: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

site: $(VENV)/installed-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "open build/site/index.html"

picture: $(VENV)/installed
	$(BIN)/python docs/demo.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("KTNAS needs Python >= 3.11; this is " + sys.version.split()[0] + ". Set PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "pip>=25.1"

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo 'installing ktnas and what it needs, 500 MB: a minute or more'
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo 'installing what the tests need, torch among it: several minutes'
	$(BIN)/python -m pip install --quiet -c constraints.txt --group dev
	touch $@

clean:
	rm -rf $(VENV) runs .mypy_cache .ruff_cache .hypothesis build *.egg-info
