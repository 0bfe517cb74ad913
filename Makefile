# casetrace: type `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CASES ?=
JOBS ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX

.DEFAULT_GOAL := all
FORCE:
.PHONY: help all figures test test-all test-slow test-browser site check release accept new-case bench lab lint lock dictionary clean

help: ## List what make can do
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

all: $(VENV)/.ready ## Build figures, values and narrative of every case (the default)
	@$(BIN)/casetrace build $(if $(JOBS),-j $(JOBS)) $(or $(CASES),--all)

figures: $(VENV)/.ready ## Draw the figures alone; make figures/CASE/NAME.svg draws one
	@for case in $(or $(CASES),$(notdir $(patsubst %/case.yaml,%,$(wildcard data/*/case.yaml)))); do \
	  $(BIN)/casetrace figures $$case $(if $(JOBS),-j $(JOBS)) || exit 1; done

figures/%.svg: $(VENV)/.ready FORCE
	@$(BIN)/casetrace figures $(*D) $(*F)

test: $(VENV)/.ready ## Prove it, in three to four minutes: tests, examples, notebooks, one whole verify
	@$(BIN)/pytest -n $(or $(JOBS),auto)

test-all: test test-slow ## The same, then all that is slow

test-slow: $(VENV)/.ready
	@$(BIN)/pytest -n $(or $(JOBS),auto) -m slow

test-browser: $(VENV)/.lab ## Try page and JupyterLab in Chromium, with the accessibility checker from npm
	@npm install --silent --no-audit --no-fund --no-save --prefix build/axe axe-core@4.14.1
	@CASETRACE_BROWSER=required $(BIN)/pytest -m slow tests/test_page_browser.py tests/test_lab_browser.py

site: all $(VENV)/.lab ## Lay out reports, figures, notebooks and an index in build/site, to publish
	@$(BIN)/casetrace site

check: $(VENV)/.ready ## Validate the data and verify that everything committed reproduces
	@$(BIN)/casetrace check $(CASES)
	@$(BIN)/casetrace verify

release: check ## Write dist/casetrace-VERSION.zip of a clean checkout: make release VERSION=0.4.0
	@$(BIN)/casetrace release "$(VERSION)"

accept: $(VENV)/.ready ## Take the present results as the new stored ones and say what changed
	@$(BIN)/casetrace accept

new-case: $(VENV)/.ready ## Make the folder of a new case: make new-case NAME=author-year LIKE=hours
	@$(BIN)/casetrace new "$(NAME)" $(if $(LIKE),--like "$(LIKE)")

bench: $(VENV)/.lab ## Measure the build against other ways (half an hour); writes docs/benchmarks.md
	@$(BIN)/python benchmarks/bench.py

lab: $(VENV)/.lab ## Open JupyterLab to explore a case
	@$(BIN)/casetrace lab

lint: $(VENV)/.ready ## Check the style of the code
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

dictionary: $(VENV)/.ready ## Write data/README.md anew from the data models
	@$(BIN)/casetrace dictionary

lock: ## Solve the locked environments anew (maintainers; needs uv)
	@rm -f requirements.lock requirements-lab.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate --extra test pyproject.toml -o requirements.lock
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate --extra test --extra lab -c requirements.lock pyproject.toml -o requirements-lab.lock

clean: ## Remove what can be built again (never data, figures or reports)
	@rm -rf build $(VENV)

# Set-up: the locked environment (uv if it is there, pip otherwise), then this package.
install = if command -v uv >/dev/null 2>&1; \
	then uv pip install -q --python $(BIN)/python --require-hashes --no-deps -r $(1) && \
	     uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else $(BIN)/python -m pip install -q --require-hashes --no-deps -r $(1) && \
	     $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .; fi

# A .venv that was copied or linked from another folder, or has lost its Python, is made anew.
ifneq ($(shell test -x $(BIN)/python && cat $(VENV)/.ready 2>/dev/null),$(CURDIR))
$(VENV)/.ready: FORCE
endif

$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock (a minute or two, once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "casetrace needs Python 3.11 or newer, found " + sys.version.split()[0])'
	@if [ -L $(VENV) ]; then rm $(VENV); fi
	@$(PYTHON) -m venv --clear $(VENV)
	@$(call install,requirements.lock)
	@echo "$(CURDIR)" > $@

$(VENV)/.lab: $(VENV)/.ready requirements-lab.lock
	@echo "Adding JupyterLab to $(VENV)"
	@$(call install,requirements-lab.lock)
	@touch $@
