"""Worked examples: questions with the calls that answer them, and which of them are nearest to a question in meaning.

Showing a small model the few most similar examples lets it adapt a neighbour instead of inventing a call.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

EXAMPLES = Path(__file__).parents[1] / "prompts" / "examples.yaml"
SHOWN = 2  # with a question

Embed = Callable[[str], "np.ndarray"]  # unit vectors of width D


@dataclass(frozen=True)
class Example:
    """A question and the call that answers it."""

    ask: str
    call: str
    args: dict[str, Any]

    @property
    def text(self) -> str:
        """As a model reads it: ``"Tell me about @ina" -> get_profile {"user": "@ina"}``."""
        return f"{json.dumps(self.ask, ensure_ascii=False)} -> {self.call} {json.dumps(self.args, ensure_ascii=False)}"


@cache
def all_examples() -> tuple[Example, ...]:
    """Those that stand in ``prompts/examples.yaml``."""
    import yaml

    return tuple(Example(**entry) for entry in yaml.safe_load(EXAMPLES.read_text(encoding="utf-8")))


@dataclass
class NearestExamples:
    """``embed`` gives the vector of a text. The examples are embedded when they are first needed."""

    embed: Embed
    examples: Sequence[Example] = field(default_factory=all_examples)
    _vectors: Any = field(default=None, repr=False)

    def of(self, question: str, tools: Sequence[str], count: int = SHOWN) -> list[Example]:
        """The ``count`` examples of ``tools`` that are nearest to ``question``, the nearest first."""
        import numpy as np

        if self._vectors is None:
            self._vectors = np.stack([self.embed(example.ask) for example in self.examples])  # (examples, D)
        order = np.argsort(-(self._vectors @ self.embed(question)), kind="stable")
        return [self.examples[place] for place in order if self.examples[place].call in tools][:count]
