"""What the page shows of posts that a visitor brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from agent.page.limiter import in_line
from agent.page.uploads.catalogue import Entry
from agent.page.uploads.job import Progress
from agent.page.uploads.process import FilePreview, Wish
from agent.page.uploads.session import LARGEST, UploadSession
from agent.page.views.fields import Table
from agent.page.views.html import render
from index.posts.language import ENGLISH, name_of
from index.posts.record import REQUIRED
from tools.result.words import count, listed, shortened

FEW_PEOPLE = 150
CELL, NARROW = 90, 40  # characters of a cell: of the text of a post, of anything else
MOST_COLUMNS = 12  # of the rows that are shown
MOST_UNUSED = 40  # names of columns
FIELDS = {
    "text": "Text of the post",
    "author": "Who wrote it",
    "id": "Id of the post",
    "created_at": "When",
    "community": "Community or channel",
    "likes": "Likes",
    "shares": "Shares",
    "replies": "Replies",
    "lang": "Language",
    "url": "Address",
}
FURTHER = {"reposted": "Whose words it passes on", "visibility": "Who may read it", "bot": "Whether a machine wrote it"}
LACKING = {
    "created_at": "times", "community": "communities", "likes": "likes", "shares": "shares", "replies": "replies",
}  # fmt: skip
FOUND, NONE = "", "(none)"  # what stands in a choice of columns for what was found, and for no column at all
ORDERS = {"": "as the column shows", "dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
PRIVATE = {"direct": "messages between few", "followers": "for followers, friends or oneself only"}
INTRO = (
    "The file or archive as a platform or tool handed it to you: CSV, Excel, JSON, a ZIP of X, Facebook, LinkedIn, "
    f"Slack and others, a chat of Telegram or WhatsApp; at most {LARGEST >> 20} MB. You see what would be read before "
    "anything is made of it. It is read on the machine that runs this page and goes nowhere else; only this browser "
    "can open what is made of it."
)

MEANWHILE = "You can go on asking about the other posts meanwhile."


def upload_html(session: UploadSession) -> Markup:
    """Where a visitor's posts are on their way into an index."""
    sentence, is_error = session.message
    message = (sentence, "error" if is_error else "note") if sentence else None
    if session.job is not None:
        progress = session.job.progress()
        bar = progress_context(progress, session.job.total)
        waits = in_line(progress.place) if progress.place else ""
        return render(
            "upload.html.j2", message=message, session=session, progress=progress, bar=bar, waits=waits, after=MEANWHILE
        )
    if session.preview is not None:
        return render("upload.html.j2", message=message, preview=preview_html(session.name, session.preview))
    return render("upload.html.j2", message=message, intro=INTRO)


def progress_html(progress: Progress, total: int) -> Markup:
    """A bar with how many posts are read, how fast, and how long it will still take."""
    return render("progress.html.j2", bar=progress_context(progress, total))


def progress_context(progress: Progress, total: int) -> dict[str, object]:
    """The share that is read, and in words how many posts, how fast, and how long it will still take."""
    said = [f"{progress.done:,} of {count(total, 'post')}"]
    if progress.done >= total:
        said = [f"{count(total, 'post')} read", "putting them in order"]
    elif progress.rate is None:
        said.append("loading the models" if not progress.done else "measuring the speed")
    else:
        said += [f"{progress.rate:,.0f} posts a second", f"about {duration(progress.left or 0)} left"]
    return {"share": min(1.0, progress.done / total) if total else 0.0, "words": " · ".join(said)}


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 90:
        return count(max(1, round(seconds)), "second")
    return count(round(seconds / 60), "minute")


