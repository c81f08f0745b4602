# The two commands of the README are `make refresh` and `make test`; both set up .venv.
PYTHON ?= python3
RUN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
export DAGSTER_DISABLE_TELEMETRY := yes

.PHONY: refresh test test-fast check check-record accept-record ui bench soak audit licences lock clean setup setup-cluster setup-dev

refresh: setup
	@$(RUN)/headroom refresh

test: setup-dev
	@$(RUN)/python -m pytest

test-fast: setup-dev # unit tests, within 40 seconds
	@$(RUN)/python -m pytest tests/unit

check-record: setup-dev # what the record must satisfy, whatever the code
	@$(RUN)/python -m pytest tests/record

accept-record: setup-dev # writes what the record says today; review the diff
	@$(RUN)/python -m tests.record.says

check: setup-dev
	@$(RUN)/ruff format --check .
	@$(RUN)/ruff check .
	@$(RUN)/mypy
	@$(RUN)/lint-imports
	@$(RUN)/dagster definitions validate -m pipeline.definitions --log-level warning

ui: setup
	@$(RUN)/headroom ui

bench: setup-dev
	@$(RUN)/python -m pytest tests/bench -m bench -n 0

soak: setup-dev
	@$(RUN)/python -m pytest -m soak -n 0 --hypothesis-profile=default
	@HEADROOM_FUZZ=25000 $(RUN)/python -m pytest tests/unit -k garbled -n 0

setup:
	@command -v $(PYTHON) >/dev/null || { echo "headroom set-up: $(PYTHON) is missing; install Python 3.11 to 3.13 (with venv)."; exit 1; }
	@$(PYTHON) bootstrap.py run

setup-cluster: # with what HEADROOM_CATALOG needs; docs/deploy.md
	@command -v $(PYTHON) >/dev/null || { echo "headroom set-up: $(PYTHON) is missing; install Python 3.11 to 3.13 (with venv)."; exit 1; }
	@$(PYTHON) bootstrap.py cluster

setup-dev:
	@command -v $(PYTHON) >/dev/null || { echo "headroom set-up: $(PYTHON) is missing; install Python 3.11 to 3.13 (with venv)."; exit 1; }
	@$(PYTHON) bootstrap.py dev

audit: # of the locks; exit code 2 if the database could not be asked
	@.ci/audit.py

licences: setup-cluster # of what is installed, into docs/licences.md
	@$(RUN)/python .ci/licences.py

lock: setup-dev
	@$(RUN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml --extra draft --extra site -o requirements.lock
	@$(RUN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml --extra draft --extra site --extra cluster -o requirements-cluster.lock
	@$(RUN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 pyproject.toml --extra draft --extra site --extra cluster --group dev -o requirements-dev.lock

clean: # keeps the lake: it holds the history of releases
	rm -rf .venv .dagster .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -rf warehouse/staging warehouse/cache warehouse/report
