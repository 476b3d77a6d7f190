"""Prints the requirements of pyproject.toml, with those of some extras: ``wanted.py pyproject.toml [EXTRA,…]``."""

import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
extras = [name for name in (sys.argv[2].split(",") if len(sys.argv) > 2 else []) if name]
wanted = list(project["dependencies"])
for extra in extras:
    wanted += project["optional-dependencies"][extra]
print("\n".join(wanted))
