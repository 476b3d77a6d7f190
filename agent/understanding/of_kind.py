"""Kinds of brands in a question: "which airline gets the most complaints?" ranks airlines, and "compare the streaming
services" those that these posts name most.

The question reader takes "airlines" for a subject like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.library import Library
from tools.selection.kinds import Kind, kind_of, kinds_in
from tools.selection.subject import subjects_of_names

COMPARED = 5  # brands of a kind that are set side by side


def of_kind(library: Library, question: str, tool: str, args: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the kind of brands that ``question`` asks for."""
    if tool == "compare_brands":
        return {**args, "brands": _spelled_out(library, args.get("brands") or ())}
    if tool == "rank" and args.get("of") == "name" and "kind" not in args and _is_free(args):
        kinds = list({id(kind): kind for _, kind in kinds_in(question)}.values())
        if len(kinds) == 1:
            rest = {name: value for name, value in args.items() if name not in ("type", *_said(args, kinds[0]))}
            return {**rest, "kind": kinds[0].plural}
    return args


def _is_free(args: Mapping[str, Any]) -> bool:
    """Whether what is ranked may be brands."""
    return args.get("type") in (None, "brand", "organization", "product")


def _said(args: Mapping[str, Any], kind: Kind) -> list[str]:
    """Arguments that are the kind itself."""
    return [name for name in ("topic", "user") if isinstance(args.get(name), str) and kind_of(args[name]) is kind]


def _spelled_out(library: Library, brands: Any) -> list[Any]:
    """Each kind among the brands as those of its names that most posts have."""
    found: list[Any] = []
    for brand in brands:
        kind = kind_of(str(brand))
        found += _named_most(library, kind) if kind else [brand]
    return list(dict.fromkeys(found))


def _named_most(library: Library, kind: Kind) -> list[str]:
    subjects = [each for each in subjects_of_names(library, kind.names) if each.kind == "name" and len(each.posts)]
    return [each.name for each in sorted(subjects, key=lambda each: -len(each.posts))[:COMPARED]]
