"""Keeping the people of a result as an audience: who they are, and what an audience may be called."""

from __future__ import annotations

from collections.abc import Sequence

from index.audiences import Audience, audience_named, change_audience, keep_audience, rename_audience
from index.errors import AnalystError
from tools.library import Library
from tools.list_segments import ListSegments, grouping_of
from tools.privacy.guard import refuse_name
from tools.result.result import ToolResult
from tools.result.words import count
from tools.selection.handles import people_meant

Changed = tuple[Audience, list[str]]  # an audience, and handles that are not in the data


def has_people(result: ToolResult) -> bool:
    """Whether the people of a result can be kept."""
    return isinstance(result, ListSegments) or bool(_listed(result))


def people_of(library: Library, result: ToolResult, group: int | None = None) -> list[str]:
    """The people whom a result lists, in its order; of groups of people all of the one with this number, from 1 on.

    Raises AnalystError where there are none, or the group is not said.
    """
    if isinstance(result, ListSegments):
        groups = len(result.segments)
        if group is None or not 1 <= group <= groups:
            raise AnalystError(
                f"Which of the {count(groups, 'group')} is to be kept was not said", todo=f"Say it by 1 to {groups}."
            )
        grouping = grouping_of(library, result)
        return [grouping.people[row] for row in grouping.members(group - 1)]
    if not (people := _listed(result)):
        raise AnalystError(
            "This result lists no people, so there is nobody to keep",
            todo="Keep those of an audience, of lookalikes, of a ranking of people, or one of the groups of people.",
        )
    return people


def keep(library: Library, name: str, people: Sequence[str], origin: str = "") -> Changed:
    """Keep people, by handle or by the name of another audience, under a name. Raises AnalystError for a name that
    would tell what is nobody's business.
    """
    refuse_name(name)
    who = people_meant(library, people)
    kept, gone = keep_audience(library.path, name, who.authors, origin)
    return kept, [*who.unknown, *gone]


def add_people(library: Library, name: str, people: Sequence[str]) -> Changed:
    """Add people, by handle or by the name of another audience."""
    audience_named(library.path, name)  # a name that is misspelt is told before the handles are
    who = people_meant(library, people)
    changed, gone = change_audience(library.path, name, add=who.authors)
    return changed, [*who.unknown, *gone]


def leave_out(library: Library, name: str, people: Sequence[str]) -> Changed:
    """Take people out, by handle or by the name of another audience; those who are not in it are returned."""
    audience_named(library.path, name)
    who = people_meant(library, people)
    # Whoever has no posts here any more may still be in the audience.
    return change_audience(library.path, name, leave_out=[*who.authors, *who.unknown])


def call_otherwise(library: Library, name: str, new: str) -> Audience:
    """Give an audience another name. Raises AnalystError as ``keep`` does."""
    refuse_name(new)
    return rename_audience(library.path, name, new)


def _listed(result: ToolResult) -> list[str]:
    listing = result.listing
    return list(listing.names) if listing is not None and listing.kind == "people" else []
