"""Two periods side by side as HTML: how much, how warmly, what rose, what fell."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from agent.page.views.html import mentions_of, render
from tools.changes.found import ComparePeriods, Shift, Side
from tools.changes.moved import Moved
from tools.library import Library
from tools.result.words import capital

CHANCE = "may be chance"
TINY = 0.095  # share under which a percent has a decimal


def changes_html(result: ComparePeriods, library: Library | None) -> Markup:
    """A row for each figure with what became of it; then what rose and fell, and the post that was liked most."""
    sides = (result.before, result.after)
    rows = [
        ["Posts", *(f"{side.posts:,}" for side in sides), ""],
        ["People who wrote them", *(f"{side.people:,}" for side in sides), ""],
    ]
    if result.volume is not None:
        rows.append(
            ["Share of all posts", *(_share(side.share) for side in sides), _became(result.volume, "rose", "fell")]
        )
    for name, field in (("Positive posts", "positive"), ("Negative posts", "negative")):
        rows.append([name, *(_of_posts(side, field) for side in sides), ""])
    if result.tone is not None:
        rows[-2][-1] = f"the tone {_became(result.tone, 'grew warmer', 'grew colder')}"
    if result.engagement is not None:
        told = _became(result.engagement, "rose", "fell")
        rows.append(["Likes, replies and shares of a typical post", *(_typical(side) for side in sides), told])
    heads = ["", *(capital(side.period) for side in sides), "What became of it"]
    spans = mentions_of(library, result.best)
    return render(
        "changes.html.j2", heads=heads, rows=rows, rose=_moved(result.rose), fell=_moved(result.fell),
        moved=["", *heads[1:3], ""], best=result.best, spans=spans, after=result.after.period,
    )  # fmt: skip


def _share(share: float | None) -> str:
    if share is None:
        return "–"
    return f"{100 * share:.1f} %" if 0 < share < TINY else f"{100 * share:.0f} %"


def _of_posts(side: Side, field: str) -> str:
    return f"{getattr(side, field):,} of {side.posts:,}" if side.posts else "–"


def _typical(side: Side) -> str:
    return f"{side.engagement:,.1f}" if side.engagement is not None else "–"


def _became(shift: Shift, up: str, down: str) -> str:
    if shift.before == shift.after:
        return "stayed"
    return f"{up if shift.after > shift.before else down}{'' if shift.sure else f'; {CHANCE}'}"


def _moved(things: Sequence[Moved]) -> list[list[str]]:
    """What it is, in how many posts before and after, and whether that may be chance."""
    return [
        [each.name, f"{each.before:,} ({_share(each.share_before)})", f"{each.after:,} ({_share(each.share_after)})",
         "" if each.sure else CHANCE]
        for each in things
    ]  # fmt: skip
