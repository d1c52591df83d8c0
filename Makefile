# Needs Python 3.11 to 3.13, make and PyPI; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
# The same for the oldest versions that pyproject.toml allows. Some of them exist for Python 3.11 alone.
PYTHON_OLDEST ?= $(PYTHON)
OLDEST := .venv-oldest/bin
OLDEST_READY := .venv-oldest/ready
INSTALL := -m pip install --quiet --disable-pip-version-check
# What has to hold with every supported Keras and TensorFlow: see tools/version_table.py for more of it.
ZOO := tests/diagnosis/test_zoo.py
CONTRACT := tests/test_keras_private.py tests/test_keras_check.py tests/optimizers tests/callbacks tests/layers \
	tests/export tests/models/test_loading.py \
	'$(ZOO)::test_a_healthy_program_is_left_in_peace[breast_cancer_sigmoid]' \
	'$(ZOO)::test_a_healthy_program_is_left_in_peace[embedding_pooling]' \
	'$(ZOO)::test_what_a_sick_program_has_is_named_first[relu_readout]' \
	'$(ZOO)::test_what_a_sick_program_has_is_named_first[classes_from_one]' \
	'$(ZOO)::test_what_a_sick_program_has_is_named_first[weight_zero]'

.PHONY: demo test test-oldest zoo check docs mutants format lock lock-oldest clean

demo: $(READY)
	TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/keras-stable compare configs/before.yaml configs/stable.yaml --html comparison.html

test: $(READY)
	TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# The contract with the oldest versions, in an environment of its own.
test-oldest: $(OLDEST_READY)
	TF_CPP_MIN_LOG_LEVEL=3 $(OLDEST)/python -m pytest --numprocesses 2 --dist loadfile $(CONTRACT)

# Compares the audit's verdicts on every program of the zoo with those in golden/. WRITE=--write keeps the new ones.
zoo: $(READY)
	$(BIN)/python tools/audit_zoo.py --processes 2 --rows build --golden $(WRITE)
	$(BIN)/python tools/calibrate.py $(if $(WRITE),,--check)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/generate.py --check
	$(MAKE) docs

# The documentation as a site, in site/; a warning fails.
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/mkdocs build --strict --quiet

# Would the tests notice a small mistake? A sample of mistakes, about an hour; another with SEED=1, more with SAMPLE=500.
MUTATED := keras_stable/ops keras_stable/optimizers keras_stable/layers keras_stable/diagnosis/judging
mutants: $(READY)
	$(BIN)/python -m pip install --quiet --no-build-isolation --editable '.[mutants]'
	TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python tools/mutants.py $(MUTATED) --at-least 0.9 \
		--sample $(or $(SAMPLE),150) --seed $(or $(SEED),0)

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python tools/generate.py

# The environment is made anew whenever what it is made from changes.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "PYTHON must be Python 3.11, 3.12 or 3.13. Received: $$($(PYTHON) --version)"; exit 2; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python $(INSTALL) --requirement requirements.lock
	$(BIN)/python $(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(OLDEST_READY): requirements-oldest.lock pyproject.toml
	@$(PYTHON_OLDEST) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "PYTHON_OLDEST must be Python 3.11. Received: $$($(PYTHON_OLDEST) --version)"; exit 2; }
	$(PYTHON_OLDEST) -m venv --clear .venv-oldest
	$(OLDEST)/python $(INSTALL) --requirement requirements-oldest.lock
	$(OLDEST)/python $(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# The newest versions that pyproject.toml allows, pinned.
lock:
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --upgrade 'setuptools>=77' --editable '.[dev,docs]'
	$(BIN)/python -m pip freeze --all --exclude pip --exclude-editable > requirements.lock

# The oldest versions of what pyproject.toml names, pinned, with the newest of what these need.
lock-oldest:
	$(PYTHON_OLDEST) -m venv --clear .venv-oldest
	$(OLDEST)/python tools/oldest_versions.py > .venv-oldest/constraints.txt
	$(OLDEST)/python $(INSTALL) --upgrade 'setuptools>=77,<81' --constraint .venv-oldest/constraints.txt --editable '.[test]'
	$(OLDEST)/python -m pip freeze --all --exclude pip --exclude-editable > requirements-oldest.lock

clean:
	rm -rf .venv .venv-oldest build dist site *.egg-info comparison.html
