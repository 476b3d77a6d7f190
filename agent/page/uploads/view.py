"""What the page shows of posts that a visitor brings."""

from __future__ import annotations

from markupsafe import Markup

from agent.page.limiter import in_line
from agent.page.uploads.catalogue import Entry
from agent.page.uploads.job import Progress
from agent.page.uploads.process import NUMBERED, SAMPLE, FilePreview
from agent.page.uploads.session import LARGEST, UploadSession
from agent.page.views.fields import Table
from agent.page.views.html import render
from tools.result.words import count, listed, shortened

FEW_PEOPLE = 150
CELL, NARROW = 90, 40  # characters of a cell: of the text of a post, of anything else
MOST_COLUMNS = 12  # of the rows that are shown
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
INTRO = (
    "A file of posts as CSV, TSV, JSON Lines, Parquet (plain, .gz or .zst), or an archive of X, Reddit, Mastodon or "
    f"Bluesky as JSON; at most {LARGEST >> 20} MB. It is read on the machine that runs this page and goes nowhere "
    "else; only this browser can open what is made of it."
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
    """What a file holds, and which of its rows are no posts."""
    wanted = listed([FIELDS[field].lower() for field in preview.missing])
    why = sorted(preview.reasons.items(), key=lambda reason: -reason[1])
    rows = [[f"{row:,}", reason, shortened(raw, CELL)] for row, reason, raw in preview.rejects]
    rejects = Table(f"The first {len(rows)} of {preview.rejected:,}", ["Row", "Why", "How it begins"], rows)
    return render(
        "preview.html.j2", name=name, preview=preview, wanted=wanted, few=preview.people < FEW_PEOPLE, rejects=rejects,
        reasons=listed([f"{number:,} × {reason}" for reason, number in why]),
        emptied=listed([f"{FIELDS[name].lower()} of {count(of, 'post')} ({why})" for name, why, of in preview.emptied]),
    )  # fmt: skip


def sample_html(preview: FilePreview) -> Markup:
    """The first rows, columns that are used first."""
    fields = {preview.columns[field]: field for field in FIELDS if field in preview.columns}
    used = [column for column in fields if column in preview.names]
    names = [*used, *(name for name in preview.names if name not in fields)]
    shown = names[:MOST_COLUMNS]
    heads = [f"{name} → {FIELDS[fields[name]].lower()}" if name in fields else f"{name} (not used)" for name in shown]
    widths = [CELL if fields.get(name) == "text" else NARROW for name in shown]
    rows = [
        [shortened(row.get(name, ""), width) for name, width in zip(shown, widths, strict=True)]
        for row in preview.sample[:SAMPLE]
    ]
    if not rows or not shown:
        return Markup()
    more = [f"{name} (not used)" for name in names[MOST_COLUMNS : 4 * MOST_COLUMNS]]
    return render("sample.html.j2", sample=Table(f"The first {count(len(rows), 'row')}", heads, rows), more=more)


def choices(preview: FilePreview, field: str) -> list[tuple[str, str]]:
    """What can be chosen for a field: label and value."""
    own = [("none: number the posts", NUMBERED)] if field == "id" else []
    return [("–", ""), *own, *((name, name) for name in preview.names)]


def own_html(entries: list[Entry]) -> Markup:
    """The visitor's own indexes, each to ask about or to delete."""
    return render("own.html.j2", entries=entries)


def indexes_html(entries: list[Entry], current: str) -> Markup:
    """The choice among indexes."""
    return render("indexes.html.j2", entries=entries, current=current)
