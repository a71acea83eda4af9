# Two commands matter: `make report` and `make test` (`make check` is its fast part). Both make
# .venv first; nothing else is needed but Python 3.11 or newer and a package registry.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed

# Two workers with one thread each: on two cores nothing waits for a thread of its own.
PYTEST := $(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder
lint check test fuzz: export OMP_NUM_THREADS = 1

.PHONY: report lint check test fuzz lab bench bench-gpu notebooks

report: $(INSTALLED)
	$(BIN)/semshift report

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The fast loop: two minutes, all but what is marked slow.
check: lint
	$(PYTEST) -m "not slow"

test: lint
	$(PYTEST) -p nbval_tolerance --nbval --nbval-cell-timeout 300 semshift_nb widgets tests notebooks

# Generated input, twenty times as much of it as in the tests.
fuzz: $(INSTALLED)
	SEMSHIFT_FUZZ=20 $(PYTEST) tests/fuzz

lab: $(INSTALLED)
	$(BIN)/jupyter lab notebooks

bench: $(INSTALLED)
	$(BIN)/python tests/benchmarks/run.py

bench-gpu: $(INSTALLED)
	PYTHONPATH=. $(BIN)/python tests/benchmarks/gpu.py

# Run the notebooks anew and keep their outputs: what the tests compare with.
notebooks: $(INSTALLED)
	$(BIN)/python tests/plugins/refresh_notebooks.py

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[offline,bm25,hub,mteb,langchain,llama-index,training,test]"
	$(BIN)/jupyter labextension disable "@jupyterlab/apputils-extension:announcements"
	touch $@
