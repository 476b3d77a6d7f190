"""What was corrected by hand among the posts of a question: which posts are not about a name, and how many tones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tools.result import cells
from tools.result.line import Line, note

if TYPE_CHECKING:
    from tools.library import Library
    from tools.selection.spelling import Spelling


def barred_posts(library: Library, spelled: Spelling) -> set[str]:
    """Ids of the posts in which somebody said by hand that these words are no name."""
    return {fix.post for fix in library.facts.corrections if not fix.tone and spelled.is_in(fix.name)}


def corrected_tones(library: Library, where: str, values: dict[str, Any], names: Sequence[Spelling]) -> list[Line]:
    """``1 tone was corrected by hand.``, if any of the posts that are selected ``where`` was: its own tone, or that
    toward one of the ``names`` which they are about.
    """
    fixed = {
        fix.post
        for fix in library.facts.corrections
        if fix.tone and (not fix.name or any(each.is_in(fix.name) for each in names))
    }
    if not fixed:
        return []
    ((number,),) = library.facts.rows(
        f"SELECT count(*) FROM posts p WHERE {where} AND p.id IN (SELECT unnest($fixed_by_hand))",
        {**values, "fixed_by_hand": sorted(fixed)},
    )
    if not number:
        return []
    return [note(cells.count(number, "tone"), f" {'was' if number == 1 else 'were'} corrected by hand.")]
