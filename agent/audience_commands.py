"""Commands for audiences that are kept: ``analyst audience …``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.command_line import Export, Index, Json, check_index, pair, run_tool

if TYPE_CHECKING:
    from index.audiences import Audience
    from tools.library import Library

Name = Annotated[str, typer.Argument(help="The name of the audience.")]
Handles = Annotated[
    list[str], typer.Argument(metavar="PEOPLE …", help="Handles, names of other audiences, or @FILE.csv with handles.")
]
SHOWN = 5  # handles that were not found, which are told
Group = Annotated[int | None, typer.Option(help="Of groups of people (list_segments), which one: 1 is the first.")]


def list_(index: Index = None, as_json: Json = False) -> None:
    """List the saved audiences."""
    from agent import console
    from index.audiences import read_audiences

    kept = list(read_audiences(_folder(index)).values())
    if as_json:
        console.say_json({"audiences": [vars(each) for each in kept]})
    else:
        _show_all(kept)


def show(name: Name, index: Index = None, as_json: Json = False, export: Export = None) -> None:
    """Show who is in an audience, and what its people care for more than others."""
    _tell("show_audience", {"name": name}, index, as_json, export)


def compare(
    first: Name,
    second: Annotated[str, typer.Argument(help="The name of the other one.")],
    index: Index = None,
    as_json: Json = False,
    export: Export = None,
) -> None:
    """Set two audiences side by side: who is in both, and what sets them apart."""
    _tell("compare_audiences", {"first": first, "second": second}, index, as_json, export)


def save(
    name: Name,
    people: Annotated[
        list[str],
        typer.Argument(
            metavar="TOOL key=value … | PEOPLE …",
            help="A tool with its arguments, whose people are kept; or handles, audiences and @FILE.csv.",
        ),
    ],
    index: Index = None,
    group: Group = None,
    as_json: Json = False,
) -> None:
    """Keep people under a name: those whom a tool finds, or those who are named.

    analyst audience save "Spring runners" find_audience campaign="trail shoes" limit=50
    """
    from agent import console
    from tools.audiences.keeping import keep, people_of
    from tools.registry import TOOLS
    from tools.selection.handles import read_out

    tool, *words = people
    with console.stdout_for_json(as_json):
        if tool in TOOLS:
            taken = run_tool(_folder(index), tool, dict(pair(text, "limit=50") for text in words))
            library, found, origin = taken.library, people_of(taken.library, taken.result, group), taken.title
        else:
            library, found, origin = _opened(index), read_out(people), ""
        kept, unknown = keep(library, name, found, origin)
    _show_kept(kept, unknown, as_json)


def add(name: Name, people: Handles, index: Index = None, as_json: Json = False) -> None:
    """Add people to an audience."""
    from tools.audiences.keeping import add_people
    from tools.selection.handles import read_out

    kept, unknown = add_people(_opened(index), name, read_out(people))
    _show_kept(kept, unknown, as_json)


def remove(name: Name, people: Handles, index: Index = None, as_json: Json = False) -> None:
    """Take people out of an audience; their posts stay."""
    from tools.audiences.keeping import leave_out
    from tools.selection.handles import read_out

    kept, unknown = leave_out(_opened(index), name, read_out(people))
    _show_kept(kept, unknown, as_json)


def rename(
    name: Name,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    index: Index = None,
    as_json: Json = False,
) -> None:
    """Give an audience another name."""
    from tools.audiences.keeping import call_otherwise

    _show_kept(call_otherwise(_opened(index), name, new), [], as_json)


def delete(name: Name, index: Index = None) -> None:
    """Delete an audience; its people and their posts stay."""
    from agent import console
    from index.audiences import delete_audience

    console.say(f"Deleted the audience {delete_audience(_folder(index), name).name}.")


COMMANDS = (list_, show, save, add, remove, rename, delete, compare)


def _folder(index: Path | None) -> Path:
    from agent.sample import sample_index

    folder = index or sample_index()
    check_index(folder)
    return folder


def _opened(index: Path | None) -> Library:
    from tools.library import Library

    return Library.open(_folder(index))


def _tell(tool: str, given: dict[str, str], index: Path | None, as_json: bool, export: Path | None) -> None:
    """What one tool tells, and the same as a file."""
    from agent import console
    from tools.exports.saving import check_names, save_exports

    check_names(tool, chart=None, export=export)
    with console.stdout_for_json(as_json):
        taken = run_tool(_folder(index), tool, given)
    console.tell(taken.result, as_json)
    if export is not None:
        with console.stdout_for_json(as_json):
            console.say_saved(save_exports([taken], export))


def _show_all(kept: Sequence[Audience]) -> None:
    from rich.table import Table

    from agent import console

    if not kept:
        console.say("No audience is saved yet: `analyst audience save NAME find_audience campaign=…` keeps one.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("audience", "people", "saved on", "from"):
        table.add_column(head, justify="right" if head == "people" else "left")
    for each in kept:
        origin = console.visible(each.origin or "handles")
        table.add_row(console.visible(each.name), f"{len(each.people):,}", each.kept_on, origin)
    console.stdout().print(table)


def _show_kept(kept: Audience, unknown: Sequence[str], as_json: bool) -> None:
    """An audience after it was changed; ``unknown`` handles changed nothing."""
    from agent import console
    from tools.result.words import count, listed

    if as_json:
        console.say_json({**vars(kept), "unknown": list(unknown)})
        return
    size = count(len(kept.people), "person", "people")
    console.stdout().print(console.visible(f"The audience {kept.name} has {size}."))
    if unknown:
        more = [f"{len(unknown) - SHOWN:,} more"] if len(unknown) > SHOWN else []
        console.say(f"Not found and left out: {listed([*(f'@{name}' for name in unknown[:SHOWN]), *more])}.")