def preview_html(name: str, preview: FilePreview) -> Markup:
    """What a file holds, what would be read of it, and what would not."""
    if not preview.seen:
        wanted = listed([FIELDS[field].lower() for field in preview.missing])
        return render("preview.html.j2", name=name, wanted=wanted, preview=preview)
    seen = preview.seen
    rejected = sum(seen["rejected"].values())
    rows = [[f"{row:,}", reason, shortened(raw, CELL)] for row, reason, raw in seen["rejects"]]
    return render(
        "preview.html.j2", name=name, preview=preview, seen=seen, kind=_kind(seen), facts=_facts(seen),
        notices=list(_notices(preview)), columns=_columns(seen), unused=seen["ignored"][:MOST_UNUSED],
        lacking=listed([LACKING[field] for field in seen["missing"]]), rejected=rejected,
        rejects=Table(f"The first {len(rows)} of {rejected:,}", ["Row", "Why", "How it begins"], rows),
        reasons=_counted(seen["rejected"]), left=_counted(seen["left_out"]), left_count=sum(seen["left_out"].values()),
        skipped=[f"{shortened(file, CELL)}: {reason.rstrip('.')}" for file, reason in seen["skipped"][:MOST_UNUSED]],
        skipped_count=len(seen["skipped"]),
    )  # fmt: skip


def _kind(seen: Mapping[str, Any]) -> str:
    """What the file is, in a line."""
    how = ", ".join(filter(None, (seen["container"], seen["encoding"])))
    return f"{seen['format']} ({how})" if how else str(seen["format"])


def _facts(seen: Mapping[str, Any]) -> list[tuple[str, str]]:
    days = [moment[:10] for moment in seen["span"] or ()]
    found = [
        ("Posts", f"{seen['posts']:,}"), ("People", f"{seen['authors']:,}"),
        ("Span", " to ".join(days) if days else "not dated"), ("Rows in the file", f"{seen['rows']:,}"),
    ]  # fmt: skip
    for name, number in (
        ("Rejected", sum(seen["rejected"].values())), ("Left out", sum(seen["left_out"].values())),
        ("Seen twice", seen["duplicates"]),
    ):  # fmt: skip
        found += [(name, f"{number:,}")] if number else []
    return found


def _notices(preview: FilePreview) -> Iterator[tuple[str, str]]:
    """Sentences that should be seen, and how much they matter."""
    seen = preview.seen
    if not seen["posts"]:
        what = f"None of the {seen['rows']:,} rows is taken as a post."
        yield f"{what} {_how_to_get_posts(seen)}", "error"
    elif seen["authors"] < FEW_PEOPLE:
        yield f"Careful: only {count(seen['authors'], 'person', 'people')} wrote these posts.", "warning"
    if seen["date_order"]:
        order = listed([ORDERS.get(order, order) for order in seen["date_order"].split(", ")])
        unsure = "cannot tell" in seen["date_why"] or "both orders" in seen["date_why"]
        yield f"Dates are read as {order} ({seen['date_why']}).", "warning" if unsure else "note"
    for note in seen["notes"]:
        said = note.partition("; say --")[0]
        if not said.startswith("dates are read as"):
            yield f"{said[:1].upper()}{said[1:]}.", "note"
    yield from _whose(seen, bool(preview.wish.get("include_private")))
    yield from _spoken(seen)
    if seen["emptied"]:
        told = [f"{_label(name)} of {count(of, 'post')} ({why})" for name, why, of in seen["emptied"]]
        yield f"Emptied or mended: {listed(told)}.", "warning"


def _how_to_get_posts(seen: Mapping[str, Any]) -> str:
    if seen["private"]:
        return "They are not public; take them along below if they may be looked into."
    return "Choose other columns, or another file."


def _whose(seen: Mapping[str, Any], taken: bool) -> Iterator[tuple[str, str]]:
    if seen["private"]:
        kinds = [words for kind, words in PRIVATE.items() if any(f"({kind})" in reason for reason in seen["left_out"])]
        why = f" ({listed(kinds)})" if kinds else ""
        yield f"{_are(seen['private'])} not public{why}: {'taken along' if taken else 'left out'}.", "note"
    if seen["reposts"]:
        passing = "passes" if seen["reposts"] == 1 else "pass"
        yield f"{count(seen['reposts'], 'post')} {passing} on others' words, kept apart from people's own.", "note"
    if seen["bots"]:
        yield f"{_are(seen['bots'])} by machines, which are in no audience.", "note"


