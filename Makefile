# One command for each thing to do here; every one does its own set-up and is quick the second time.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help core controller wheels demo station test test-trixie test-arm docs fonts mutants sanitized fuzz lint format pages figures clean

SETUP := pyproject.toml device_runtime/version.py $(wildcard constraints/*.txt) .ci/venv
DEV := .venv-dev/bin/python -m
MACHINES := x86_64 aarch64 armv7l riscv64
# The folders too: a source that was deleted is compiled in no more.
CORE := build_core.py $(shell find device_runtime/core/c)

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

core: device_runtime/core/libposteye_core.so  ## compile the core in C for this machine

controller: .venv-dev/.ready  ## compile the controller library for a Cortex-M0+ and print its sizes
	.venv-dev/bin/python build_controller.py

wheels: .venv-dev/.ready  ## into dist/: wheels with the compiled core, for x86-64, ARM (64 and 32 bits) and RISC-V
	rm -rf dist
	for machine in $(MACHINES); do \
		POSTEYE_WHEEL_TARGET=$$machine $(DEV) hatchling build -t wheel -d dist || exit; \
	done
	$(DEV) hatchling build -t sdist -d dist
	for wheel in dist/*.whl; do $(DEV) auditwheel show $$wheel || exit; done
	sha256sum dist/*

demo: .venv/.ready  ## install the reader alone (no torch), read the samples, and sort a minute of mail
	.venv/bin/posteye demo

station: .venv/.web  ## a station with played mail, and its page at http://127.0.0.1:8080/, until Ctrl-C
	@.venv/bin/posteye demo --station

test: core .venv-dev/.ready  ## lint, types and every test, but for those on emulated ARM
	@.ci/need 'fc-list : family | grep DejaVu' fontconfig fonts-dejavu-core # printed digits for the field generator
	@.ci/need "echo '#include <math.h>' | cc -E -" gcc libc6-dev # the core, and the controller of docs/protocol.md
	@.ci/need 'command -v chromium' chromium || echo "posteye: the station's page is tested in no browser" >&2
	@.ci/need 'command -v mosquitto || test -x /usr/sbin/mosquitto' mosquitto || echo "posteye: MQTT is not tested" >&2
	@.ci/need 'command -v mbpoll && command -v openssl' mbpoll openssl || echo "posteye: mbpoll and TLS are not tried" >&2
	@.ci/need 'command -v qemu-system-arm' qemu-system-arm || echo "posteye: the controller library runs on no Cortex-M" >&2
	@.ci/need 'command -v cppcheck' cppcheck || echo "posteye: cppcheck does not look at the controller library" >&2
	@.ci/need 'command -v avr-g++' gcc-avr avr-libc || echo "posteye: the controller library is not compiled for AVR" >&2
	@$(MAKE) --no-print-directory lint
	OMP_NUM_THREADS=1 $(DEV) pytest -n auto --dist loadfile

test-trixie: core .venv-trixie/.ready  ## the device's tests with the newer NumPy and OpenCV of trixie
	OMP_NUM_THREADS=1 .venv-trixie/bin/python -m pytest -n auto --dist loadfile tests/device_runtime tests/firmware_bridge

test-arm: .venv-dev/.ready  ## the wheels on emulated ARM and RISC-V: same readings as on x86-64, no more instructions
	@.ci/need 'command -v cc' gcc libc6-dev # the plugin that counts instructions
	$(DEV) pytest -m emulated -n 2 --dist loadgroup -v tests/emulated

docs: .venv-dev/.docs  ## build the site of docs/ into site/; a dead link ends it
	$(DEV) docs.build.site

fonts:  ## install the free fonts that training sets its fields in (Debian packages)
	@missing=$$($$(.ci/python) -m train.synthesis.writing.fonts) || .ci/need "$$(.ci/python) -m train.synthesis.writing.fonts" $$missing

mutants: core .venv-dev/.mutants  ## an hour: change the code that decides, see that tests notice; MODULE=... for one file
	$(DEV) benchmarks.mutants $(MODULE)

sanitized: .venv-dev/.ready  ## two minutes: the tests that drive the code in C, with sanitizers compiled into it
	@.ci/need "echo 'int main(void) { return 0; }' | gcc -fsanitize=address,undefined -x c - -o /dev/null" gcc libc6-dev
	CC=gcc OMP_NUM_THREADS=1 $(DEV) tests.sanitized

fuzz: .venv-dev/.ready  ## a minute: hostile images, graphs, scores and frames for the code in C; SECONDS=... for longer
	@.ci/need "echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | clang -fsanitize=fuzzer,address,undefined -x c - -o /dev/null" \
		clang libclang-rt-dev libc6-dev
	$(DEV) tests.fuzz --seconds $(or $(SECONDS),60)

lint: .venv-dev/.ready  ## ruff (rules and format), mypy, and who may import whom
	$(DEV) ruff check .
	$(DEV) ruff format --check .
	$(DEV) mypy
	.venv-dev/bin/lint-imports --no-logo --no-cache

format: .venv-dev/.ready  ## let ruff format the code and mend what it can
	$(DEV) ruff format .
	$(DEV) ruff check --fix .

pages: core .venv-dev/.ready  ## fill the pages from the results files and the commands they show, check both, draw the architecture
	$(DEV) docs.build.dashboard
	$(DEV) docs.build.tables
	$(DEV) docs.build.examples
	$(DEV) docs.build.wire
	$(DEV) docs.build.wire_header
	$(DEV) benchmarks.figures.pages
	$(DEV) benchmarks.house

figures: core .venv-dev/.ready  ## measure again the published figures that are due: make figures DATA=FOLDER
	$(DEV) benchmarks.figures --all --data $(DATA)

clean:  ## delete the environments and what the tools keep
	rm -rf .venv .venv-dev .venv-trixie mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build \
		dist site device_runtime/core/libposteye_core.so
	find . -name __pycache__ -prune -exec rm -rf {} +

device_runtime/core/libposteye_core.so: $(CORE)
	@.ci/need "echo '#include <math.h>' | cc -E -" gcc libc6-dev
	$$(.ci/python) build_core.py

# The demo runs without a compiler too. So it asks for no core, and its environment compiles one if it can.
.venv/.ready: $(SETUP) hatch_build.py $(CORE)
	.ci/venv .venv auto
	@touch $@

.venv/.web: .venv/.ready
	.ci/venv .venv auto web
	@touch $@

.venv-dev/.ready: $(SETUP)
	.ci/venv .venv-dev auto train convert paper dev
	@touch $@

.venv-dev/.docs: .venv-dev/.ready
	.ci/venv .venv-dev auto train convert paper dev docs
	@touch $@

.venv-dev/.mutants: .venv-dev/.ready
	.ci/venv .venv-dev auto train convert paper dev mutants
	@touch $@

.venv-trixie/.ready: $(SETUP)
	.ci/venv .venv-trixie trixie train convert test
	@touch $@
