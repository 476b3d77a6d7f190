"""Blend a retrained entity head with the one that it started from: ``python -m index.training.blend --data FOLDER …``.

A head that learns from new texts forgets some of what it knew; the mean of both heads' weights keeps most of either
(Wortsman et al., 2022, "Robust fine-tuning of zero-shot models"). ``--offsets product=0.5 O=0.3`` adds to the logits of
a type's tags: thresholds per type, which cost nothing at run time.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import torch

from index.encoding.network import TAGS, WEIGHTS, EntityBranch, LowerLayers, load_head, save_branch
from index.encoding.trunk import load_tokenizer, load_trunk
from index.errors import AnalystError
from index.training.data import read_entities
from index.training.entities import CORPORA, MAX_TOKENS, Examples, score


def blended(first: EntityBranch, second: EntityBranch, share: float) -> EntityBranch:
    """``first`` moved by ``share`` of the way to ``second``, in place.

    Raises AnalystError if the two have not the same shape.
    """
    own, other = first.state_dict(), second.state_dict()
    if {name: value.shape for name, value in own.items()} != {name: value.shape for name, value in other.items()}:
        raise AnalystError("The two heads differ in shape", todo="Blend a head with the one that it started from.")
    first.load_state_dict({name: value.lerp(other[name], share) for name, value in own.items()})
    return first


def add_offsets(head: EntityBranch, offsets: Mapping[str, float]) -> None:
    """Add to the logits of all tags of a type, or of ``O``. Raises AnalystError for a type that there is none of."""
    for kind, offset in offsets.items():
        places = [place for place, tag in enumerate(TAGS) if tag in (kind, f"B-{kind}", f"I-{kind}")]
        if not places:
            raise AnalystError(f"There is no entity type {kind!r}", todo="Name one of the types, or O for no name.")
        with torch.no_grad():
            head.output.bias[places] += offset


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the dev files of the corpora")
    parser.add_argument("--heads", type=Path, nargs=2, required=True, help="the old head and the new one")
    parser.add_argument("--share", type=float, default=0.5, help="of the new one")
    parser.add_argument("--offsets", nargs="*", default=[], metavar="TYPE=LOGIT")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "entities.safetensors")
    options = parser.parse_args()
    offsets = {kind: float(offset) for kind, _, offset in (given.partition("=") for given in options.offsets)}
    trunk = load_trunk()
    first, second = (load_head(EntityBranch, trunk, path) for path in options.heads)
    head = blended(first, second, options.share)
    add_offsets(head, offsets)
    save_branch(head, options.out)
    head = load_head(EntityBranch, trunk, options.out)  # as it is kept, in bf16
    tokenizer = load_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    lower = LowerLayers(trunk, head.shared)
    dev = {c: Examples(read_entities(options.data / f"{c}_dev.jsonl.gz"), tokenizer, lower) for c in CORPORA}
    report = {
        "recipe": json.loads(options.heads[1].with_suffix(".json").read_text("utf-8"))["recipe"]
        | {"share": options.share, "offsets": offsets},
        "dev": {corpus: score(head, examples) for corpus, examples in dev.items()},
    }
    options.out.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
