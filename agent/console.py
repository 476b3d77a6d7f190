"""The terminal: progress, tool steps, answers and figures. What people asked for goes to stdout, all else to stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from agent.events import Answer, Event, Finished, ToolFinished, ToolStarted, Words
from index.errors import AnalystError
from index.versions.layout import version_folder

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

    from index.add import Added
    from index.build import Tally, Watch
    from index.check import Fault
    from index.manifest import Manifest
    from index.posts.preview import Preview
    from index.remove import Removed
    from index.repair import Repaired
    from tools.result.result import ToolResult

UNGROUNDED = "The model's own words could not be traced to the data, so these are the tools' own."
ARGUMENT_SHOWN = 200  # characters of one argument in a tool step
# Control characters could move the cursor or rewrite the screen; direction marks could reorder what is read.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def stdout() -> Console:
    """A console on today's stdout; made anew each time, since tests and ``--json`` replace the stream."""
    return Console(highlight=False, soft_wrap=True)


def stderr() -> Console:
    """A console on today's stderr."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def visible(text: str, style: str = "") -> Text:
    """Text from posts or models, with everything taken out that a terminal would obey."""
    return Text(_UNSEEN.sub("", text), style=style)


def say_error(sentence: str) -> None:
    """A failure, in one sentence or two."""
    stderr().print(visible(sentence, "red"))


def sentence_of(error: Exception) -> str:
    """Any failure as a sentence: ours are ones already; the system's say what, where and mostly why."""
    if isinstance(error, AnalystError):
        return str(error)
    if isinstance(error, OSError) and error.strerror and error.filename:
        todo = "Check that it is there, that there is room and that you may read and write it."
        return str(AnalystError(error.strerror, where=str(error.filename), todo=todo))
    what = f"Something unforeseen happened: {type(error).__name__}: {error}"
    return str(AnalystError(what, todo="Run `analyst --debug …` to see where."))


def say(sentence: str) -> None:
    """A remark that is no result."""
    stderr().print(visible(sentence, "dim"))


def say_saved(paths: Iterable[Path]) -> None:
    """Which files were written."""
    for path in paths:
        say(f"Saved {path}.")


def say_where(model: str | None) -> None:
    """Says so if questions and what the tools return leave this machine."""
    from agent.models.address import is_endpoint, parse

    if model is not None and is_endpoint(model) and not (endpoint := parse(model)).on_this_machine:
        say(f"Questions and the posts that tools return are sent to {endpoint.url}.")


