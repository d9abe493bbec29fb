# Two commands set everything up on a machine with Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint types pytest baseline clean
.DELETE_ON_ERROR:

demo: .venv/.installed
	$(BIN)/muwazi build seeds -o out --model compact --preview 6

test: lint types pytest

lint: .venv/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.installed-test
	$(BIN)/mypy
	$(BIN)/mypy tests benchmarks

pytest: .venv/.installed-test
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

# torch goes first and alone, so that the resolver never looks at another build of it.
.venv/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) torch
	$(PIP) --editable .
	touch $@

.venv/.installed-test: .venv/.installed
	$(PIP) --editable '.[test]'
	touch $@

# The figures that `compact` is held to: make them anew after it was trained.
baseline: .venv/.installed
	mkdir -p .venv/seeds
	for side in ar en; do cat seeds/*.$$side.txt | $(BIN)/muwazi split --language $$side | grep . > .venv/seeds/$$side; done
	$(BIN)/muwazi evaluate --source .venv/seeds/ar --reference .venv/seeds/en --model compact --fast --no-memory \
		--metric bleu --metric chrf2 --json tests/eval/baseline-compact.json --force

clean:
	rm -rf .venv out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
