"""What a chat model is told beside the conversation: templates in ``prompts/``, filled with what the index is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template

    from tools.library import Library

PROMPTS = Path(__file__).parent / "prompts"
COMMUNITIES = 8
# Strangers name communities; only what is a plain name of up to three words comes so near to the model's orders.
PLAIN_NAME = re.compile(r"\w[\w.&'+-]{0,29}(?: [\w.&'+-]{1,20}){0,2}")


def system_prompt(library: Library, model: Any = None, *, today: date | None = None) -> str:
    """The words that every conversation begins with: those that ``model`` was trained with, or else the program's own,
    which tell today's date and of the index its size, its span and its largest communities.
    """
    own = getattr(getattr(model, "policy", None), "system", None)
    if own:
        return str(own)
    manifest = library.manifest
    return template("system.md.jinja").render(
        today=today or date.today(),
        posts=manifest.posts,
        people=manifest.people,
        first_post=manifest.first_post,
        last_post=manifest.last_post,
        communities=largest_communities(library),
    )


def largest_communities(library: Library) -> list[str]:
    """The names of the largest communities, the largest first, as far as they are plain names."""
    largest_last = list(library.communities.values())
    return [name for name in largest_last[: -COMMUNITIES - 1 : -1] if PLAIN_NAME.fullmatch(name)]


def withheld(claims: Sequence[str]) -> str:
    """What a model is told whose draft claimed what no tool returned."""
    return template("withheld.md.jinja").render(claims=claims)


@cache
def template(name: str) -> Template:
    """One of the templates in ``prompts/``."""
    from jinja2 import Template

    return Template((PROMPTS / name).read_text(encoding="utf-8").strip())
