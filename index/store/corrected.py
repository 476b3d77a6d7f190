"""What was corrected by hand, in the place of what was read: the same tables, seen through the corrections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

TONES = ("negative", "neutral", "positive")
_APART = "\x1f"  # between the id of a post and a name; neither has it
_SHARES = "{'negative': negative, 'neutral': neutral, 'positive': positive, 'sentiment': sentiment}"


@dataclass(frozen=True)
class Correction:
    """Of the post with the id ``post``: its ``tone`` (negative, neutral or positive), toward ``name`` if one is given,
    which the post has marked as ``keys``; or, without a tone, that ``name`` is no name there. ``was`` is the tone that
    was read.
    """

    post: str
    tone: str = ""
    name: str = ""
    keys: tuple[str, ...] = ()
    was: str = ""
    made_on: str = ""

    @property
    def words(self) -> str:
        """What was corrected, as part of a sentence: ``tone toward Nike: negative, not neutral``."""
        if not self.tone:
            return f"“{self.name}” is no name"
        toward = f" toward {self.name}" if self.name else ""
        return f"tone{toward}: {self.tone}, not {self.was}"


def corrected_columns(connection: duckdb.DuckDBPyConnection, corrections: Sequence[Correction]) -> dict[str, str]:
    """How posts and mentions are selected from ``{}``, a file, so that the corrections hold; empty without any.

    No table is joined: what is looked up in a map keeps the order of the file, and costs nothing where no tone is read.
    """
    if not corrections:
        return {}
    whole = [(each.post, each.tone) for each in corrections if each.tone and not each.name]
    toward = [(each.post + _APART + key, each.tone) for each in corrections if each.tone for key in each.keys]
    no_names = [each.post + _APART + key for each in corrections if not each.tone for key in each.keys]
    _keep(connection, "corrected_posts", whole)
    _keep(connection, "corrected_mentions", toward)
    connection.execute("SET VARIABLE no_names = $names::VARCHAR[]", {"names": no_names})
    mention = f"post || '{_APART}' || canonical"
    shares = TONES if toward else ()
    return {
        "posts": f"SELECT * {_replaced('corrected_posts', 'id', (*TONES, 'sentiment') if whole else ())}FROM {{}}",
        "mentions": f"SELECT * {_replaced('corrected_mentions', mention, shares)}FROM {{}}"
        + (f" WHERE NOT list_contains(getvariable('no_names'), {mention})" if no_names else ""),
    }


def _replaced(variable: str, key: str, columns: Iterable[str]) -> str:
    each = ", ".join(f"coalesce(getvariable('{variable}')[{key}].{name}, {name}) AS {name}" for name in columns)
    return f"REPLACE ({each}) " if each else ""


def _keep(connection: duckdb.DuckDBPyConnection, variable: str, tones: Sequence[tuple[str, str]]) -> None:
    """A map from what was corrected to its tone, as a model that is certain would have given it."""
    if not tones:
        return
    shares = ", ".join(f"(tone = '{side}')::FLOAT AS {side}" for side in TONES)
    connection.execute(
        f"SET VARIABLE {variable} = (SELECT map(list(key), list({_SHARES})) FROM (SELECT key, tone AS sentiment, "
        f"{shares} FROM (SELECT unnest($keys) AS key, unnest($tones) AS tone)))",
        {"keys": [key for key, _ in tones], "tones": [tone for _, tone in tones]},
    )
