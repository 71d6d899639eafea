# Everything runs in .venv, which the first command makes. Nothing is installed outside it, except
# Debian's chromium for the browser tests where it is missing, this is Debian and we are root: the
# one without a window, which takes less of the processor.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_DATA ?= ../shared/data
export POLYGUEST_BENCH_DATA := $(BENCH_DATA)
# One more than cores, for those that wait for a browser; each holds the model, so not more than four.
BESIDE = --numprocesses $$($(BIN)/python -c "import os; print(min((os.cpu_count() or 1) + 1, 4))")
APT := DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends
# The tests start dozens of processes: they share compiled files, even where the shell says no.
test test-slow test-quick: export PYTHONDONTWRITEBYTECODE =

.PHONY: run test test-slow test-quick lint translations docs screenshots pictures hooks fix bench bench-serving bench-peers bench-store install clean

run: $(VENV)/.run ## set up, then open the app on the sample reviews
	@echo "Polyguest opens in the browser: http://localhost:8501 (Ctrl+C ends it)"
	@POLYGUEST_START=sample $(BIN)/python -m ui.serve

install: $(VENV)/.run

test: $(VENV)/.dev chromium ## all but the slow tests, with the real model and a real browser (five minutes)
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest $(BESIDE) -m "not slow"

test-slow: $(VENV)/.dev chromium ## kill -9, database servers, PyTorch, hostile files, what computes for seconds
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest $(BESIDE) -m slow

test-quick: $(VENV)/.dev ## what needs neither the model, a page nor minutes
	HF_HUB_OFFLINE=1 $(BIN)/python -m pytest $(BESIDE) -m unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tests.support.catalogues check

translations: $(VENV)/.dev ## texts of the pages -> the catalogues in pipeline/data/locale
	$(BIN)/python -m tests.support.catalogues update

docs: $(VENV)/.docs ## the documentation site -> build/site/index.html; any broken link is an error
	$(BIN)/python docs/site/build.py

screenshots: $(VENV)/.dev chromium ## pictures of the running app -> docs/images (three minutes)
	$(BIN)/python -m tests.support.screenshots

pictures: $(VENV)/.dev chromium ## what components are to look like -> tests/data/appearance
	$(BIN)/python -m tests.support.appearance

hooks: $(VENV)/.dev ## the checks of `make lint` before each commit
	$(BIN)/pre-commit install

fix: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## quality, seconds and memory of everything -> benchmarks/RESULTS.md (an hour)
	HF_HUB_OFFLINE=1 $(BIN)/python -m benchmarks --write

bench-store: $(VENV)/.dev ## the store at 100,000 and a million vectors (8 GB of memory, 6 of disk)
	$(BIN)/python -m benchmarks.store --rows 100000,1000000

bench-serving: $(VENV)/.dev ## searches and first looks while 20,000 reviews are analysed (eight minutes)
	HF_HUB_OFFLINE=1 $(BIN)/python -m benchmarks.serving

bench-peers: $(VENV)/.dev ## beside the libraries as shipped, and BERTopic, installed for this alone
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	HF_HUB_OFFLINE=1 $(BIN)/python -m benchmarks --peers --write

clean:
	rm -rf $(VENV)

.PHONY: chromium
chromium:
	@command -v chromium-headless-shell >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
		{ $(APT) chromium-headless-shell fonts-noto-cjk fonts-noto-core || \
		$(APT) chromium fonts-noto-cjk fonts-noto-core; }; } || \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	command -v google-chrome >/dev/null || \
	echo "chromium is missing: the browser tests will be skipped ('apt-get install chromium-headless-shell')"

# The stamps are newer than the requirements when nothing has to be done.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; 'make PYTHON=python3.12 ...' chooses one"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements.txt requirements-core.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -c 'from pipeline.embedding.registry import load_encoder; print(load_encoder().name)'
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.docs: $(VENV)/.made requirements-docs.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	@touch $@
