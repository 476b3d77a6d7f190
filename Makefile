# The two commands: `make run` opens the chat page, `make test` runs every test. Both make the environment first.
PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
INDEX  ?= indexes/sample
# The share of suite cases that must pass; the shipped model passes 0.92, less on an index built elsewhere.
LEAST  ?= 0.90
# Of the open questions that nobody looked at while building, the share that must be right; the shipped model has 0.46.
OPEN   ?= 0.43
export HF_HUB_OFFLINE ?= 1
export PYTHONUTF8 = 1

.PHONY: run test browser suite ask lint lock clean

run: $(READY) $(INDEX)/manifest.json
	$(BIN)/analyst serve --index $(INDEX)

test: $(READY) browser indexes/sample/manifest.json lint
	$(BIN)/python -m pytest
	$(BIN)/analyst eval tests/qa/sample --index indexes/sample --least $(LEAST)
	$(BIN)/python tests/benchmarks/open_questions.py --index indexes/sample --half kept --least $(OPEN)

# Without a browser the tests of the page are left out; CI does not accept that.
browser:
	@[ -n "$(CHROMIUM)" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null || { echo "No browser found, so the tests in tests/browser are left out: install chromium, or name one in CHROMIUM."; [ -z "$(CI)" ]; }

suite: $(READY) indexes/sample/manifest.json
	$(BIN)/analyst eval tests/qa/sample --index indexes/sample --least $(LEAST)

ask: $(READY) $(INDEX)/manifest.json
	@$(BIN)/analyst ask "$(Q)" --index $(INDEX)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy

# The environment is made from the lock alone; a half-made one is made again.
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) --version 2>/dev/null | grep -q "Python 3.11" || { echo "Python 3.11 is needed; say where it is with: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

# The sample is indexed again when its posts, the analysis heads or the format of an index change.
indexes/sample/manifest.json: index/sample/posts.jsonl index/manifest.py $(wildcard index/weights/*) | $(READY)
	$(BIN)/analyst index index/sample/posts.jsonl --out indexes/sample
	@touch $@

lock: $(READY)
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu//' > requirements.txt

clean:
	rm -rf $(VENV) indexes .pytest_cache .mypy_cache .ruff_cache
