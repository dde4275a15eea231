# Everything runs in .venv, made from the pinned versions of requirements.txt.
PYTHON3 ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# A proxy that signs with a certificate of its own is known to the system, not to uv's own list. Where
# the system has no certificates, as in a small container, that list is all there is.
ifndef UV_SYSTEM_CERTS
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-* /etc/ssl/cert.pem /etc/pki/tls/certs/*),true,false)
endif

.DEFAULT_GOAL := help
.PHONY: help book pdf test test-thorough test-oldest test-newest same-bytes mutants fuzz insurance serve lab lint check bench metadata pins clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z -]+:.*## / {printf "  make %-23s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# uv installs three times faster than pip. Bytecode is compiled here once: where the environment
# forbids Python to write it, every start of a kernel would be several times slower.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON3=/path/to/python3.12 book"; exit 1; }
	$(PYTHON3) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.txt)
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode requirements.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q --invalidation-mode checked-hash tisstats
	@touch $@

book: $(READY)  ## run every notebook and build the book into _build/html
	$(BIN)/tisstats book

pdf: $(READY)  ## the whole book as one PDF, _build/book.pdf (needs Chromium or Chrome)
	@$(BIN)/python -m tools.browser_setup
	$(BIN)/tisstats book --pdf _build/book.pdf

test: $(READY) book  ## all tests: units, ledger, notebooks, built book, browser
	$(BIN)/python -m tools.browser_setup
	$(BIN)/python -m tools.run_tests

# Where many cases are alike, `make test` tries some of them.
test-thorough: export TISSTATS_ALL_CASES := 1
test-thorough: test  ## the same tests, each with all of its cases

# MUTANTS="--sample 400", MUTANTS=--all or names of files choose others than those that differ from
# main, and --publish puts the figures into the README; --help lists all options.
mutants: $(READY)  ## whether the tests notice small faults put into the package
	$(BIN)/python -m tools.mutants $(MUTANTS)

# FUZZ="csv study --seconds 600" chooses targets and time.
FUZZING := _build/.venv-fuzz
$(FUZZING)/.ready: tools/fuzz/requirements.txt requirements.txt
	$(PYTHON3) -m venv --clear $(FUZZING)
	$(BIN)/uv pip sync --quiet --python $(FUZZING)/bin/python --compile-bytecode requirements.txt $<
	$(BIN)/uv pip install --quiet --python $(FUZZING)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

fuzz: $(READY) $(FUZZING)/.ready  ## give every reader of files a minute of damaged ones (Linux)
	$(FUZZING)/bin/python -m tools.fuzz $(FUZZ)

# The environment is made anew whenever its pins change.
INSURANCE := _build/.venv-insurance
$(INSURANCE)/.ready: tools/insurance/requirements.txt $(READY)
	$(PYTHON3) -m venv --clear $(INSURANCE)
	$(BIN)/uv pip sync --quiet --python $(INSURANCE)/bin/python --compile-bytecode $<
	$(BIN)/uv pip install --quiet --python $(INSURANCE)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

insurance: book $(INSURANCE)/.ready  ## build the same sources with plain Sphinx of a newer series
	$(INSURANCE)/bin/python -m tools.insurance

# The oldest versions that pyproject.toml allows, and the newest there are: what computes must agree.
# The book itself is built with the pinned versions only.
VERSIONS := _build/.venv-versions
test-oldest: RESOLUTION := lowest-direct
test-newest: RESOLUTION := highest
test-oldest test-newest: $(READY)  ## the tests of what computes, with other versions of the libraries
	$(PYTHON3) -m venv --clear $(VERSIONS)
	$(BIN)/uv pip compile --quiet --resolution $(RESOLUTION) --no-header --no-annotate --extra test \
	  pyproject.toml -o $(VERSIONS)/requirements.txt
	$(BIN)/uv pip sync --quiet --python $(VERSIONS)/bin/python --compile-bytecode $(VERSIONS)/requirements.txt
	$(BIN)/uv pip install --quiet --python $(VERSIONS)/bin/python hatchling editables
	$(BIN)/uv pip install --quiet --python $(VERSIONS)/bin/python --no-deps --no-build-isolation --editable .
	$(VERSIONS)/bin/python -m tools.versions $(@:test-%=%)

same-bytes: $(READY)  ## build the book again in other surroundings and compare every byte
	$(BIN)/python -m tools.same_bytes

serve: book  ## build, then serve the book on this machine until stopped
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory _build/html 8000

lab: $(READY)  ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

lint: $(READY)  ## style, types, spelling, notebooks without outputs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/nbstripout --verify notebooks/*.ipynb

check: lint  ## in a minute or two: what lint checks, licences of all pinned packages, relative links
	$(BIN)/python -m tools.licences
	$(BIN)/python -m tools.links

bench: $(READY)  ## measure speed, as ratios within one run
	$(BIN)/python -m tools.bench

metadata: $(READY)  ## write codemeta.json, .zenodo.json and codecheck.yml from CITATION.cff
	$(BIN)/python -m tools.metadata

pins: $(READY)  ## resolve requirements.in anew into requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
	  --generate-hashes requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
	  --generate-hashes tools/insurance/requirements.in -o tools/insurance/requirements.txt

clean:  ## remove what the other targets made, the environment too
	rm -rf _build $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
