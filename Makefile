# make run | test | check | bench | format. Each makes .venv when it is missing or its pins have changed.
PYTHON ?= python3

.PHONY: run test check bench format

run: .venv/run.stamp
	.venv/bin/streamlit run dashboard.py

test: .venv/dev.stamp
	.venv/bin/pytest

check: .venv/dev.stamp
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pytest tests/test_architecture.py

bench: .venv/dev.stamp
	.venv/bin/python -m benchmarks.side_by_side

format: .venv/dev.stamp
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

.venv/run.stamp: requirements.txt constraints.txt
	test -x .venv/bin/pip || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet -r requirements.txt
	touch $@

.venv/dev.stamp: requirements-dev.txt requirements.txt constraints.txt
	test -x .venv/bin/pip || $(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet -r requirements-dev.txt
	touch $@ .venv/run.stamp
