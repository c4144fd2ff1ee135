GO       ?= go
FUZZTIME ?= 10s
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.DEFAULT_GOAL := build
.PHONY: build test race fuzz interop machine captures interoperability lint bench run cross clean

LIBRARY_SUFFIX = $(if $(filter darwin,$(shell $(GO) env GOOS)),dylib,so)

# The server, as bin/winrmd, and the client bin/winrm. Where there is cgo with a C
# compiler also PowerShell's client library, bin/libpsrpclient.so (.dylib), and
# with the headers of libpam (Debian: libpam0g-dev) the helper for PAM.
build:
	$(GO) build -trimpath -o bin/ ./cmd/winrmd ./cmd/winrm
	@if [ "$$($(GO) env GOOS)" != windows ] && [ "$$($(GO) env CGO_ENABLED)" = 1 ] && \
		command -v "$$($(GO) env CC | cut -d' ' -f1)" >/dev/null; then \
		echo "$(GO) build -trimpath -buildmode=c-shared -o bin/libpsrpclient.$(LIBRARY_SUFFIX) ./cmd/libpsrpclient"; \
		$(GO) build -trimpath -buildmode=c-shared -o bin/libpsrpclient.$(LIBRARY_SUFFIX) ./cmd/libpsrpclient && \
		rm -f bin/libpsrpclient.h; \
	else echo "no bin/libpsrpclient.$(LIBRARY_SUFFIX): it needs cgo and a C compiler"; fi
	@if [ "$$($(GO) env GOOS)$$($(GO) env CGO_ENABLED)" = linux1 ] && \
		echo '#include <security/pam_appl.h>' | $$($(GO) env CC) -E - >/dev/null 2>&1; then \
		echo "$(GO) build -trimpath -tags pam -o bin/ ./cmd/winrmd-pam"; \
		$(GO) build -trimpath -tags pam -o bin/ ./cmd/winrmd-pam; \
	else echo "no bin/winrmd-pam: it needs Linux, cgo and the headers of libpam"; fi

# The one test command: everything, with the race detector. It ends with a line
# "N passed, N failed, N skipped". With CI=true nothing may be skipped. What runs servers and
# clients against the clock comes last, one package at a time.
test:
	$(GO) run ./test/summary -alone ./test/... -race -count=1 -timeout 40m ./...

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
	$(GO) run ./test/summary -race -count=1 -timeout 40m ./test/interop

# What needs systemd and cgroup v2, in an emulated machine: see CONTRIBUTING.md. It
# installs an emulator and takes about five minutes.
machine:
	test/machine/install
	$(GO) run ./test/summary -tags=machine -count=1 -timeout 20m ./test/machine

# staticcheck and golangci-lint run where they are installed.
lint:
	$(GO) vet ./...
	$(GO) vet -tags machine ./test/machine
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	@if command -v staticcheck >/dev/null; then staticcheck ./...; fi
	@if command -v golangci-lint >/dev/null; then golangci-lint run; fi

# testdata/captures anew: what each client does, as the server records it.
captures:
	WINRMD_UPDATE_CAPTURES=true $(GO) test -count=1 ./test/interop -run '^TestCaptureClients$$'

# docs/interoperability.md anew, of what the tests run.
interoperability:
	WINRMD_UPDATE_INTEROPERABILITY=true $(GO) test -count=1 -timeout 40m ./test/interop ./test/cmdlets ./test/clients ./test/matrix

# Go's benchmarks, then the whole way from a client to the engine and back, and ten
# thousand disconnected sessions of an endpoint in Go.
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
