# Everything runs from a fresh clone: each target first builds .venv with plain venv and pip, at the exact
# versions of requirements.lock. Only Python 3.11 or newer and make are needed.
PYTHON ?= $(shell python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3)
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
JOBS   ?= 2
# The release whose build for CPUs `make lock` finds; without it pip would take one for GPUs, of several GB.
TORCH  := torch==2.13.0

# What the demo removes from its photograph: a tower beside a rocket.
PHOTO  := examples/photos/rocket.jpg
TOWER  := 189,118 208,118 208,190 207,378 164,378 186,190
# What it cuts out: the subject, found by itself, and a rough line around the helmet that snaps to it.
PERSON := examples/photos/astronaut.png
HELMET := 280,340 300,320 360,335 400,332 450,345 500,400 508,480 505,510 300,510 275,400

# What it is told in a sentence.
WORDS  := darken the background a lot, whiten the teeth, and make it a bit warmer

.PHONY: help setup demo test lint format types examples docs bench check lock clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY)  ## build .venv at the locked versions

$(READY): requirements.lock requirements-alone.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is older than 3.11: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "could not build a virtual environment: on Debian and Ubuntu, apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements-alone.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## remove something, swap a background, edit by a sentence; pictures go to out/
	@mkdir -p out
	$(BIN)/keepdial remove $(PHOTO) --polygon "$(TOWER)" -o out/demo.jpg --overwrite
	@echo
	$(BIN)/keepdial compare $(PHOTO) out/demo.jpg --heat out/demo-heat.png --overwrite
	@echo
	$(BIN)/python examples/before_after.py $(PHOTO) out/demo.jpg demo-before-after.jpg
	@echo
	$(BIN)/keepdial cutout $(PERSON) --what "the subject" --snap "$(HELMET)" -o out/demo-cutout.png --overwrite
	@echo
	$(BIN)/keepdial background $(PERSON) --what "the subject" --snap "$(HELMET)" \
	  --to image --image $(PHOTO) --harmonise 0.4 -o out/demo-background.png --overwrite
	$(BIN)/python examples/before_after.py $(PERSON) out/demo-background.png demo-background-before-after.jpg
	@echo
	$(BIN)/keepdial edit $(PERSON) "$(WORDS)" -o out/demo-words.png --overwrite
	$(BIN)/python examples/before_after.py $(PERSON) out/demo-words.png demo-words-before-after.jpg

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest -n $(JOBS)

lint: $(READY)  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY)  ## ruff: put everything in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY)  ## mypy, strict, over source and tests
	$(BIN)/mypy

examples: $(READY)  ## run every example; pictures go to out/
	@set -e; for example in examples/plot_*.py; do echo "$$example"; $(BIN)/python $$example; done

docs: $(READY)  ## write docs/operations.md and docs/plan.schema.json anew from the declarations
	$(BIN)/python -m keepdial.cli.reference > docs/operations.md
	$(BIN)/python -m keepdial.understand.schema > docs/plan.schema.json
	$(BIN)/python -m keepdial.understand.reference > docs/grammar.md
	$(BIN)/python -m keepdial.diffusion.reference > docs/families.md

bench: $(READY)  ## the benchmarks, ours beside the peers (benches/README.md says what they need)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement benches/requirements.txt
	$(BIN)/python benches/speed.py
	$(BIN)/python benches/scaling.py
	$(BIN)/python benches/quality.py --subset fast

check: lint types test examples  ## lint, types, test and examples

lock:  ## write requirements.lock anew from pyproject.toml, in a clean environment
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet --upgrade "setuptools>=77"
	build/lock/bin/pip install --quiet $(TORCH)
	build/lock/bin/pip install --quiet --no-build-isolation --editable ".[dev]"
	{ echo '# Every package at one exact version, for Python 3.11. Written by `make lock`; do not edit.'; \
	  build/lock/bin/pip freeze --all --exclude-editable --exclude pip --exclude wheel | sed 's/+cpu$$//'; } \
	  > requirements.lock
	rm -rf build/lock

clean:  ## remove what was built; .venv stays
	rm -rf build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
