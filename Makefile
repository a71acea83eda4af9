# Two commands matter: `make report` and `make test`. Both make .venv first; nothing else is needed
# but Python 3.11 or newer and a package registry.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: report test lab bench notebooks

report: $(INSTALLED)
	$(BIN)/semshift report

test: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests
	PYTHONPATH=tests/plugins $(BIN)/pytest -p nbval_tolerance --nbval --nbval-cell-timeout 300 notebooks

lab: $(INSTALLED)
	$(BIN)/jupyter lab notebooks

bench: $(INSTALLED)
	$(BIN)/python tests/benchmarks/run.py

# Run the notebooks anew and keep their outputs: what the tests compare with.
notebooks: $(INSTALLED)
	$(BIN)/python tests/plugins/refresh_notebooks.py

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[offline,hub,mteb,langchain,llama-index,test]"
	$(BIN)/jupyter labextension disable "@jupyterlab/apputils-extension:announcements"
	touch $@
