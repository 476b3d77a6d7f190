"""Results as HTML: people with their probabilities for an audience, and any other result by its fields."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from agent.page.conversation import Shown
from agent.page.html import action, bar, chips, esc, facts, handle, mentions_of, notice, posts_html, table, tone_bar
from tools.find_audience import FindAudience, Person
from tools.library import Library
from tools.result.result import ToolResult
from tools.result.words import percent

NOTHING = "Nothing to show yet. Ask a question: the people, figures and posts behind the answer appear here."
NO_POSTS = "This result rests on figures alone; it quotes no posts."
TONES = ("positive", "neutral", "negative")
# Numbers by these names are shares and read best as percent.
SHARES = frozenset(
    {
        *TONES,
        "probability",
        "voice",
        "earlier",
        "later",
        "jaccard",
        "top_share",
        "below_zero",
        "known",
        "languages",
        "confidence",
        "drawn_in",
    }
)
LABELS = {
    "mean": "Tone, −1 to 1",
    "voice": "Share of voice",
    "margin": "Tone, ±",
    "likes_mean": "Likes a post",
    "likes_median": "Likes, median",
    "replies_mean": "Replies a post",
    "replies_median": "Replies, median",
    "themes": "More is said about",
    "crowd": "Its people talk about",
    "overlaps": "Who names both",
    "share_of_first": "Of the first",
    "share_of_second": "Of the second",
    "top_communities": "Largest communities",
    "top_brands": "Companies and products named most",
    "segments": "Groups",
    "jaccard": "Shared people",
    "known": "Posts with figures for",
    "earlier": "Share of voice, earlier half",
    "later": "Share of voice, later half",
}
# What a mapping of numbers counts.
COUNTED = {
    "top_communities": ("Community", "Posts"),
    "communities": ("Community", "Posts"),
    "known": ("Kind", "Share of posts"),
    "languages": ("Language", "Share of posts"),
    "hours": ("Hour, UTC", "Posts"),
    "weekdays": ("Day", "Posts"),
}
PEOPLE = frozenset({"user", "handle", "typical_people"})
# Said elsewhere, or meant for programs.
LEFT_OUT = frozenset(
    {
        "lines",
        "warnings",
        "evidence",
        "query",
        "shares",
        "typical_posts",
        "top_engagement",
        "criterion",
        "supporting",
        "opposing",
    }
)
WIDEST = 7  # columns; more of them stand as rows, or as a card for each record
SHOWN_ROWS = 200
TITLES = {
    "find_audience": "Audience for {campaign}",
    "explain_match": "@{user} and {campaign}: for and against",
    "get_profile": "Profile of @{user}",
    "search_posts": "Posts about {query}",
    "analyze_sentiment": "Tone of {what}",
    "extract_entities": "Names around {what}",
    "extract_keywords": "Key phrases of {what}",
    "compare_brands": "{brands} side by side",
    "measure_engagement": "Engagement of {what}",
    "list_segments": "Groups of people",
    "describe_data": "About this data",
}


def title(shown: Shown) -> str:
    """What a result is about, in a few words."""
    args = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in shown.args.items()}
    about = [f"@{args['user']}"] if args.get("user") else []
    about += [str(args[key]) for key in ("topic", "community") if args.get(key)]
    what = ", ".join(about) or ("the pasted text" if args.get("text") else "all posts")
    try:
        words = TITLES[shown.name].format(**{"what": what, **args})
    except KeyError:
        words = f"{shown.name.replace('_', ' ').capitalize()}: {what}"
    line = " ".join(words.split())
    return line if len(line) <= 80 else line[:79] + "…"


def head_html(results: Sequence[Shown], place: int | None = None) -> str:
    """The heading of the result panel: which result of how many, and what must be said first."""
    if not results:
        return f'<p class="quiet">{esc(NOTHING)}</p>'
    place = len(results) - 1 if place is None else place
    shown = results[place]
    warnings = "".join(notice(warning, "warning") for warning in map(str, shown.result.warnings))
    asked = f'<p class="quiet" dir="auto">Asked: {esc(_short(shown.asked))}</p>' if shown.asked else ""
    return f'<h2 dir="auto">{esc(title(shown))}</h2>{asked}{_picker(results, place)}{warnings}'


def _picker(results: Sequence[Shown], place: int) -> str:
    """The results of a conversation to choose from, where there are several."""
    if len(results) < 2:
        return ""
    options = "".join(
        f'<option value="{number}"{" selected" if number == place else ""}>{number + 1}. {esc(title(shown))}</option>'
        for number, shown in enumerate(results)
    )
    return f'<label class="picker">Results of this conversation <select data-act="pick">{options}</select></label>'


def posts_tab_html(library: Library | None, shown: Shown | None) -> str:
    """The posts behind a result, names marked and tone told."""
    if shown is None:
        return f'<p class="quiet">{esc(NOTHING)}</p>'
    posts = shown.result.evidence
    if not posts:
        return f'<p class="quiet">{esc(NO_POSTS)}</p>'
    return posts_html(posts, mentions_of(library, posts) if library is not None else {})


def audience_html(result: FindAudience) -> str:
    """People with their probabilities and reasons, each to be opened."""
    if not result.people:
        return notice("Nobody fits. Widen the time or the community, or name other interests.")
    highest = max(person.high for person in result.people)
    top = min(1.0, math.ceil(10 * highest + 1e-9) / 10)
    rows = [_person_row(place, person, top) for place, person in enumerate(result.people)]
    summary = facts(
        [
            ("Should engage", f"about {result.expected_engaged:.1f} of these {len(result.people)}"),
            ("People ranked", f"{result.considered:,}"),
            (
                "Interests found" if result.query.interests_found else "Interests used",
                esc(", ".join(result.query.interests)) or "none",
            ),
        ]
    )
    proven = f'<p class="quiet" dir="auto">Probabilities were proven on {esc(result.calibrated_on)}</p>'
    heads = ["Person", "Likely to engage", "Why"]
    caption = f"Choose a person to see the posts for and against. Line: 80 % interval; bar up to {percent(top)}."
    return f'{summary}<div class="people">{table(caption, heads, rows)}</div>{proven}'


def _person_row(place: int, person: Person, top: float) -> list[str]:
    name = f'<span class="place">{place + 1}</span>{handle(person.user)}'
    button = action("person", place, name, label=f"{place + 1}. @{person.user}: profile and evidence")
    why = "".join(f'<li dir="auto">{esc(reason)}</li>' for reason in person.reasons)
    why += "".join(f'<li class="against" dir="auto"><b>But:</b> {esc(words)}</li>' for words in person.against)
    return [button, probability_html(person, top), f'<ul class="reasons">{why}</ul>']


def probability_html(person: Person, top: float = 1.0) -> str:
    """Probability as figure, interval and bar."""
    drawn = bar(person.probability, low=person.low, high=person.high, top=top)
    span = f'<span class="quiet">{_range(person.low, person.high)}</span>'
    return f'<b class="chance">{percent(person.probability)}</b> {span}{drawn}'


def _range(low: float, high: float) -> str:
    return f"{percent(low).removesuffix(' %')}–{percent(high)}"


def generic_html(result: ToolResult, *, leave_out: Collection[str] = ()) -> str:
    """Any result by its fields: single figures, then a table for each list or mapping of them."""
    singles, parts = [], []
    for item in fields(result):
        value = getattr(result, item.name)
        if (
            item.name in LEFT_OUT
            or item.name in leave_out
            or value is None
            or isinstance(value, bool)
            or value in ("", [], {})
        ):
            continue
        if _is_single(value):
            singles.append((_label(item.name), _cell(item.name, value)))
        else:
            parts.append(_part(item.name, value))
    shares = _tones(getattr(result, "shares", None) or result)
    figures = facts(singles) + shares + "".join(parts)
    return figures or '<p class="quiet">Its posts and its own words say all there is.</p>'


def _part(name: str, value: Any) -> str:
    """A field that holds several things."""
    if is_dataclass(value):
        pairs = [(_label(f.name), _cell(f.name, v)) for f in fields(value) if _is_single(v := getattr(value, f.name))]
        return f"<h3>{esc(_label(name))}</h3>{facts(pairs)}{_tones(value)}"
    if isinstance(value, Mapping):
        return _mapping(name, value)
    if isinstance(value, (list, tuple)):
        if all(is_dataclass(item) for item in value):
            return _records(_label(name), [("", item) for item in value[:SHOWN_ROWS]])
        if all(_is_single(item) for item in value):
            return f"<h3>{esc(_label(name))}</h3>{chips(_plain(name, item) for item in value[:SHOWN_ROWS])}"
    return ""


def _mapping(name: str, value: Mapping[Any, Any]) -> str:
    items = list(value.items())[:SHOWN_ROWS]
    if all(is_dataclass(item) for _, item in items):
        return _records(_label(name), [(str(key), item) for key, item in items])
    if all(isinstance(item, (int, float)) and not isinstance(item, bool) for _, item in items):
        top = 1 if name in SHARES else max((abs(item) for _, item in items), default=0) or 1
        rows = [[esc(key), f"{_cell(name, item)}{bar(abs(item), top=top)}"] for key, item in items]
        return table(_label(name), COUNTED.get(name, ("", _label(name))), rows)
    if all(_is_single(item) for _, item in items):
        return f"<h3>{esc(_label(name))}</h3>{facts((str(key), _cell(name, item)) for key, item in items)}"
    if all(isinstance(item, Mapping) for _, item in items):
        return "".join(_mapping(f"{name} {key}", item) for key, item in items)
    return ""


def _records(caption: str, records: Sequence[tuple[str, Any]]) -> str:
    """Records of one kind as a table; the first column is their key, or their first field."""
    names = [item.name for item in fields(records[0][1])]
    names = [name for name in names if any(_fits(name, getattr(record, name)) for _, record in records)]
    toned = all(name in names for name in TONES)
    if not records[0][0] and names:
        records = [(_plain(names[0], getattr(record, names[0])), record) for _, record in records]
        first, names = _label(names[0]), names[1:]
    else:
        first = ""
    several = [name for name in names if any(isinstance(getattr(record, name), (list, tuple)) for _, record in records)]
    wide = len(names) > WIDEST or len(several) > 1
    if wide and len(records) <= WIDEST - 2 and caption == _label("brands"):
        rows = [[esc(_label(name)), *(_cell(name, getattr(record, name)) for _, record in records)] for name in names]
        return table(caption, ["", *(key for key, _ in records)], rows)
    if wide:
        return f"<h3>{esc(caption)}</h3>" + "".join(_card(key, record, names) for key, record in records)
    heads = [first, *map(_label, names), *(["Tone"] if toned else [])]
    return table(caption, heads, [_record(key, record, names, toned) for key, record in records])


def _record(key: str, record: Any, names: list[str], toned: bool) -> list[str]:
    cells = [_cell(name, getattr(record, name)) for name in names]
    if toned:
        cells.append(tone_bar(*(getattr(record, tone) for tone in TONES)))
    return [esc(key), *cells]


def _card(key: str, record: Any, names: list[str]) -> str:
    values = {name: getattr(record, name) for name in names}
    singles = facts((_label(name), _cell(name, value)) for name, value in values.items() if _is_single(value))
    lists = [(name, value) for name, value in values.items() if isinstance(value, (list, tuple)) and value]
    more = "".join(f"<h5>{esc(_label(name))}</h5>{_cell(name, value)}" for name, value in lists)
    tones = _tones(record) or _tones(getattr(record, "shares", None))
    return f'<section class="card"><h4 dir="auto">{esc(key)}</h4>{singles}{tones}{more}</section>'


def _tones(value: Any) -> str:
    """Shares of tone as a bar with its figures, where there are any."""
    shares = [share for name in TONES if isinstance(share := getattr(value, name, None), float)]
    if len(shares) < len(TONES):
        return ""
    words = ", ".join(f"{percent(share)} {name}" for name, share in zip(TONES, shares, strict=True))
    return f'<p class="tone-line">{esc(words)}</p>{tone_bar(*shares)}'


def _fits(name: str, value: Any) -> bool:
    return name not in LEFT_OUT and (_is_single(value) or (isinstance(value, (list, tuple)) and bool(value)))


def _is_single(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _label(name: str) -> str:
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def _cell(name: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        items = [getattr(item, fields(item)[0].name) if is_dataclass(item) else item for item in value[:8]]
        return chips(_plain(name, item) for item in items if _is_single(item))
    return esc(_plain(name, value))


def _plain(name: str, value: Any) -> str:
    """A value in words, by the name of its field."""
    if value is None:
        return "–"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "–"
        if name in SHARES or name.startswith("share") or name.endswith("share"):
            return percent(value)
        return f"{value:+.2f}" if name in ("mean", "trend") else f"{value:,.2f}".removesuffix(".00")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if name == "year" else f"{value:,}"
    return f"@{value}" if name in PEOPLE else str(value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:159] + "…"
