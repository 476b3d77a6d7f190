"""Commands that write what was found or said: reports of a campaign or a conversation, and feedback as a suite."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent import sample as sampling
from agent.command_line import Chroma, Index, Json, check_index, pair, run_tool, usage
from index.errors import AnalystError


def report(
    campaign: Annotated[str | None, typer.Argument(help="A brand, a product or the ad's own words.")] = None,
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="key=value …", help="Conditions, as `call write_brief` takes them.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option(help="The file to write: .html, complete in itself, or .md.")],
    conversation: Annotated[
        bool, typer.Option("--conversation", help="Of the latest `analyst chat` about this index, not of a campaign.")
    ] = False,
    index: Index = None,
    chroma: Chroma = None,
    as_json: Json = False,
) -> None:
    """Write a campaign brief, or a conversation, as a report: one file with figures, pictures, posts and limits."""
    from agent import console
    from tools.reports.saving import check_report, save_report

    if conversation is (campaign is not None):
        usage("Name a campaign, or say --conversation.")
    if campaign is None:
        _of_conversation(index or sampling.SAMPLE_INDEX, out)
        return console.say_saved([out])
    check_report(out)
    given = dict(pair(text, "community=running") for text in [f"campaign={campaign}", *(arguments or [])])
    with console.stdout_for_json(as_json):
        taken = run_tool(index or sampling.sample_index(), "write_brief", given, chroma)
        save_report(taken.library, taken.result, out)
    console.tell(taken.result, as_json)
    console.say_saved([out])


def _of_conversation(index: Path, out: Path) -> None:
    """The latest conversation of the terminal. Raises AnalystError if there is none about this index."""
    check_index(index)
    from agent.memory import TERMINAL, Memory, state_folder
    from agent.page.downloads import exchanges_of
    from agent.page.saved import shown_again
    from tools.library import Library
    from tools.reports.saving import save_conversation

    memory = Memory(state_folder())
    talks = memory.talks(TERMINAL, str(index.resolve()))
    if not talks:
        todo = f"Begin one: `analyst chat --index {index}`."
        raise AnalystError("No conversation about this index is kept", where=str(index), todo=todo)
    talk = talks[-1]
    save_conversation(exchanges_of(shown_again(talk, memory.messages(talk.thread)), Library.open(index)), out)


def feedback(
    out: Annotated[Path | None, typer.Option(help="Write what was said as a question suite into this .yaml.")] = None,
    as_json: Json = False,
) -> None:
    """Show which answers people found useful on the page and which not, or make a question suite of them."""
    from agent import console
    from agent.feedback import read_feedback, suite_of
    from agent.memory import state_folder
    from tools.files import check_target, write_whole

    kept = read_feedback(state_folder())
    if out is not None:
        check_target(out, (".yaml", ".yml"), "A suite")
        write_whole(out, suite_of(kept).encode("utf-8", "replace"))
        return console.say_saved([out])
    if as_json:
        return console.say_json({"feedback": [vars(each) for each in kept]})
    for each in kept:
        why = f" ({each.reason})" if each.reason else ""
        line = f"{each.on} {'useful' if each.useful else 'not useful'}{why}: {each.question}"
        console.stdout().print(console.visible(line))
    if not kept:
        console.stdout().print("Nobody has said yet whether an answer was useful.")
