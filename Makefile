# The steps of `make test`, in order: the cheapest first, so that a slip shows soon.
STEPS := fmt clippy doc schema native api wasm edge peers stores watch deny

# Where scripts/node-runtime puts a Node.js if the machine's own is missing or too old.
export PATH := $(CURDIR)/.tools/node/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help test $(STEPS) build demo demo-once tour players bench-signer bench-rights bench-edge bench-origin clean toolchain module programs

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

test: ## everything below that checks, in order, after setting up what it needs
	@MAKE='$(MAKE)' scripts/steps $(STEPS)

fmt: toolchain ## the format of the Rust sources
	cargo fmt --all --check

clippy: toolchain ## the lints, pedantic, none allowed to pass as a warning
	cargo clippy --locked --workspace --all-targets -- -D warnings

doc: toolchain ## the documentation builds, every link in it leads somewhere
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps

native: toolchain programs module faketime players ## the tests on this machine, doc tests included
	cargo test --locked --workspace

api: toolchain programs module ## the origin API as its document says: schemathesis at every operation, as three visitors
	scripts/api-check

schema: programs ## the example policies and the editors' schema, by an independent validator
	scripts/schema-check

wasm: toolchain ## the libraries' tests as WebAssembly, in Node
	scripts/wasm-test

edge: toolchain ## the edge in Node and in workerd: one corpus, byte for byte; and its packages
	scripts/edge-check

peers: toolchain ## agreement with botocore, the AWS SDK, OpenSSL and other peers
	scripts/peers
	tests/peers/run
	.tools/peers-venv/bin/python tests/corpus/edge/generate.py --check
	.tools/peers-venv/bin/python tests/corpus/logins/generate.py --check
	scripts/drm-peers
	scripts/capacity --check

stores: toolchain module ## the store in DynamoDB, against two emulators; its lints; its table's template
	scripts/store-peers
	scripts/store-check

watch: toolchain module ## the demo in real players: Shaka Player and hls.js in headless Chromium, ffmpeg, ffprobe, yt-dlp
	scripts/demo-check

deny: toolchain ## the dependencies: licences, duplicates, sources, advisories
	scripts/cargo-deny

build: toolchain module ## the `playgate` command, in release, with the edge in it
	cargo build --locked --release -p playgate

demo: build players ## everything on this machine: the API, the edge, media, and a page with real players, on one address
	@$${CARGO_TARGET_DIR:-target}/release/playgate demo

demo-once: build players ## the same without a browser: plays everything, tries what must be refused, and stops
	@$${CARGO_TARGET_DIR:-target}/release/playgate demo --once --port 0

tour: build ## policies, signatures, tokens, playlists and the edge, at the command line
	@scripts/tour

fuzz: toolchain ## random policies, viewers and requests, against the reference and for what is safe, until stopped
	scripts/fuzz

bench-signer: toolchain ## the signer against its peers, side by side
	scripts/bench-signer

bench-rights: toolchain ## the rights engine against its peers, side by side
	scripts/bench-rights

bench-edge: toolchain ## the edge's Lambda shell against its peers, side by side
	scripts/bench-edge

bench-origin: toolchain ## the origin API against a peer over HTTP, on this machine
	scripts/bench-origin

clean: ## back to a fresh checkout: builds, tools and peers go
	rm -rf target .tools tests/peers/node_modules tests/edge/node_modules tests/bench-edge/node_modules tests/bench-origin/node_modules \
	  tests/stores/node_modules tests/demo/node_modules demo/node_modules

# What some native tests run: the README's examples need openssl, the corpora's generators Python, the guide's quick start both and curl;
# `playgate ingest` fetches ffmpeg with Python's venv, and brings films into the demo, for which `players` is there.
programs:
	@command -v openssl >/dev/null || scripts/debian-packages openssl
	@command -v python3 >/dev/null || scripts/debian-packages python3
	@command -v curl >/dev/null || scripts/debian-packages curl
	@python3 -c 'import ensurepip, venv' 2>/dev/null || scripts/debian-packages python3 python3-venv

# One native test shows the command another time.
faketime:
	@scripts/faketime

# What the demo plays with.
players:
	@scripts/demo-players

# The edge's module is part of the command.
module: toolchain
	scripts/edge-module

toolchain:
	@scripts/rust-toolchain
