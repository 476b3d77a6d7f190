"""Items that hold what is to be read: pages of an API with posts in a list, tables whose columns are paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from index.posts.columns import columns_of, is_of_others, normal
from index.posts.formats.base import Sample
from index.posts.formats.plain import PLAIN
from index.posts.formats.registry import recognise

_DEEPEST = 3  # objects inside a page in which its list lies
_LOOKED_AT = 20


def is_flattened(header: Sequence[str]) -> bool:
    """Whether a table was made of objects: "author.userName", "author/userName"."""
    return sum("." in name or "/" in name for name in header[:300]) >= 2


def nested(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of such a table as the object that it was. Empty cells are left out."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or value == "":
            continue
        *above, last = name.replace("/", ".").split(".")
        place = made
        for key in above:
            inner = place.setdefault(key, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place.setdefault(last, value)
    return made


def envelope(items: Sequence[Mapping[str, Any]]) -> str | None:
    """The key under which each item holds what a platform wrote, as tools that collect or store posts wrap them:
    ``{"source_platform": "tiktok.com", "data": {…}}``, ``{"_id": "1", "_source": {…}}``; None where none does, or
    where what is around it is a post itself.
    """
    some = items[:_LOOKED_AT]
    for key in dict.fromkeys(key for item in some for key, value in item.items() if isinstance(value, Mapping)):
        inner = [item[key] for item in some if isinstance(item.get(key), Mapping) and item[key]]
        if 2 * len(inner) <= len(some) or is_of_others(key):
            continue
        stored = key.startswith("_") and _is_post(inner)  # as databases hand it out
        if recognise(Sample("", {}, (), inner)) is PLAIN and not stored:
            continue
        around = [{name: value for name, value in item.items() if name != key} for item in some]
        if "text" not in columns_of(around, {})[1]:
            return key
    return None


def opened_at(items: Iterable[Any], key: str) -> Iterator[Any]:
    """What stands under ``key`` of each item; an item that has nothing there stays."""
    for item in items:
        inner = item.get(key) if isinstance(item, Mapping) else None
        yield inner if isinstance(inner, dict) else item


def list_path(items: Sequence[Mapping[str, Any]]) -> tuple[str, ...] | None:
    """Where most of the items hold a list of objects with text and author while they have none themselves; None where
    they are no pages.
    """
    if _is_post(items):
        return None
    found: dict[tuple[str, ...], list[Any]] = {}
    for item in items[:_LOOKED_AT]:
        for path, listed in _lists(item, ()):
            found.setdefault(path, []).extend(listed[:_LOOKED_AT])
    usual = [path for path, inner in found.items() if _is_post([one for one in inner if isinstance(one, Mapping)])]
    return max(usual, key=lambda path: len(found[path]), default=None)


def unfolded(items: Iterable[Any], path: Sequence[str]) -> Iterator[Any]:
    """The items of the lists at ``path``; what is no page stays."""
    for item in items:
        value: Any = item
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, list):
            yield from (one if isinstance(one, dict) else f"not an object\n{str(one)[:300]}" for one in value)
        else:
            yield item


def _lists(item: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    for key, value in item.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield (*above, key), value
        elif isinstance(value, Mapping) and len(above) + 1 < _DEEPEST:
            yield from _lists(value, (*above, key))


def _is_post(items: Sequence[Any]) -> bool:
    if not items:
        return False
    columns = columns_of(items, {})[1]
    text = columns.get("text", "")
    if text and "author" in columns and normal(text) not in ("title", "description"):
        return True
    return recognise(Sample("", {}, (), list(items))) is not PLAIN
