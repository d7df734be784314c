# The everyday commands. `make demo` and `make test` set themselves up; `make demo stay=1` goes on with a dashboard.
# The Python to build with; without one, the newest from 3.11 on that works.
PYTHON ?=
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv || echo $(BIN)/uv)
STAMP  := $(VENV)/.installed
# npm writes it last.
NPM_STAMP := tests/browser/node_modules/.package-lock.json

.PHONY: install demo serve test test-slow test-browser check conformance format bench lock clean

install: $(STAMP)

$(STAMP): pyproject.toml requirements/dev.txt requirements/uv.txt
	@test -x $(BIN)/python || { python="$(or $(PYTHON),$$(tools/find-python newest))" && "$$python" -m venv $(VENV); }
	@command -v uv >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: install
	@$(BIN)/addressee demo $(if $(stay),--stay)

serve: install
	@$(BIN)/addressee serve

# A process for each core, with a PostgreSQL, an API and a worker of its own.
IN_PARALLEL := --numprocesses=auto --maxprocesses=4 --dist=worksteal

# Tests start hundreds of processes: none compiles again what another has compiled, whatever the environment says.
test test-slow test-browser: export PYTHONDONTWRITEBYTECODE :=

test: install
	@$(BIN)/pytest $(IN_PARALLEL)

test-slow: install
	@$(BIN)/pytest $(IN_PARALLEL) -m slow

# Where npm is missing, the tests say what to install.
test-browser: install $(if $(shell command -v npm),$(NPM_STAMP))
	@$(BIN)/pytest $(IN_PARALLEL) -m browser tests/browser

$(NPM_STAMP): $(addprefix tests/browser/,package.json package-lock.json .npmrc)
	@cd tests/browser && npm ci --loglevel=error
	@touch $@

check: install
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

conformance: install
	@$(BIN)/python -m conformance

format: install
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: install
	@$(BIN)/python -m bench $(if $(only),--only $(only)) $(if $(people),--people $(people)) $(if $(minutes),--minutes $(minutes)) $(if $(profile),--profile $(profile))

lock:
	@$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements/runtime.txt
	@$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements/dev.txt
	@echo 'notiflows==0.0.1' | $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-deps - -o requirements/conformance.txt
	@echo 'uv' | $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header - -o requirements/uv.txt

clean:
	@rm -rf $(VENV) addressee-data build tests/browser/node_modules
