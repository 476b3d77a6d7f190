"""Chat models in a single GGUF file, as llama.cpp, Ollama and LM Studio keep them.

transformers reads them and unpacks the weights, since what computes with packed ones is code from a hub, which is never
run here. Config, tokenizer and chat template are in the file.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

from index.errors import AnalystError

SUFFIX = ".gguf"
PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)


def gguf_file(path: Path) -> Path | None:
    """The GGUF file at ``path``, which may be the only one in a folder without a config; None if there is none.

    Raises AnalystError if there are several, if one is a part of a model, or if the extra that reads them is missing.
    """
    if path.is_dir() and not (path / "config.json").is_file():
        found = sorted(each for each in path.iterdir() if each.suffix.lower() == SUFFIX)
    else:
        found = [path] if path.is_file() and path.suffix.lower() == SUFFIX else []
    if len(found) > 1:
        raise AnalystError(
            f"This folder holds {len(found)} GGUF files: {', '.join(each.name for each in found[:4])}",
            where=str(path),
            todo=f"Name one of them, for example --model {found[0]}.",
        )
    for file in found:
        if PART.search(file.name):
            raise AnalystError(
                "This GGUF file is one part of several, which transformers does not join",
                where=str(file),
                todo="Join them with llama.cpp's `llama-gguf-split --merge`, or serve them with llama.cpp.",
            )
        if importlib.util.find_spec("gguf") is None:
            raise AnalystError(
                "Reading GGUF files needs the extra [gguf], which is not installed",
                where=str(file),
                todo='Install it with `pip install "audience-analyst[gguf]"`.',
            )
    return found[0] if found else None


def unpacked() -> dict[str, Any]:
    """Options of ``from_pretrained`` with which weights become plain tensors."""
    from transformers import GgufConfig

    return {"quantization_config": GgufConfig(dequantize=True)}
