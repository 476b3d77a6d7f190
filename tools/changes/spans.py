"""The two periods of a comparison, from words; each as a condition on posts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from index.errors import AnalystError
from tools.library import Library
from tools.result.words import count
from tools.selection.period import Period, period_in_words
from tools.selection.posts import Selection, count_posts

RECENT = 0.25  # share of the time at its end that is "after" where nothing is given


@dataclass(frozen=True)
class Spans:
    """Two periods that do not overlap, ``before`` earlier than ``after``; ``words`` say each: "2024", "since
    2024-06".
    """

    before: Period
    after: Period

    @property
    def words(self) -> tuple[str, str]:
        return said(self.before), said(self.after)


def said(period: Period) -> str:
    """A period after "between" or "in": ``2024``, ``March 2024``, ``the time until 2024-05``."""
    words = period.words
    for lead in ("in ", "on "):
        if words.startswith(lead):
            return words.removeprefix(lead)
    return f"the time {words}" if words else "all time"


def spans_here(library: Library, before: str | None, after: str | None, within: Period) -> Spans:
    """The periods that words mean. Without ``before`` it is all earlier time, without ``after`` all later; without
    both the last quarter of the time is held against what was before. Raises AnalystError where they overlap.
    """
    later = period_in_words(library, after) if after else None
    earlier = period_in_words(library, before) if before else None
    if later is None and earlier is None:
        later = Period(_recent(library, within), None)
    if later is None:
        assert earlier is not None
        if earlier.last is None:
            raise AnalystError(
                f"Nothing comes after {said(earlier)}", todo="Say which time it is compared with: after=…"
            )
        later = Period(earlier.last + timedelta(days=1), None)
    if earlier is None:
        return spans_until(later)
    return _apart(Spans(earlier, later))


def spans_until(period: Period) -> Spans:
    """``period`` and all time before it. Raises AnalystError for one without a beginning."""
    if period.first is None:
        raise AnalystError(f"Nothing comes before {said(period)}", todo="Say which time it is compared with: before=…")
    return Spans(Period(None, period.first - timedelta(days=1)), period)


def dated(selection: Selection, period: Period, name: str) -> Selection:
    """``selection`` in ``period``, whose values carry ``name``, so that both periods can stand in one query."""
    clauses, values = period.where(prefix=f"{name}_")
    clause = " AND ".join(["p.created_at IS NOT NULL", *clauses])
    return replace(selection, where=f"{selection.where} AND {clause}", values={**selection.values, **values})


def clause_of(selection: Selection, period: Period, name: str) -> tuple[str, dict[str, Any]]:
    """The condition that ``dated`` adds, and its values."""
    bare = dated(Selection("true", {}, ""), period, name)
    return bare.where, bare.values


def nothing_to_compare(library: Library, selection: Selection, spans: Spans) -> AnalystError:
    """The error where no post at all is in one of the periods, or none of those selected in either."""
    for period in (spans.before, spans.after):
        if not count_posts(library, dated(Selection("true", {}, ""), period, "span")):
            first, last = library.manifest.first_post, library.manifest.last_post
            held = f"The posts here are from {first[:10]} to {last[:10]}." if first and last else "No post has a date."
            return AnalystError(f"There are no posts at all in {said(period)}", todo=held)
    return AnalystError(
        f"There are no posts {selection.words}".rstrip() + f" in {spans.words[0]} or in {spans.words[1]}",
        todo=f"Widen the periods: {count(count_posts(library, selection), 'post')} in all.",
    )


def _apart(spans: Spans) -> Spans:
    """The two in the order of time. Raises AnalystError where they overlap."""
    before, after = spans.before, spans.after
    if (before.last or date.max) < (after.first or date.min):
        return spans
    if (after.last or date.max) < (before.first or date.min):
        return Spans(after, before)  # "Q1 26 against Q1 25": whichever was said first, time runs one way
    raise AnalystError(
        f"The two periods overlap: {said(before)} and {said(after)}",
        todo="Give two times that have no day in common, for example before=2023 and after=2024.",
    )


def _recent(library: Library, within: Period) -> date:
    clauses, values = within.where()
    ((first, last),) = library.facts.rows(
        "SELECT min(p.created_at AT TIME ZONE 'UTC'), max(p.created_at AT TIME ZONE 'UTC') FROM posts p WHERE "
        + " AND ".join(["true", *clauses]),
        values,
    )
    if first is None or (last - first).days < 2:
        raise AnalystError("A comparison of periods needs dated posts over several days", todo="Widen the time.")
    return (last - (last - first) * RECENT).date()
