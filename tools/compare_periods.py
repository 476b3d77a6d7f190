"""What changed from one time to another: volume, tone, engagement, and what people talk of more and less."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Unpack

import numpy as np

from tools.changes.found import ComparePeriods, Shift, Side
from tools.changes.moved import Moved, moved
from tools.changes.spans import Spans, clause_of, dated, nothing_to_compare, said, spans_here, spans_until
from tools.changes.telling import headline_of, lines_of, warnings_of
from tools.library import Library
from tools.result.line import Listing
from tools.selection.changes import SURE, Change, exact, holm, mean_change, share_changes_of
from tools.selection.intervals import margin, wilson
from tools.selection.measures import ENGAGEMENT, KNOWN, TONE
from tools.selection.own_words import told
from tools.selection.people import Filters, select
from tools.selection.period import Period, period_here
from tools.selection.posts import Selection, evidence_posts

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 5  # things that rose, and as many that fell
# Half of the chance of a wrong claim goes to volume, tone and engagement, half to everything that may have moved.
LEVEL = SURE / 2


def compare_periods(
    library: Library,
    topic: Annotated[str | None, "a name or a subject that the posts are about"] = None,
    user: Annotated[str | None, "only posts of this person"] = None,
    before: Annotated[str | None, "the earlier time, such as 2023 or 'last spring'; left out, all earlier time"] = None,
    after: Annotated[str | None, "the later time; left out, all time after before, or the last quarter"] = None,
    **filters: Unpack[Filters],
) -> ComparePeriods:
    """What changed between two times, and whether it is more than chance: how much is posted, the tone, engagement, and the names, phrases and themes that rose or fell."""  # noqa: E501
    period = None
    if before is None and after is None and filters.get("since"):  # a time alone is held against all time before it
        period = period_here(library, filters.pop("since"), filters.pop("until", None))
    selection, people = select(library, topic=topic, user=user, **filters)
    spans = spans_here(library, before, after, selection.period) if period is None else spans_until(period)
    posts = _posts(library, selection, spans)
    sizes = _sizes(library, selection, spans)
    if posts.empty or sizes.later.nunique() < 2:
        raise nothing_to_compare(library, selection, spans)
    sides = [_side(posts, sizes, spans, later) for later in (False, True)]
    all_ = not selection.words and people.authors is None
    volume, tone, engagement = _shifts(posts, None if all_ else sizes, sides, single=user is not None)
    things = moved(library, posts, selection, spans, topic or "", LEVEL)
    rose, fell = (_shown([each for each in things if (each.change > 0) == up]) for up in (True, False))
    ids = list(dict.fromkeys(id_ for each in [*rose[:3], *fell[:3]] for id_ in each.posts[:1]))
    best = evidence_posts(library, _most_liked(library, dated(selection, spans.after, "after")), within=selection)
    result = ComparePeriods(
        subject=selection.words,
        about=_about(selection, user),
        before=sides[0],
        after=sides[1],
        volume=volume,
        tone=tone,
        engagement=engagement,
        rose=rose,
        fell=fell,
        listing=Listing("phrases", tuple(each.name for each in [*rose, *fell])),
        evidence=evidence_posts(library, ids, within=selection),
        best=best,
    )
    result = replace(
        result,
        headline=headline_of(result),
        lines=lines_of(result, [*([f"Counted: {selection.subject.how}."] if selection.subject else []), *people.told]),
        warnings=warnings_of(result),
    )
    return told(result, selection.not_counted)


def _most_liked(library: Library, selection: Selection) -> list[str]:
    """The id of the most liked post; none where no likes are known."""
    rows = library.facts.rows(
        f"SELECT p.id FROM {selection.posts} WHERE {selection.where} AND p.likes IS NOT NULL "
        "ORDER BY p.likes DESC, p.id LIMIT 1",
        selection.values,
    )
    return [id_ for (id_,) in rows]


def _about(selection: Selection, user: str | None) -> str:
    """What is compared, as the beginning of a sentence."""
    if selection.subject is not None:
        beside = f" {selection.beside}" if selection.beside else ""
        return f"Talk about {selection.subject.name}{beside}"
    return f"Posts {selection.words}" if selection.words else "Posts"


def _posts(library: Library, selection: Selection, spans: Spans) -> pd.DataFrame:
    """The posts of both periods: id, author, later, tone, engagement (NaN: not known)."""
    before, values = clause_of(selection, spans.before, "early")
    after, more = clause_of(selection, spans.after, "late")
    frame = library.facts.frame(
        f"SELECT p.id, p.author, ({after}) AS later, {TONE} AS tone, "
        f"CASE WHEN {KNOWN} THEN greatest(0, {ENGAGEMENT}) END::DOUBLE AS engagement FROM {selection.posts} "
        f"WHERE {selection.where} AND (({before}) OR ({after})) ORDER BY coalesce(p.likes, 0) DESC, p.id",
        {**selection.values, **values, **more},
    )
    return frame.assign(later=frame.later.astype(bool))


def _sizes(library: Library, selection: Selection, spans: Spans) -> pd.DataFrame:
    """Of each author and period (``later``): posts of the whole index, and those selected."""
    before, values = clause_of(selection, spans.before, "early")
    after, more = clause_of(selection, spans.after, "late")
    return library.facts.frame(
        f"SELECT p.author, ({after}) AS later, count(*)::DOUBLE AS posts, "
        f"count(*) FILTER ({selection.where})::DOUBLE AS selected "
        f"FROM posts p WHERE {selection.basis.where} AND (({before}) OR ({after})) GROUP BY 1, 2",
        {**selection.values, **selection.basis.values, **values, **more},
    )


def _side(posts: pd.DataFrame, sizes: pd.DataFrame, spans: Spans, later: bool) -> Side:
    own = posts[posts.later == later]
    whole = int(sizes[sizes.later.astype(bool) == later].posts.sum())
    low, high = wilson(len(own), whole) if whole else (None, None)
    known = own.engagement.dropna()
    return Side(
        period=_named(spans.after if later else spans.before),
        posts=len(own),
        people=own.author.nunique(),
        all_posts=whole,
        share=len(own) / whole if whole else None,
        low=low,
        high=high,
        tone=float(own.tone.mean()) if len(own) else None,
        tone_margin=margin(own.tone, own.author) if len(own) else None,
        positive=int((own.tone > 0).sum()),
        negative=int((own.tone < 0).sum()),
        engagement=float(np.expm1(np.log1p(known).mean())) if len(known) else None,
    )


def _named(period: Period) -> str:
    return period.words or said(period)


def _shifts(
    posts: pd.DataFrame, sizes: pd.DataFrame | None, sides: list[Side], *, single: bool
) -> tuple[Shift | None, Shift | None, Shift | None]:
    """Volume, tone and engagement, judged together (Holm)."""
    volume = None if sizes is None else _volume(sizes, sides, single)
    tone = mean_change(posts.tone.to_numpy(), posts.later.to_numpy(), posts.author.to_numpy())
    known = posts[posts.engagement.notna()]
    logs = np.log1p(known.engagement.to_numpy())
    engagement = mean_change(logs, known.later.to_numpy(), known.author.to_numpy())
    compared = [volume, tone, engagement]
    sure = holm([each.p if each else 1.0 for each in compared], LEVEL)
    found = [Shift(**vars(each), sure=good) if each else None for each, good in zip(compared, sure, strict=True)]
    return found[0], found[1], _as_ratio(found[2])


def _volume(sizes: pd.DataFrame, sides: list[Side], single: bool) -> Change | None:
    """The share of all posts. Of a single person's posts each is on its own: there is nobody else to differ from."""
    from scipy.sparse import csr_matrix

    if any(side.share is None for side in sides):
        return None
    before, after = (side.share or 0.0 for side in sides)
    wide = sizes.assign(later=sizes.later.astype(bool)).pivot(index="author", columns="later").fillna(0.0)
    counts = {
        (name, later): wide[(name, later)].to_numpy() if (name, later) in wide else np.zeros(len(wide))
        for name in ("posts", "selected")
        for later in (False, True)
    }
    if single:
        p = exact(np.array([sides[0].posts]), np.array([sides[1].posts]), sides[0].all_posts, sides[1].all_posts)
    else:
        having = [csr_matrix(counts["selected", later][:, None]) for later in (False, True)]
        p = share_changes_of(having[0], having[1], counts["posts", False], counts["posts", True])
    return Change(before, after, after - before, None, None, float(p[0]))


def _as_ratio(shift: Shift | None) -> Shift | None:
    """A change of mean logarithms as one of geometric means."""
    if shift is None:
        return None
    low, high = (None if end is None else float(np.exp(end)) for end in (shift.low, shift.high))
    before, after, ratio = float(np.expm1(shift.before)), float(np.expm1(shift.after)), float(np.exp(shift.change))
    return Shift(before, after, ratio, low, high, shift.p, shift.sure)


def _shown(things: list[Moved]) -> list[Moved]:
    """What is sure; where nothing is, the likeliest few, which are told as perhaps chance."""
    sure = [each for each in things if each.sure]
    return sure[:SHOWN] if sure else things[:2]
