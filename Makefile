GO       ?= go
FUZZTIME ?= 10s
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.DEFAULT_GOAL := build
.PHONY: build test race fuzz interop lint bench run cross clean

# The server, as bin/winrmd.
build:
	$(GO) build -trimpath -o bin/ ./cmd/winrmd

# The one test command: everything, with the race detector. It ends with a line
# "N passed, N failed, N skipped". With CI=true nothing may be skipped.
test:
	$(GO) run ./test/summary -race -count=1 -timeout 20m ./...

# Like test, but with go test's cache and without the interop tests: quick
# enough to run at every change.
race:
	$(GO) test -race $$($(GO) list ./... | grep -v /test/interop)

# Every fuzz target for FUZZTIME each.
fuzz:
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

# Real clients against a real server with a real engine.
interop:
	$(GO) run ./test/summary -race -count=1 -timeout 20m ./test/interop

# staticcheck and golangci-lint run where they are installed.
lint:
	$(GO) vet ./...
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	@if command -v staticcheck >/dev/null; then staticcheck ./...; fi
	@if command -v golangci-lint >/dev/null; then golangci-lint run; fi

# Go's benchmarks, then the whole way from a client to the engine and back.
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...
	$(GO) run ./test/bench

# A server on loopback with a user and a certificate of its own, and the
# commands to try it with.
run:
	$(GO) run ./cmd/winrmd quickstart

# Everything compiles for every platform; vet also reads the tests, once for
# each operating system.
cross:
	@set -e; for platform in $(PLATFORMS); do \
		echo "$$platform"; \
		export CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		$(GO) build -trimpath ./...; \
		if [ $$GOARCH = amd64 ]; then $(GO) vet ./...; fi; \
	done

clean:
	rm -rf bin .cache
