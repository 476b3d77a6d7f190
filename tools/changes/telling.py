"""How a comparison of two periods is told: every change with "more than chance" or "may be chance"."""

from __future__ import annotations

from tools.changes.found import ComparePeriods, Shift, Side
from tools.changes.moved import Moved
from tools.result import cells
from tools.result.line import Cell, Line, Part, figure, joined, lead, line, note, warning
from tools.result.samples import SMALL_POSTS
from tools.result.tones import NEUTRAL_BAND

BEST_LENGTH = 120  # characters of the most liked post
HARDLY = 0.1  # relative change of a share or of engagement that is hardly one, if it may be chance


def headline_of(result: ComparePeriods) -> Line:
    """``Talk about Nike grew from 2.1 % to 3.4 % of all posts between 2024 and 2025 (24 against 41 posts); more than
    chance.``
    """
    return lead(*_volume(result), " ", *_tone(result), *_most_liked(result))


def lines_of(result: ComparePeriods, notes: list[str]) -> list[Line]:
    """Intervals of both sides, engagement, what moved, the posts behind it, and how it was judged."""
    lines = [*_sides(result), *_engagement(result)]
    for what, things in (("rose", result.rose), ("fell", result.fell)):
        lines += [figure(*_moved(each, what, f"{what}.{place}")) for place, each in enumerate(things)]
    if not any(each.sure for each in [*result.rose, *result.fell]):
        lines.append(note("No name, phrase or theme rose or fell by more than chance would make it."))
    behind = {id_: each for each in [*result.rose, *result.fell] for id_ in each.posts}
    for place, post in enumerate(result.evidence):
        lines.append(line("post", "With ", _name(behind[post.id]), ": ", cells.said(post, f"evidence.{place}")))
    how = (
        "More than chance: volume, tone and engagement together, and names, phrases and themes together, are each "
        "judged so that where nothing changed a change is claimed in one case of forty."
    )
    return [*lines, *(note(told) for told in notes), note(how)]


def warnings_of(result: ComparePeriods) -> list[Line]:
    """A warning where one period has few posts."""
    found = []
    for name in ("before", "after"):
        side = getattr(result, name)
        if side.posts < SMALL_POSTS:
            posts = cells.count(side.posts, "post", f"{name}.posts")
            found.append(warning("Careful: only ", posts, f" {side.period}."))
    return found


def chance_of(sure: bool) -> str:
    """Whether something is more than chance, in words."""
    return "more than chance" if sure else "may be chance"


def _most_liked(result: ComparePeriods) -> list[Part]:
    """What happened in the later time, by the post that was liked most."""
    if not result.best:
        return []
    (post, *_) = result.best
    quote = cells.quotation(post.text, "best.0.text", length=BEST_LENGTH)
    return [" Most liked ", f"{result.after.period}: ", cells.handle(post.author, "best.0.author"), ", ", quote, "."]


def _volume(result: ComparePeriods) -> list[Part]:
    counts: list[Part] = [
        cells.number(result.before.posts, "before.posts"), " against ",
        cells.count(result.after.posts, "post", "after.posts"),
    ]  # fmt: skip
    volume = result.volume
    if volume is None:
        before, after = result.before.period, result.after.period
        return [
            f"{result.about} {before} against those {after}: ",
            *counts,
            "; how many there are says only what was collected.",
        ]
    verb = _verb(volume, "grew", "fell", abs(volume.change) < HARDLY * max(volume.before, volume.after))
    start, end = _fine(volume.before, "before.share"), _fine(volume.after, "after.share")
    spans = [result.before.period, result.after.period]
    if all(words.startswith("in ") for words in spans):
        bare = [words.removeprefix("in ") for words in spans]
        moved: list[Part] = ["from ", start, " to ", end, f" of all posts between {bare[0]} and {bare[1]}"]
    else:
        moved = ["from ", start, f" of all posts {spans[0]} to ", end, f" {spans[1]}"]
    return [
        f"{result.about} {verb}{',' if ' ' in verb else ''} ",
        *moved,
        " (",
        *counts,
        f"); {chance_of(volume.sure)}.",
    ]


