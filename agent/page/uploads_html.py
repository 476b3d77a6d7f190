"""What the page shows of posts that a visitor brings."""

from __future__ import annotations

from agent.page.catalogue import Entry
from agent.page.html import action, bar, chips, esc, facts, notice, table
from agent.page.job import Progress
from agent.page.limiter import in_line
from agent.page.upload_process import NUMBERED, SAMPLE, Look
from agent.page.uploads import LARGEST, Desk
from tools.result.words import count, listed

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


def desk_html(desk: Desk) -> str:
    """Where a visitor's posts are on their way into an index."""
    note, bad = desk.note
    told = notice(note, "error" if bad else "note") if note else ""
    if desk.job is not None:
        return told + _at_work(desk, desk.job.progress(), desk.job.total)
    if desk.look is not None:
        return told + look_html(desk.name, desk.look)
    return f'{told}<h3>Bring your own posts</h3><p class="quiet">{esc(INTRO)}</p>'


def _at_work(desk: Desk, progress: Progress, total: int) -> str:
    doing = "Reading" if desk.making else "Looking through"
    head = f'<h3 dir="auto">{doing} {esc(desk.name)}</h3>'
    if progress.place:
        return f'{head}<p role="status">Others\' posts are being read first. {in_line(progress.place)}.</p>'
    if not desk.making:
        rows = f"{progress.done:,} rows so far" if progress.done else "Beginning"
        return f'{head}<p role="status">{rows} …</p><div class="wait" aria-hidden="true"><i></i><i></i><i></i></div>'
    return f'{head}{progress_html(progress, total)}<p class="quiet">{esc(MEANWHILE)}</p>'


def progress_html(progress: Progress, total: int) -> str:
    """A bar with how many posts are read, how fast, and how long it will still take."""
    share = min(1.0, progress.done / total) if total else 0.0
    said = [f"{progress.done:,} of {count(total, 'post')}"]
    if progress.done >= total:
        said = [f"{count(total, 'post')} read", "putting them in order"]
    elif progress.rate is None:
        said.append("loading the models" if not progress.done else "measuring the speed")
    else:
        said += [f"{progress.rate:,.0f} posts a second", f"about {duration(progress.left or 0)} left"]
    words = " · ".join(said)
    return (
        f'<div role="progressbar" aria-label="Reading the posts" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{100 * share:.0f}" aria-valuetext="{esc(words)}">{bar(share)}</div>'
        f'<p class="progressing">{esc(words)}</p>'
    )


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 90:
        return count(max(1, round(seconds)), "second")
    return count(round(seconds / 60), "minute")


def look_html(name: str, look: Look) -> str:
    """What a file holds, its first rows, and which of them are no posts."""
    head = f'<h3 dir="auto">{esc(name)}</h3>'
    if look.missing:
        wanted = listed([FIELDS[field].lower() for field in look.missing])
        told = notice(f"No column could be told for: {wanted}. Choose it below.", "warning")
    elif not look.posts:
        told = notice(f"None of the {look.rejected:,} rows is a post. Choose other columns, or another file.", "error")
    else:
        told = _counts(look)
    return head + told + _rejects(look)


def _counts(look: Look) -> str:
    pairs = [("Posts", f"{look.posts:,}"), ("People", f"{look.people:,}")]
    pairs.append(("Span", f"{look.first} to {look.last}" if look.first else "not dated"))
    pairs.append(("Rows left out", f"{look.rejected:,}"))
    if look.duplicates:
        pairs.append(("Seen twice", f"{look.duplicates:,}"))
    few = "" if look.people >= 150 else notice(f"Careful: {count(look.people, 'person', 'people')} are few.", "warning")
    return facts(pairs) + few


def sample_html(look: Look) -> str:
    """The first rows, columns that are used first."""
    fields = {look.columns[field]: field for field in FIELDS if field in look.columns}
    used = [column for column in fields if column in look.names]
    names = [*used, *(name for name in look.names if name not in fields)]
    shown = names[:MOST_COLUMNS]
    heads = [f"{name} → {FIELDS[fields[name]].lower()}" if name in fields else f"{name} (not used)" for name in shown]
    widths = [CELL if fields.get(name) == "text" else NARROW for name in shown]
    rows = [[_cell(row.get(name, ""), width) for name, width in zip(shown, widths, strict=True)] for row in look.sample]
    more = chips(f"{name} (not used)" for name in names[MOST_COLUMNS : 4 * MOST_COLUMNS])
    rows = rows[:SAMPLE]
    caption = f"The first {count(len(rows), 'row')}"
    return f'<div class="sample">{table(caption, heads, rows, wide=True)}</div>{more}' if rows and shown else ""


def _rejects(look: Look) -> str:
    if not look.rejected:
        return ""
    why = listed([f"{number:,} × {reason}" for reason, number in sorted(look.reasons.items(), key=lambda it: -it[1])])
    rows = [[f"{row:,}", esc(reason), _cell(raw)] for row, reason, raw in look.rejects]
    caption = f"The first {len(rows)} of {look.rejected:,}"
    listed_rows = table(caption, ["Row", "Why", "How it begins"], rows, wide=True)
    return (
        f"<details open><summary>Rows that are left out: {esc(why)}</summary>"
        f'<div class="sample rejects">{listed_rows}</div></details>'
    )


def _cell(text: str, width: int = CELL) -> str:
    line = " ".join(text.split())
    return esc(line if len(line) <= width else line[: width - 1] + "…")


def choices(look: Look, field: str) -> list[tuple[str, str]]:
    """What can be chosen for a field: label and value."""
    own = [("none: number the posts", NUMBERED)] if field == "id" else []
    return [("–", ""), *own, *((name, name) for name in look.names)]


def own_html(entries: list[Entry]) -> str:
    """The visitor's own indexes, each to ask about or to delete."""
    rows = []
    for place, entry in enumerate(entries):
        posts = count(entry.manifest.posts, "post") if entry.manifest else ""
        name = f'<span dir="auto">{esc(entry.title)}</span> <span class="quiet">{posts}</span>'
        button = action("use", place, name, kind="talk", label=f"Ask about {entry.title}")
        drop = action("delete", place, "✕", kind="drop", label=f"Delete the posts of {entry.title}")
        rows.append(f"<li>{button}{drop}</li>")
    return f'<h4>Your posts</h4><ul class="talks">{"".join(rows)}</ul>' if rows else ""


def shelf_html(entries: list[Entry], current: str) -> str:
    """The choice among indexes."""
    options = []
    for entry in entries:
        posts = f" · {count(entry.manifest.posts, 'post')}" if entry.manifest else ""
        chosen = " selected" if entry.id == current else ""
        options.append(f'<option value="{esc(entry.id)}"{chosen}>{esc(entry.title)}{posts}</option>')
    if current not in {entry.id for entry in entries}:
        options.insert(0, '<option value="gone" selected disabled>posts that are gone</option>')
    return f'<label class="picker">Posts <select data-act="index">{"".join(options)}</select></label>'
