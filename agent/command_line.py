"""What the commands of ``app.py`` share: their options, and ends with a sentence."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from index.posts.options import Options

if TYPE_CHECKING:
    from agent.analyst import Analyst
    from agent.events import Answer, Event, ToolFinished
    from tools.exports.about import Taken

Files = Annotated[
    list[str],
    typer.Argument(help="Exports of posts: files, folders, ZIP archives; patterns and - (standard input) work."),
]

Index = Annotated[
    Path | None,
    typer.Option(
        envvar="ANALYST_INDEX", help="Index directory.", show_default="the sample that ships with the project"
    ),
]
Model = Annotated[
    str | None,
    typer.Option(help="Chat model: a hub id, a directory or http://host:port/v1#name.", show_default="the shipped one"),
]
Chroma = Annotated[
    str | None,
    typer.Option(
        envvar="ANALYST_CHROMA",
        metavar="http://host:port",
        help="A Chroma server that has the vectors of the index.",
        show_default="those on this disk",
    ),
]
Quantize = Annotated[Literal["8bit", "4bit"] | None, typer.Option(help="Load the chat model in fewer bits.")]
Export = Annotated[
    Path | None, typer.Option(help="Also save the result as this .csv, .xlsx, .json or .md; a brief as .html, too.")
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]


def reads_posts(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of ``reading_options``; it is called with what they say as ``options``."""

    @functools.wraps(function)
    def with_options(**given: Any) -> None:
        told = {name: given.pop(name) for name in shared}
        function(**given, options=reading_options(**told))

    own = [each for each in inspect.signature(function, eval_str=True).parameters.values() if each.name != "options"]
    shared = inspect.signature(reading_options, eval_str=True).parameters
    # Typer reads both.
    parameters = [*(each.replace(kind=each.KEYWORD_ONLY) for each in own), *shared.values()]
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {each.name: each.annotation for each in parameters}
    return with_options


def reading_options(
    *,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="A column or nested value by hand, as in text=body or author=user.handle."),
    ] = None,
    author: Annotated[
        str | None, typer.Option(help="Who wrote the posts that name no author, as in archives of one's own.")
    ] = None,
    date_order: Annotated[
        Literal["dmy", "mdy", "ymd"] | None,
        typer.Option(help="The order of days like 03.01.2024.", show_default="what the whole column shows"),
    ] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="id,author,text,…", help="The columns of a table that has no header.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="The encoding of the files.", show_default="what they show")
    ] = None,
    include_private: Annotated[
        bool, typer.Option("--include-private", help="Also take direct messages and posts for followers only.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at a file without posts instead of skipping it.")
    ] = False,
) -> Options:
    """What the command line says about the files (``index.posts.options.Options``)."""
    return Options(
        columns=dict(pair(text, "--map text=body") for text in map_ or []),
        author=author,
        date_order=date_order,
        names=tuple(name.strip() for name in columns.split(",")) if columns else (),
        encoding=encoding,
        include_private=include_private,
        strict=strict,
    )


def pair(text: str, example: str) -> tuple[str, str]:
    """``key=value`` in two; ends the command with exit code 2 if it is none."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        usage(f"{text!r} is not of the form key=value, as in {example}.")
    return key.strip(), value


def run_plainly(context: typer.Context, name: str) -> None:
    """Run a command as if its name alone had been typed."""
    chosen = context.command.get_command(context, name)  # type: ignore[attr-defined]
    with chosen.make_context(name, [], parent=context) as inner:
        chosen.invoke(inner)


def check_index(folder: Path) -> None:
    """Fails in milliseconds what would fail after the models are loaded."""
    from index.versions.layout import open_version

    open_version(folder)


def run_tool(folder: Path, tool: str, given: dict[str, str], chroma: str | None = None) -> Taken:
    """One tool over the index in ``folder``; arguments that do not fit end the command as wrong usage."""
    from tools.exports.about import Taken
    from tools.library import Library
    from tools.registry import BadArguments, call_tool, checked_arguments

    library = Library.open(folder, chroma)
    try:
        return Taken(library, call_tool(library, tool, dict(given)), tool, checked_arguments(tool, given))
    except BadArguments as error:
        usage(str(error))


def noting(events: Iterable[Event], found: list[ToolFinished]) -> Iterator[Event]:
    """The same events; the results among them are kept in ``found``, each call once."""
    from agent.events import ToolFinished

    for event in events:
        if isinstance(event, ToolFinished) and event.result is not None:
            found[:] = [each for each in found if (each.name, each.args) != (event.name, event.args)] + [event]
        yield event


def answer_of(events: Iterable[Event]) -> Answer | None:
    """The answer at the end of the events; None if they end without one."""
    from agent.events import Finished

    return next((event.answer for event in list(events) if isinstance(event, Finished)), None)


def taken_of(found: Iterable[ToolFinished], analyst: Analyst, question: str) -> list[Taken]:
    """What the tools found for a question, to take away."""
    from tools.exports.about import Taken

    return [
        Taken(analyst.library, each.result, each.name, each.args, question, analyst.model_name)
        for each in found
        if each.result is not None
    ]


def usage(sentence: str) -> NoReturn:
    """End a command that was given wrong."""
    fail(sentence, code=2)


def fail(sentence: str, code: int = 1) -> NoReturn:
    """End the command with a sentence on stderr."""
    from agent import console

    console.say_error(sentence)
    raise typer.Exit(code)