def _are(posts: int) -> str:
    return f"{count(posts, 'post')} {'is' if posts == 1 else 'are'}"


def _spoken(seen: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = {code: number for code, number in seen["languages"].items() if code != "?"}
    if not known:
        return
    words = [f"{number:,} in {name_of(code)}" for code, number in list(known.items())[:6]]
    foreign = sum(known.values()) - known.get(ENGLISH, 0)
    rest = f" {foreign:,} of {sum(known.values()):,} are not in English: their tone and names are not read."
    yield f"Languages: {listed(words)}.{rest if foreign else ''}", "warning" if foreign else "note"


def _columns(seen: Mapping[str, Any]) -> Table:
    rows = [[_label(name).capitalize(), source] for name, source in seen["columns"].items()]
    return Table("What is read from where", ["Of a post", "From"], rows)


def _counted(reasons: Mapping[str, int]) -> str:
    several = sorted(reasons.items(), key=lambda reason: -reason[1])
    return listed([f"{number:,} × {reason}" for reason, number in several])


def _label(name: str) -> str:
    return FIELDS.get(name, FURTHER.get(name, name)).lower()


def sample_html(preview: FilePreview) -> Markup:
    """The first posts as they would be read; the first rows as they stand, where a column is to be chosen."""
    if not preview.seen:
        return _rows_html(preview)
    first = preview.seen["first"]
    names = [name for name in ("author", "text", "created_at", "likes", "community") if any(p[name] for p in first)]
    rows = [[_cell(name, post[name]) for name in names] for post in first]
    if not rows:
        return Markup()
    heads = [FIELDS[name] for name in names]
    return render("sample.html.j2", sample=Table(f"The first {count(len(rows), 'post')}", heads, rows), more=[])


def _cell(name: str, value: Any) -> str:
    if name == "created_at" and value:
        return str(value)[:16].replace("T", " ")
    return shortened("" if value is None else str(value), CELL if name == "text" else NARROW)


def _rows_html(preview: FilePreview) -> Markup:
    told = {column: field for field, column in preview.columns.items()}
    names = [*(name for name in preview.names if name in told), *(name for name in preview.names if name not in told)]
    shown = [name for name in names if any(name in row for row in preview.rows)][:MOST_COLUMNS]
    heads = [f"{name} → {_label(told[name])}" if name in told else name for name in shown]
    rows = [[shortened(row.get(name, ""), NARROW) for name in shown] for row in preview.rows]
    if not rows or not shown:
        return Markup()
    more = [name for name in names if name not in shown][:MOST_UNUSED]
    return render("sample.html.j2", sample=Table(f"The first {count(len(rows), 'row')}", heads, rows), more=more)


def choices(preview: FilePreview, field: str) -> list[tuple[str, str]]:
    """What can be chosen for a field: label and value."""
    found = preview.columns.get(field, "")
    own = [(f"as found: {shortened(found, NARROW)}" if found else "–", FOUND)]
    own += [("none", NONE)] if field not in REQUIRED else []
    return [*own, *((name, name) for name in preview.names)]


def chosen(preview: FilePreview, field: str) -> str:
    """The value of the choice for a field."""
    column = preview.wish.get("columns", {}).get(field)
    return FOUND if column is None else column or NONE


def wished(columns: Mapping[str, str], author: str, date_order: str, include_private: bool) -> Wish:
    """What the choices say; ``columns`` is field → value of its choice."""
    said = {field: "" if value == NONE else value for field, value in columns.items() if value != FOUND}
    return Wish(said, author, date_order, include_private)


def own_html(entries: list[Entry]) -> Markup:
    """The visitor's own indexes, each to ask about or to delete."""
    return render("own.html.j2", entries=entries)


def indexes_html(entries: list[Entry], current: str) -> Markup:
    """The choice among indexes."""
    return render("indexes.html.j2", entries=entries, current=current)