def say_json(value: Mapping[str, Any]) -> None:
    """Exactly one JSON object on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


@contextmanager
def stdout_for_json(wanted: bool) -> Iterator[None]:
    """With ``wanted``, whatever a library prints goes to stderr, so that stdout holds one object."""
    if not wanted:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield


@contextmanager
def waiting(sentence: str) -> Iterator[None]:
    """A spinner while something takes its time; nothing where nobody watches."""
    console = stderr()
    if not console.is_terminal:
        yield
        return
    with console.status(visible(sentence, "dim")):
        yield


def written_call(name: str, args: Mapping[str, Any]) -> str:
    """A call as people read it: ``find_audience(campaign="Nike", limit=5)``."""
    return f"{name}({', '.join(f'{key}={_short(value)}' for key, value in args.items())})"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= ARGUMENT_SHOWN else text[: ARGUMENT_SHOWN - 1] + "…"


def show_stream(events: Iterable[Event]) -> Answer | None:
    """Print tool steps as they happen and the answer. None if the events end without one.

    A terminal shows the words as they come and then, in their place, the final answer, which alone stays.
    """
    out, answer, words, note = stdout(), None, "", ""
    with Live(console=out, transient=True, auto_refresh=False) as live:
        for event in events:
            if isinstance(event, Words) and out.is_terminal:
                words += event.text
                live.update(visible(words), refresh=True)
            elif isinstance(event, ToolStarted):
                words = ""
                live.update("", refresh=True)
                stderr().print(visible(f"→ {written_call(event.name, event.args)}", "cyan"))
            elif isinstance(event, ToolFinished):
                stderr().print(_step_end(event))
            elif isinstance(event, Finished):
                answer, note = event.answer, event.note
        live.update("")
    if answer is not None:
        _show_answer(out, answer)
    if note:
        say(note)
    return answer


def _step_end(event: ToolFinished) -> Text:
    lines = event.text.splitlines() or [""]
    first = lines[0] + (f" (and {len(lines) - 1} more lines)" if len(lines) > 1 else "")
    return visible(f"  {first}  [{event.seconds:.1f} s]", "dim" if event.result is not None else "yellow")


def _show_answer(out: Console, answer: Answer) -> None:
    out.print(visible(answer.answer))
    if not answer.grounded:
        stderr().print(visible(UNGROUNDED, "yellow"))


def offer(questions: Sequence[str]) -> Sequence[str]:
    """Print what can be asked next, by its number, where somebody sits at a terminal; returns what was printed."""
    if not questions or not stdout().is_terminal:
        return ()
    told = "   ".join(f"{number} {question}" for number, question in enumerate(questions, 1))
    stdout().print(visible(f"Next: {told}", "dim"))
    return questions


def tell(result: ToolResult, as_json: bool) -> None:
    """What one tool returned, in words or as one JSON object."""
    if as_json:
        say_json(result.to_dict())
    else:
        show_result(result)


def show_result(result: ToolResult) -> None:
    """What one tool returned: headline, lines, warnings."""
    out = stdout()
    for line in result.said:
        out.print(visible(line.text, "yellow" if line.role == "warning" else ""))


def say_resumed(title: str | None, *, wanted: bool) -> None:
    """How a talk begins: ``title`` is the first question of the one that goes on."""
    if title is not None:
        say(f"Going on with: {title}")
    elif wanted:
        say("There is no earlier conversation over this index, so this is a new one.")
    say("Ask a question; `exit` or Ctrl-D ends the conversation.")


@contextmanager
def build_progress(total: int | None) -> Iterator[Watch]:
    """A bar by bytes with posts, posts a second and the time left; yields what ``build_index`` tells of itself."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from index.build import Watch

    columns: list[ProgressColumn | str] = [TextColumn("Indexing"), BarColumn(), TextColumn("{task.percentage:>3.0f} %")]
    columns += [TextColumn("{task.fields[stored]:,} posts"), TextColumn("{task.fields[rate]:,.0f} posts/s")]
    columns += [TimeRemainingColumn(compact=True), TextColumn("left")]
    console = stderr()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("index", total=total, stored=0, rate=0.0)
        before = 0  # posts that an unfinished build had analysed

        def advance(read: int, stored: int) -> None:
            elapsed = _elapsed(progress)
            rate = (stored - before) / elapsed if elapsed else 0.0
            progress.update(task, completed=read, stored=stored, rate=rate)

        def resumed(read: int, posts: int) -> None:
            nonlocal before
            before = posts
            progress.reset(task, total=total, completed=read, stored=posts)  # speed and time left count from here
            say_here(f"Resumed at {posts:,}{_of_about(read, posts, total)} posts.")

        def say_here(sentence: str) -> None:
            console.print(visible(sentence, "dim"))

        yield Watch(advance, resumed, say_here)


def _of_about(read: int, posts: int, total: int | None) -> str:
    """How many posts there may be in all, told by the bytes ``read`` for ``posts`` of them; "" where that tells
    nothing.
    """
    if not total or not 0 < read < total:
        return ""
    likely = posts * total / read
    step = 10 ** max(0, len(str(int(likely))) - 2)  # two digits: files are read in blocks, and posts differ in length
    return f" of about {round(likely / step) * step:,}"


def _elapsed(progress: Progress) -> float:
    return progress.tasks[0].elapsed or 0.0


def show_built(manifest: Manifest, tally: Tally, folder: Path) -> None:
    """What a build made: counts, rejects with their reasons, speed, memory, place."""
    out = stdout()
    out.print(f"Indexed {_counts(manifest)}, {span(manifest)}.")
    for line in tally.report.lines():
        out.print(visible(line))
    if tally.rejected or tally.duplicates or tally.report.left_out:
        out.print(
            visible(f"Rows that are no posts are listed in {version_folder(folder, manifest) / 'rejects.jsonl'}.")
        )
    speed, memory = f"{manifest.posts_per_second:,.0f} posts/s", f"{manifest.peak_mb:,.0f} MB at most"
    out.print(f"It took {manifest.seconds:,.1f} s: {speed}, {memory}.")
    out.print(visible(f"The index is in {folder}."))


def show_checked(
    folder: Path,
    faults: Sequence[Fault],
    left: Sequence[str],
    mended: Repaired | None,
    unknown: Mapping[str, Sequence[str]],
) -> None:
    """What a check found, and what was mended; ``unknown`` people of saved audiences are no fault."""
    from tools.result.words import count

    out = stdout()
    for name, people in unknown.items():
        are = count(len(people), "person of the audience", "people of the audience")
        out.print(visible(f"{are} {name} {'has' if len(people) == 1 else 'have'} no posts here (any more)."))
    for fault in faults:
        out.print(visible(fault.sentence if mended is None else f"{fault.file} {fault.what}."))
    if mended is not None:
        made = f"; made anew: {', '.join(mended.made)}" if mended.made else ""
        done = f"Brought to format {mended.manifest.format}" if mended.upgraded else "Mended"
        out.print(visible(f"{done}{made}. The index in {folder} is whole: {_counts(mended.manifest)}."))
        return
    if left:
        out.print(visible(f"{len(left)} older versions lie in {folder / 'versions'}; the next run deletes them."))
    if not faults:
        out.print(visible(f"The index in {folder} is whole: every file is what was written."))


