# make demo    set up, build the graph from the corpus that ships, print real answers
# make test    set up (Virtuoso, nginx and Caddy too, where apt-get can), run the tests
# make lint    ruff and mypy
# make ontology-docs   the terms of the graph as a page: docs/ontology/index.html
# make serve   start the endpoint and the pages on http://127.0.0.1:8000
# make sbom    what an installation consists of, as CycloneDX: sbom.json
# make clean   remove what these made

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STORE  ?= $(VENV)/demo-store

.PHONY: demo test lint serve facts ontology-docs sbom clean

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . $$(cat requirements-dev.txt)
	touch $@

DEMO := $(BIN)/resograph query --store $(STORE) --limit 15

demo: $(VENV)/ready
	@$(BIN)/resograph build --store $(STORE)
	@echo; echo "Who must do what: the duties of the Director of TSB"; $(DEMO) obligations actor=tsb-director
	@echo; echo "What does it cite: WTSA Resolution 18 of 2024"; $(DEMO) cites edition=wtsa/resolution/18/2024
	@echo; echo "Who cites whom, Sector by Sector"; $(DEMO) sector-matrix
	@echo; echo "Where does it come from: WTSA Resolution 18"; $(DEMO) lineage work=wtsa/resolution/18

test: $(VENV)/ready
	@sh tests/servers.sh
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

ontology-docs: $(VENV)/ready
	$(BIN)/python -m resograph.ontology_docs docs/ontology/index.html
	@echo docs/ontology/index.html

serve: $(VENV)/ready
	@$(BIN)/resograph build --store $(STORE)
	@$(BIN)/resograph serve --store $(STORE)

# the tool has an environment of its own: it is no part of the program
$(VENV)/sbom/ready:
	$(PYTHON) -m venv $(VENV)/sbom
	$(VENV)/sbom/bin/python -m pip install --quiet --disable-pip-version-check 'cyclonedx-bom==7.5.0'
	touch $@

sbom: $(VENV)/ready $(VENV)/sbom/ready
	@$(BIN)/python deploy/locked.py constraints.txt > $(VENV)/runtime.txt
	@$(VENV)/sbom/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible -o sbom.json $(VENV)/runtime.txt
	@echo sbom.json

clean:
	rm -rf $(VENV) sbom.json .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
