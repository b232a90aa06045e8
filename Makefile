# Every Layer Counts. `make` alone says what there is to make.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# PyTorch's own list of CPU builds; without it, Linux gets gigabytes of CUDA.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

.PHONY: help install lab formgrader test quick thorough lint solutions answers release slides site demo handout bench bench-class attack-report pins clean

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

lab: .venv/installed  ## open JupyterLab in notebooks/ (installs the course first)
	@grader lab notebooks

formgrader: .venv/installed  ## open nbgrader's formgrader: release, collect, grade, export
	@grader formgrader

test: .venv/installed lint  ## every check of the project
	@if command -v npm >/dev/null; then $(MAKE) -s slides/node_modules/.installed $(NODE_OF_SITE); \
		else echo "== NO NODE HERE: SLIDES AND SITE ARE NOT TESTED"; fi
	@echo "== tests: judge, cards, lessons, class cycle"
	@pytest -n 2 --dist loadfile -m "not thorough" tests
	@echo "== notebooks: solutions against their stored outputs"
	@pytest -n 2 --dist loadfile --nbval --nbval-sanitize-with tests/nbval.cfg solutions

NODE_OF_HUB := tests/hub/node_modules/.installed

# Among them nbval on every notebook as students get it, with the core package alone.
thorough: .venv/installed site $(if $(ELC_HUB_TEST),$(NODE_OF_HUB))  ## the checks that take long
	@pytest -n 2 --dist worksteal -m thorough tests

lint: .venv/installed
	@echo "== ruff, mypy"
	@ruff check --quiet . && ruff format --quiet --check . && mypy
	@echo "== grader lint"
	@grader lint

quick: .venv/installed  ## lint and the tests of what you changed in lessons, or of LESSON=05
	@echo "== ruff, mypy"
	@ruff check --quiet . && ruff format --quiet --check . && mypy
	@python tests/quick.py $(LESSON)

solutions: .venv/installed  ## texts -> executed notebooks in solutions/, and releases in notebooks/
	@grader build $(LESSON)

answers: .venv/installed  ## what this version of PyTorch would change in the answer keys
	@grader keys --compare

release: solutions  ## the same: a release is never older than its solution

slides: .venv/installed slides/node_modules/.installed  ## HTML and PDF of every deck, in slides/build/
	@grader slides $(LESSON)

slides/node_modules/.installed: slides/package-lock.json
	@command -v npm >/dev/null || { echo "Slides need Node with npm, see nodejs.org (Debian: apt install nodejs npm)."; exit 1; }
	@echo "== installing Marp into slides/node_modules (140 MB)"
	@cd slides && PUPPETEER_SKIP_DOWNLOAD=1 npm ci --silent --no-fund --no-audit
	@touch $@

NODE_OF_SITE := grader/publish/site/node_modules/.installed

site: .venv/installed slides/node_modules/.installed $(NODE_OF_SITE)  ## the course as a static site, in dist/site/ (grader site --serve shows it)
	@grader site

$(NODE_OF_SITE): grader/publish/site/package-lock.json
	@command -v npm >/dev/null || { echo "The site needs Node with npm, see nodejs.org (Debian: apt install nodejs npm)."; exit 1; }
	@echo "== installing the site's npm packages (50 MB)"
	@cd grader/publish/site && npm ci --silent --no-fund --no-audit --ignore-scripts
	@touch $@

$(NODE_OF_HUB): tests/hub/package-lock.json
	@command -v npm >/dev/null || { echo "The hub's proxy needs Node with npm, see nodejs.org (Debian: apt install nodejs npm)."; exit 1; }
	@echo "== installing the hub's proxy into tests/hub/node_modules (9 MB)"
	@cd tests/hub && npm ci --silent --no-fund --no-audit --ignore-scripts
	@touch $@

demo: .venv/installed  ## play a whole class of twelve students, in .nbgrader/demo
	@grader demo

handout: .venv/installed  ## one zip for students: notebooks, package, environment, README
	@grader handout

bench: .venv/installed  ## seconds a check, and grading against stock nbgrader
	@python tests/bench.py

bench-class: .venv/installed  ## classes of 2,000: speed-up, memory, a second run
	@python tests/bench.py large

attack-report: .venv/installed  ## the attack suite against stock nbgrader and against ours
	@python tests/attack_report.py 2>/dev/null

install: .venv/installed  ## make .venv with pinned versions

.venv/installed: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || \
		{ echo "Every Layer Counts needs Python 3.11, 3.12, 3.13 or 3.14; call: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "== installing the course into .venv (about 1.9 GB; some minutes the first time)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --no-deps torch==$$(sed -n 's/^torch==//p' constraints.txt) --extra-index-url $(TORCH_INDEX)
	@$(BIN)/pip install -c constraints.txt -e '.[teach,cluster,site,hub,test]'
	@touch $@

pins: .venv/installed  ## write the installed versions into constraints.txt
	@{ head -1 constraints.txt; pip freeze --exclude-editable | sed 's/+cpu//'; } > .venv/pins && mv .venv/pins constraints.txt

clean:  ## remove .venv, the gradebook stays
	rm -rf .venv
