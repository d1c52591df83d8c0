# Needs Python 3.11 to 3.13, make and PyPI; everything else goes into .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test zoo check docs mutants format lock clean

demo: $(READY)
	TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/keras-stable compare configs/before.yaml configs/stable.yaml --html comparison.html

test: $(READY)
	TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# Compares the audit's verdicts on every program of the zoo with those in golden/. WRITE=--write keeps the new ones.
zoo: $(READY)
	$(BIN)/python tools/audit_zoo.py --processes 2 --rows build --golden $(WRITE)
	$(BIN)/python tools/calibrate.py $(if $(WRITE),,--check)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/generate.py --check
	TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python tools/gradient_guard_table.py --check
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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# The newest versions that pyproject.toml allows, pinned.
lock:
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --upgrade 'setuptools>=77' --editable '.[dev,docs]'
	$(BIN)/python -m pip freeze --all --exclude pip --exclude-editable > requirements.lock

clean:
	rm -rf .venv build dist site *.egg-info comparison.html
