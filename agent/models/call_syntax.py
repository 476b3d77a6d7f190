"""How a model writes its tool calls, found out from its tokenizer.

The families stand in ``prompts/call_syntax.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FAMILIES = Path(__file__).parents[1] / "prompts" / "call_syntax.yaml"


@dataclass(frozen=True)
class CallSyntax:
    """``open`` NAME ``middle`` ARGUMENTS ``close``, up to ``parallel`` times with ``between`` in the gaps."""

    name: str
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    open: str
    middle: str
    close: str
    between: str
    parallel: int
    response_template: dict[str, Any]

    def fits(self, template: str) -> bool:
        """Whether a chat template writes calls this way."""
        return all(word in template for word in self.has) and not any(word in template for word in self.lacks)


@cache
def families() -> tuple[CallSyntax, ...]:
    """All known syntaxes."""
    import yaml

    entries = yaml.safe_load(FAMILIES.read_text(encoding="utf-8"))
    return tuple(
        CallSyntax(**{**entry, "has": tuple(entry["has"]), "lacks": tuple(entry["lacks"])}) for entry in entries
    )


def template_text(tokenizer: PreTrainedTokenizerBase) -> str:
    """The chat template that is used when there are tools; empty if there is none."""
    template = tokenizer.chat_template
    if isinstance(template, dict):
        return str(template.get("tool_use") or template.get("default") or "")
    return template or ""


def detect(tokenizer: PreTrainedTokenizerBase) -> CallSyntax | None:
    """The syntax of this tokenizer's chat template, if it is a known one."""
    template = template_text(tokenizer)
    return next((family for family in families() if family.fits(template)), None)


def response_template(tokenizer: PreTrainedTokenizerBase, model_type: str) -> dict[str, Any] | None:
    """What ``ResponseParser`` needs: the tokenizer's own, else that of the syntax, else what transformers knows."""
    own = getattr(tokenizer, "response_template", None)
    if own is not None:
        return dict(own)
    syntax = detect(tokenizer)
    return syntax.response_template if syntax else _known_to_transformers(model_type)


def _known_to_transformers(model_type: str) -> dict[str, Any] | None:
    try:
        from transformers.cli.serving.utils import _RESPONSE_TEMPLATE_FALLBACKS as fallbacks
    except ImportError:  # private, and needs what `transformers serve` needs
        return None
    return next((template for types, template in fallbacks.items() if model_type in types), None)