def _tone(result: ComparePeriods) -> list[Part]:
    tone = result.tone
    if tone is None:
        return ["The tone cannot be compared."]
    verb = _verb(tone, "rose", "fell", abs(tone.change) < NEUTRAL_BAND)
    values: list[Part] = [_sides_of(result.before, "before"), ", then ", _sides_of(result.after, "after")]
    return [f"The tone {verb} (", *values, f"; {chance_of(tone.sure)})."]


def _sides_of(side: Side, at: str) -> list[Part]:
    """``3 of 8 posts positive and 1 negative``."""
    return [
        cells.number(side.positive, f"{at}.positive"), " of ", cells.count(side.posts, "post", f"{at}.posts"),
        " positive and ", cells.number(side.negative, f"{at}.negative"), " negative",
    ]  # fmt: skip


def _engagement(result: ComparePeriods) -> list[Line]:
    shift = result.engagement
    if shift is None:
        return []
    verb = _verb(shift, "rose", "fell", abs(shift.change - 1) < HARDLY)
    ends: list[Part] = []
    if shift.low is not None and shift.high is not None:
        times = [cells.number(end, f"engagement.{name}") for name, end in (("low", shift.low), ("high", shift.high))]
        ends = ["; a factor between ", times[0], " and ", times[1]]
    values: list[Part] = [
        cells.number(shift.before, "engagement.before"), " to ", cells.number(shift.after, "engagement.after"),
    ]  # fmt: skip
    told = f"Engagement {verb}: likes, replies and shares of a typical post "
    return [figure(told, *values, *ends, f"; {chance_of(shift.sure)}.")]


def _sides(result: ComparePeriods) -> list[Line]:
    lines = []
    for name in ("before", "after"):
        side = getattr(result, name)
        parts: list[Part] = [
            [cells.count(side.posts, "post", f"{name}.posts"), " by ",
             cells.count(side.people, "person", f"{name}.people", "people")]
        ]  # fmt: skip
        if result.volume is not None and side.low is not None:
            ends = [_fine(side.low, f"{name}.low"), " to ", _fine(side.high, f"{name}.high")]
            whole = cells.count(side.all_posts, "post", f"{name}.all_posts")
            parts.append([_fine(side.share, f"{name}.share"), " (", *ends, ") of ", whole])
        if side.tone is not None:
            good, bad = cells.number(side.positive, f"{name}.positive"), cells.number(side.negative, f"{name}.negative")
            parts.append([good, " positive and ", bad, " negative"])
        lines.append(figure(f"{side.period[0].upper()}{side.period[1:]}: ", *joined(parts), "."))
    return lines


def _name(each: Moved, path: str = "") -> Cell:
    return cells.title(each.name, path) if each.kind == "theme" else cells.name(each.name, path)


def _moved(each: Moved, what: str, at: str) -> list[Part]:
    """``The name Zune rose: 0.5 % to 4.2 % of these posts (2 against 17); more than chance.``"""
    return [
        f"The {each.kind} ", _name(each, f"{at}.name"), f" {what}: ",
        _fine(each.share_before, f"{at}.share_before"), " to ", _fine(each.share_after, f"{at}.share_after"),
        " of these posts (", cells.number(each.before, f"{at}.before"), " against ",
        cells.number(each.after, f"{at}.after"), f"); {chance_of(each.sure)}.",
    ]  # fmt: skip


def _verb(shift: Shift, up: str, down: str, little: bool) -> str:
    if little and not shift.sure:
        return "hardly changed" if shift.change else "did not change"
    rising = shift.after > shift.before
    return up if rising else down


def _fine(share: float, path: str) -> Cell:
    """``2.1 %``: shares of a subject among all posts are small."""
    return Cell(f"{100 * share:.1f} %", "percent", share, path)
