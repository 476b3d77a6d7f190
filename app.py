"""The door: ``python app.py`` opens the chat page; ``analyst …`` is the command line.

Heavy imports stand in the commands that need them, so that ``analyst --help`` answers at once.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer
from typer.core import TyperCommand

from agent import audience_commands
from agent import sample as sampling
from agent.call_help import CallCommand
from agent.command_line import (
    Chroma,
    Export,
    Files,
    Index,
    Json,
    Model,
    Quantize,
    answer_of,
    check_index,
    fail,
    noting,
    pair,
    reads_posts,
    run_plainly,
    run_tool,
    taken_of,
    usage,
)
from agent.index_commands import STOPPED, add, check, correct, index, push, remove
from agent.quiet import hush_libraries
from agent.report_commands import feedback, report
from index.errors import AnalystError
from index.posts.options import Options

if TYPE_CHECKING:
    from agent.analyst import Analyst
    from agent.events import ToolFinished
    from agent.memory import Memory

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
audiences = typer.Typer(help="Keep people under a name: list, show, save, add, remove, rename, delete, compare.")
app.add_typer(audiences, name="audience")
debugging = False


def main() -> None:
    """Entry point of the console script."""
    hush_libraries()
    app()


def command(
    function: Callable[..., None], group: typer.Typer = app, cls: type[TyperCommand] | None = None
) -> Callable[..., None]:
    """Register a command whose failures are sentences on stderr and exit code 1."""

    @functools.wraps(function)
    def calm(*args: Any, **kwargs: Any) -> None:
        try:
            function(*args, **kwargs)
        except (typer.Exit, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            fail(STOPPED)
        except Exception as error:
            if debugging:
                raise
            from agent import console

            fail(console.sentence_of(error))

    group.command(name=function.__name__.rstrip("_"), cls=cls)(calm)
    return calm


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context, debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False
) -> None:
    """Ask about the people and the posts of an export, in plain English. Without a command: opens the chat page."""
    global debugging
    debugging = debug
    if debug:
        logging.getLogger().setLevel(logging.WARNING)
    if context.invoked_subcommand is None:
        run_plainly(context, "serve")


for each in (index, add, check, correct, remove, push, report, feedback):
    command(each)
for each in audience_commands.COMMANDS:
    command(each, audiences)


@command
@reads_posts
def preview(
    files: Files,
    *,
    options: Options,
    as_json: Json = False,
) -> None:
    """Show what would be read of FILES, without indexing: format, columns, counts, languages, first posts."""
    from agent import console
    from index.posts.preview import preview as look

    with console.stdout_for_json(as_json):
        seen = look(files, options)
    if as_json:
        console.say_json(seen.to_dict())
    else:
        console.show_preview(seen)


@command
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    index: Index = None,
    as_json: Json = False,
    model: Model = None,
    quantize: Quantize = None,
    chroma: Chroma = None,
    export: Annotated[
        Path | None,
        typer.Option(help="Also save what the tools found as this .csv, .xlsx, .json or .md; of several results each."),
    ] = None,
) -> None:
    """Ask one question."""
    from agent import console
    from tools.exports.saving import check_export, save_exports

    if export is not None:
        check_export(export)
    found: list[ToolFinished] = []
    with console.stdout_for_json(as_json):
        analyst = _open(index, model, quantize, chroma=chroma)
        events = noting(analyst.stream(question), found)
        answer = answer_of(events) if as_json else console.show_stream(events)
    if answer is None:
        raise AnalystError("The answer broke off", where=analyst.model_name, todo="Ask again.")
    if as_json:
        console.say_json(answer.to_dict())
    if export is not None:
        with console.stdout_for_json(as_json):
            console.say_saved(save_exports(taken_of(found, analyst, question), export))


@command
def chat(
    index: Index = None,
    model: Model = None,
    quantize: Quantize = None,
    chroma: Chroma = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the latest conversation over this index.")
    ] = False,
) -> None:
    """Talk in the terminal; `exit` or Ctrl-D ends it, Ctrl-C stops an answer."""
    from agent import console
    from agent.events import ToolFinished
    from agent.memory import TERMINAL, Memory, state_folder
    from agent.next_steps import steps_after
    from agent.prompt import HISTORY, Prompt

    memory, place = Memory(state_folder()), str((index or sampling.SAMPLE_INDEX).resolve())
    latest = memory.talks(TERMINAL, place)[-1:] if resume else []
    analyst, thread = _open(index, model, quantize, memory, chroma), latest[0].thread if latest else uuid4().hex
    console.say_resumed(latest[0].title if latest else None, wanted=resume)
    kept = bool(latest)
    prompt = Prompt(analyst.library, state_folder() / HISTORY)
    asked: list[str] = []
    for question in prompt:
        if not kept:
            memory.keep(thread, TERMINAL, place, question)
            kept = True
        try:
            analyst, found = analyst.latest(), list[ToolFinished]()
            asked.append(question)
            console.show_stream(noting(analyst.stream(question, thread=thread), found))
            prompt.offered = console.offer(steps_after(analyst.library, found, asked))
        except AnalystError as error:
            console.say_error(str(error))
        except KeyboardInterrupt:
            console.say(STOPPED)


@functools.partial(command, cls=CallCommand)
def call(
    tool: Annotated[str, typer.Argument(help="Name of the tool.")],
    arguments: Annotated[list[str] | None, typer.Argument(metavar="key=value …", help="Its arguments.")] = None,
    index: Index = None,
    chroma: Chroma = None,
    as_json: Json = False,
    chart: Annotated[Path | None, typer.Option(help="Also draw the result into this .png or .svg.")] = None,
    export: Export = None,
) -> None:
    """Run one tool, without a chat model."""
    from agent import console
    from tools.exports.saving import check_names, save
    from tools.registry import TOOLS

    if tool not in TOOLS:
        usage(f"There is no tool {tool!r}. The tools are: {', '.join(TOOLS)}.")
    given = dict(pair(text, "limit=5") for text in arguments or [])
    check_names(tool, chart=chart, export=export)
    with console.stdout_for_json(as_json):
        taken = run_tool(index or sampling.sample_index(), tool, given, chroma)
    console.tell(taken.result, as_json)
    with console.stdout_for_json(as_json):
        console.say_saved(save(taken, chart=chart, export=export))


@command
def calibrate(
    outcomes: Annotated[
        Path | None, typer.Argument(metavar="OUTCOMES.csv", help="What people did: user,campaign,engaged (1 or 0).")
    ] = None,
    index: Index = None,
    campaign: Annotated[str | None, typer.Option(help="The campaign of rows that name none.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Go back to the shipped probabilities.")] = False,
    as_json: Json = False,
) -> None:
    """Fit the probabilities of engaging to outcomes of your own."""
    if (outcomes is None) is not reset:
        usage("Give a file of outcomes, or --reset.")
    from agent import console

    folder = index or sampling.sample_index()
    check_index(folder)
    if outcomes is None:
        from index.versions.layout import open_version
        from tools.targeting.propensity import forget_outcomes

        undone = forget_outcomes(open_version(folder).folder)
        console.say("The shipped probabilities are back." if undone else "These are the shipped probabilities already.")
        return
    with console.stdout_for_json(as_json):
        from tools.library import Library
        from tools.targeting.calibration import calibrate_index

        result = calibrate_index(Library.open(folder), outcomes, campaign)
    console.tell(result, as_json)


@command
def info(
    directory: Annotated[Path | None, typer.Argument(metavar="DIR", envvar="ANALYST_INDEX", help="Index.")] = None,
    as_json: Json = False,
) -> None:
    """Show what an index holds and how it was built."""
    from agent import console
    from index.versions.layout import open_version

    folder = directory or sampling.sample_index()
    manifest = open_version(folder).manifest
    if as_json:
        console.say_json({"index": str(folder), **vars(manifest)})
    else:
        console.show_info(manifest, folder)


@command
def eval_(
    suite: Annotated[Path, typer.Argument(metavar="SUITE", help="A .yaml file of questions, or a folder of them.")],
    index: Index = None,
    as_json: Json = False,
    out: Annotated[Path | None, typer.Option(help="Also save the report here, as JSON.")] = None,
    least: Annotated[float, typer.Option(min=0, max=1, help="The share of cases that must pass.")] = 1.0,
    sure: Annotated[
        bool, typer.Option("--sure", help="Ask that the lower 95 % bound of that share reaches it.")
    ] = False,
    against: Annotated[Path | None, typer.Option(help="A saved report to compare this run with.")] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="Chat model; the first is judged and compared with the others.", show_default="shipped"),
    ] = None,
    quantize: Quantize = None,
    chroma: Chroma = None,
) -> None:
    """Run a suite of questions; exit code 1 if too many cases fail."""
    from agent import console
    from agent.suite.run import evaluate, load_suite

    cases = load_suite(suite)
    with console.stdout_for_json(as_json):
        # One after the other: two models may not fit.
        analysts = (_open(index, name, quantize, chroma=chroma) for name in model or (None,))
        outcome = evaluate(cases, analysts, against=against, least=least, sure=sure, say=console.say)
    if as_json:
        console.say_json(outcome.to_dict())
    else:
        outcome.show(console.stdout())
    if out is not None:
        outcome.save(out)
    if not outcome.enough:
        raise typer.Exit(1)


@command
def serve(
    index: Index = None,
    host: Annotated[
        str,
        typer.Option(envvar="GRADIO_SERVER_NAME", help="Address to listen on; beyond this machine only with --auth."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="GRADIO_SERVER_PORT", min=1, max=65535)] = 7860,
    model: Model = None,
    quantize: Quantize = None,
    chroma: Chroma = None,
    auth: Annotated[
        str | None, typer.Option(envvar="ANALYST_AUTH", metavar="user:password", help="Ask visitors for a login.")
    ] = None,
    indexes: Annotated[
        Path | None,
        typer.Option(
            help="Folder of indexes to choose from, and of visitors' own.", show_default="the folder of the index"
        ),
    ] = None,
    mcp: Annotated[
        bool, typer.Option("--mcp", envvar="ANALYST_MCP", help="Also offer the tools over MCP, at /mcp.")
    ] = False,
) -> None:
    """Open the chat page; visitors can choose among the indexes of a folder, and bring posts of their own."""
    from agent.page.serving import check_visitors, login_of, serve_page

    try:
        login = login_of(auth)
        check_visitors(host, login)
    except ValueError as error:
        usage(str(error))
    if index is not None:
        check_index(index)
    served = index or sampling.SAMPLE_INDEX
    folder = indexes or served.absolute().parent
    open_with = functools.partial(_open, index, model, quantize, chroma=chroma)
    serve_page(open_with, served, folder, host=host, port=port, login=login, mcp=mcp)


def _open(
    index: Path | None,
    model: str | None,
    quantize: str | None = None,
    memory: Memory | None = None,
    chroma: str | None = None,
) -> Analyst:
    folder = index or sampling.sample_index()
    check_index(folder)
    from agent import console

    console.say_where(model)
    with console.waiting("Loading the models …"):
        from agent.analyst import Analyst

        return Analyst.open(folder, model=model, quantize=quantize, memory=memory, chroma=chroma)


if __name__ == "__main__":
    main()
