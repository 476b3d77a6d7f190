"""The audience query as fields that can be edited, as arguments and as a question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.page.views.shown import Shown
from tools.find_audience import FindAudience
from tools.result.words import listed

QUERY = ("campaign", "interests", "limit", "since", "until", "community")
NARROWED = {"community": "in", "since": "since", "until": "until"}  # how a question says it


def query_values(shown: Shown | None) -> list[Any]:
    """The audience query in use, in the order of ``QUERY``; nothing for other results."""
    if shown is None or not isinstance(shown.result, FindAudience):
        return ["", "", 10, "", "", ""]
    query, args = shown.result.query, shown.args
    interests = ", ".join(query.interests)
    narrowed = [str(args.get(name) or "") for name in QUERY[3:]]
    return [query.campaign, interests, int(args.get("limit") or 10), *narrowed]


def query_args(fields: Mapping[str, Any], before: Shown | None = None) -> dict[str, Any]:
    """The fields as arguments of ``find_audience``; an empty one is not given.

    Interests that the index had found ``before``, and that nobody touched, are left to be found again: what is given
    counts for more, and an unchanged query must give an unchanged result.
    """
    args: dict[str, Any] = {"campaign": str(fields["campaign"] or "").strip()}
    interests = [part.strip() for part in str(fields["interests"] or "").split(",") if part.strip()]
    if interests and not _untouched(fields, before):
        args["interests"] = interests
    if fields["limit"] is not None:
        args["limit"] = fields["limit"]
    if before is not None:  # conditions that have no field stay in force
        args |= {name: value for name, value in before.args.items() if name not in QUERY and value not in (None, [])}
    return args | {name: text for name in QUERY[3:] if (text := str(fields[name] or "").strip())}


def query_words(args: Mapping[str, Any]) -> str:
    """The audience query as a question, so that the next question can lean on it."""
    parts = [f"Who would engage with {args['campaign']}"]
    if args.get("interests"):
        parts.append(f"interested in {listed(args['interests'])}")
    parts += [f"{word} {args[name]}" for name, word in NARROWED.items() if args.get(name)]
    return ", ".join(parts) + "?"


def _untouched(fields: Mapping[str, Any], before: Shown | None) -> bool:
    """Whether the interests are still those that the query on show found by itself."""
    if before is None or not isinstance(before.result, FindAudience) or not before.result.query.interests_found:
        return False
    return str(fields["interests"] or "").strip() == query_values(before)[1]