def show_added(folder: Path, added: Added) -> None:
    """What an addition brought."""
    out = stdout()
    out.print(f"Added {added.new:,} posts; {added.changed:,} have changed, {added.known:,} were there before.")
    for line in added.tally.report.lines():
        out.print(visible(line))
    if added.manifest is not None:
        out.print(visible(f"The index in {folder} holds {_counts(added.manifest)}."))


def show_removed(folder: Path, removed: Removed, talks: int) -> None:
    """What was forgotten, and what is left."""
    from tools.result.words import count

    out, left = stdout(), _counts(removed.manifest)
    gone = [count(removed.posts, "post"), *([count(removed.people, "person", "people")] if removed.people else [])]
    out.print(f"Forgot {' and '.join(gone)}; {left} are left.")
    out.print("The list of rejected rows was emptied. Posts in which others name somebody stay.")
    out.print("The request is remembered: exports that still have these posts do not bring them back.")
    for name in removed.audiences:
        out.print(visible(f"Taken out of the saved audience {name}."))
    if talks:
        out.print(f"Deleted {count(talks, 'kept conversation')} about these posts.")
    if removed.held:
        out.print(
            visible(
                f"A page or chat still has the former version open: close it, then `analyst check {folder} --repair`."
            )
        )


def show_preview(seen: Preview) -> None:
    """What would be read of some files: the report, notes, and the first posts as a table."""
    out = stdout()
    for line in seen.lines:
        out.print(visible(line))
    table = Table(box=None, pad_edge=False, header_style="dim")
    fields = [
        name for name in ("author", "created_at", "community", "likes", "text") if any(p[name] for p in seen.first)
    ]
    for name in fields:
        table.add_column(name, no_wrap=name != "text")
    for post in seen.first:
        table.add_row(*(visible(str(post[name] if post[name] is not None else "")[:120]) for name in fields))
    out.print(table)


def show_info(manifest: Manifest, folder: Path) -> None:
    """The manifest as a table."""
    table = Table(show_header=False, box=None, pad_edge=False)
    heads = ", ".join(f"{name} {digest}" for name, digest in manifest.heads.items())
    rows = {
        "index": str(folder),
        "posts": f"{manifest.posts:,}",
        "people": f"{manifest.people:,}",
        "communities": f"{manifest.communities:,}",
        "span": span(manifest),
        "rejected": f"{manifest.rejected:,} rows, {manifest.duplicates:,} duplicates",
        "read": "\n".join(_read_as(manifest)),
        "sources": "\n".join(manifest.sources),
        "built": f"{manifest.built_at}, {manifest.seconds:,.1f} s, {manifest.posts_per_second:,.0f} posts/s",
        "memory": f"{manifest.peak_mb:,.0f} MB at most",
        "encoder": f"{manifest.encoder} ({manifest.precision})",
        "entities": manifest.ner,
        "heads": heads or "none",
        "format": str(manifest.format),
    }
    for name, value in rows.items():
        table.add_row(Text(name, style="dim"), visible(value))
    stdout().print(table)


def _read_as(manifest: Manifest) -> list[str]:
    """What the files were read as, and in which languages the posts are."""
    report = manifest.report
    formats, languages = ", ".join(report.get("formats") or []), report.get("languages") or {}
    spoken = ", ".join(f"{count:,} {name}" for name, count in list(languages.items())[:6])
    foreign = sum(count for name, count in languages.items() if name not in ("en", "?"))
    lines = [formats, f"languages: {spoken}" if spoken else ""]
    if foreign:
        lines.append(f"{foreign:,} of {manifest.posts:,} posts are not English: tone and names were not made for them")
    return [line for line in lines if line] or ["not told"]


def _counts(manifest: Manifest) -> str:
    return f"{manifest.posts:,} posts by {manifest.people:,} people in {manifest.communities:,} communities"


def span(manifest: Manifest) -> str:
    """First and last day of the posts: ``2013-01-03 to 2023-06-30``."""
    if not manifest.first_post or not manifest.last_post:
        return "without dates"
    first, last = manifest.first_post[:10], manifest.last_post[:10]
    return first if first == last else f"{first} to {last}"
