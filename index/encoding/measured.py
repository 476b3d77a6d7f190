"""How accurate the shipped weights are: the figures that their training measured and left beside them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

WEIGHTS = Path(__file__).parents[1] / "weights"
SETTINGS = frozenset({"recipe", "temperature", "bias", "weights"})  # how it was trained, not how good it is


def measured(path: Path) -> dict[str, float]:
    """The measures in a JSON file by their names from the outside in: ``dev wnut17 f1``; none without a file.

    Counts (whole numbers) and settings are left out.
    """
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(_measures(figures, ()))


def head_accuracy(folder: Path = WEIGHTS) -> dict[str, dict[str, float]]:
    """The figures of every head, by its name; heads that nobody measured are left out."""
    found = {path.stem: measured(path) for path in sorted(folder.glob("*.json"))}
    return {name: figures for name, figures in found.items() if figures}


def head_digests(folder: Path = WEIGHTS) -> dict[str, str]:
    """Identity of the weights that are installed, as a manifest records it."""
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(folder.glob("*.safetensors"))
    }


def _measures(figures: Any, names: tuple[str, ...]) -> list[tuple[str, float]]:
    if isinstance(figures, dict):
        return [
            found
            for name, inner in figures.items()
            if name not in SETTINGS
            for found in _measures(inner, (*names, str(name).replace("_", " ")))
        ]
    return [(" ".join(names), figures)] if isinstance(figures, float) else []
