"""How a brief is told: a headline, sections that each begin with what to know, and warnings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tools.brief.found import WriteBrief
from tools.count import Count
from tools.measure_engagement import standout_line
from tools.result import cells
from tools.result.line import Cell, Line, Part, figure, lead, line, listed, note, under, warning
from tools.result.tones import which_way
from tools.selection.measures import Group
from tools.selection.people import PeopleFilters
from tools.summarize_themes import SMALL, SummarizeThemes

Key = Literal["who", "said", "liked", "disliked", "words", "where", "when"]
FIRST = 3  # people in the headline
TENTH, TENTH_OF = 0.1, 100  # of the people ranked, told from so many on
REPEATED = 2  # posts in which a phrase or a name must stand to be told
TIMES = ("hour", "weekday")


@dataclass(frozen=True)
class Section:
    """A part of a brief: its ``title``, a ``summary`` that says what to know, and the ``lines`` that show it."""

    key: Key
    title: str
    summary: Line
    lines: list[Line]


def sections_of(brief: WriteBrief) -> list[Section]:
    """The parts of a brief in their order; each is there, and says so where the posts do not hold enough."""
    made: list[tuple[Key, str, Callable[[WriteBrief], tuple[list[Part], list[Line]]]]] = [
        ("who", "Who to reach", _who),
        ("said", "What they say", _what_is_said),
        ("liked", "What they like", lambda brief: _side(brief, "positive")),
        ("disliked", "What they dislike", lambda brief: _side(brief, "negative")),
        ("words", "In which words", _words),
        ("where", "Where", _where),
        ("when", "When to post", _when),
    ]
    return [
        Section(key, title, figure(*summary), lines) for key, title, tell in made for summary, lines in [tell(brief)]
    ]


def headline_of(brief: WriteBrief) -> Line:
    """``Brief for Nike: 12 posts are about it, 6 praise it and 1 complains; reach @ana and @ben first.``"""
    topic: list[Part] = ["Brief for ", _topic(brief), f", posts {brief.scope}: " if brief.scope else ": "]
    if brief.is_guess:
        return lead(topic, "nothing here comes near it, so whom to reach is little more than a guess.")
    about: list[Part] = ["nobody here writes about it"]
    if brief.posts:
        are = " are about it, " if brief.posts > 1 else " is about it, "
        about = [_posts(brief), are, _praise_and_complaints(brief)]
    first = [cells.handle(person.user, f"audience.people.{n}.user") for n, person in enumerate(brief.audience.people)]
    reach: list[Part] = ["; reach ", listed(first[:FIRST]), " first."] if first else ["."]
    return lead(topic, about, reach)


def lines_of(brief: WriteBrief) -> list[Line]:
    """All sections as lines of one list; the title of each stands before its summary."""
    return [
        told
        for section in sections_of(brief)
        for told in (figure(f"{section.title}: ", section.summary.cells), *section.lines)
    ]


def warnings_of(brief: WriteBrief) -> list[Line]:
    """What is shaky, each thing once."""
    found = [under(each, "audience") for each in brief.audience.warnings]
    if 0 < brief.posts < SMALL:
        few, most = cells.count(brief.posts, "post", "about.value"), cells.number(SMALL)
        found.append(
            warning("Careful: what people say about ", _topic(brief), " rests on only ", few, "; under ", most,
                    " one more could turn it.")
        )  # fmt: skip
    for name in ("praise_themes", "complaint_themes", "timing"):
        if (part := getattr(brief, name)) is not None:
            found += [under(each, name) for each in part.warnings]
    return list({each.text: each for each in found}.values())


# Sections


def _who(brief: WriteBrief) -> tuple[list[Part], list[Line]]:
    audience = brief.audience
    expected = cells.number(audience.expected_engaged, "audience.expected_engaged")
    people = cells.count(len(audience.people), "person", many="people")
    ranked = cells.count(audience.considered, "person", "audience.considered", "people")
    parts: list[Part] = ["about ", expected, " of these ", people, " should engage"]
    if audience.considered >= TENTH_OF:
        place, (share, reached) = next((n, point) for n, point in enumerate(audience.lift_curve) if point[0] == TENTH)
        at = f"audience.lift_curve.{place}"
        first, hold = cells.percent(share, f"{at}.0"), cells.percent(reached, f"{at}.1")
        parts += ["; the first ", first, " of the ", ranked, " ranked hold ", hold, " of all who should"]
    else:
        parts += [", out of ", ranked, " ranked"]
    if brief.is_guess:
        parts += [", but this is little more than a guess"]
    lines = [under(each, "audience") for each in audience.lines]
    if any(name in brief.asked for name in PeopleFilters.__annotations__):
        lines.append(note("The conditions on people hold for who is listed; what is said is that of everybody."))
    return [*parts, "."], lines


def _what_is_said(brief: WriteBrief) -> tuple[list[Part], list[Line]]:
    if brief.about is None:
        return [cells.words(brief.missing["about"], "missing.about")], []
    if brief.tone is None or brief.praise is None or brief.complaints is None:
        return ["nobody here writes about ", _topic(brief), "."], [under(each, "about") for each in brief.about.lines]
    writers = cells.count(brief.about.people, "person", "about.people", "people")
    neither = cells.number(brief.posts - brief.praise.value - brief.complaints.value)
    parts: list[Part] = [
        _posts(brief), " by ", writers, " are" if brief.posts > 1 else " is", " about ", _topic(brief), ": ",
        _praise_and_complaints(brief), ", ", neither, " do neither",
    ]  # fmt: skip
    if way := which_way(brief.tone.shares):
        parts += [f"; on the whole they are {way}"]
    trend = [under(each, "tone") for each in brief.tone.lines if each.role == "note"]
    return [*parts, "."], [*trend, *(under(each, "about") for each in brief.about.lines)]


def _side(brief: WriteBrief, side: Literal["positive", "negative"]) -> tuple[list[Part], list[Line]]:
    """What is liked, or disliked: themes where there are enough posts, else the clearest of them."""
    liked = side == "positive"
    field, counted = ("praise", brief.praise) if liked else ("complaints", brief.complaints)
    at, themes = ("praise_themes", brief.praise_themes) if liked else ("complaint_themes", brief.complaint_themes)
    if brief.tone is None or counted is None:
        return ["nothing is known of it, since nobody here writes about it."], []
    if themes is not None and themes.themes:
        return _of_themes(themes, at, side)
    if not counted.value:
        return ["none of the ", _posts(brief), f" is {side} about it."], []
    held = cells.count(counted.value, "post", f"{field}.value")
    why: list[Part] = ["in which no theme stands out"]
    if counted.value < SMALL:
        why = ["too few to group into themes (it takes ", cells.number(SMALL), ")"]
    verb = " is" if counted.value == 1 else " are"
    quoted = [
        line("post", cells.said(post, f"tone.evidence.{place}"))
        for place, post in enumerate(brief.tone.evidence)
        if post.sentiment == side
    ]
    return [held, verb, f" {side} about it, ", why, "; the clearest:" if quoted else "."], quoted


def _of_themes(themes: SummarizeThemes, at: str, side: str) -> tuple[list[Part], list[Line]]:
    shown = [under(each, at) for each in themes.lines if each.role in ("figure", "post")]
    named: list[Part] = [
        [
            cells.name(theme.name, f"{at}.themes.{n}.name"),
            " (",
            cells.percent(theme.share, f"{at}.themes.{n}.share"),
            ")",
        ]
        for n, theme in enumerate(themes.themes)
    ]
    held = cells.count(themes.total, "post", f"{at}.total")
    return [held, f" are {side} about it; most are about ", listed(named), "."], shown


def _words(brief: WriteBrief) -> tuple[list[Part], list[Line]]:
    if brief.phrases is None or brief.names is None:
        return ["nothing is known of it, since nobody here writes about it."], []
    phrases = [
        [
            cells.name(each.phrase, f"phrases.keywords.{n}.phrase"),
            " (",
            _in_posts(each.posts, f"phrases.keywords.{n}"),
            ")",
        ]
        for n, each in enumerate(brief.phrases.keywords)
        if each.posts >= REPEATED
    ]
    names = [
        [cells.name(each.name, f"names.entities.{n}.name"), " (", _in_posts(each.posts, f"names.entities.{n}"), ")"]
        for n, each in enumerate(brief.names.entities)
        if each.posts >= REPEATED
    ]
    beside = [figure("Named beside it: ", listed(names), ".")] if names else []
    if not phrases:
        return ["no phrase comes up in more than one of the ", _posts(brief), "."], beside
    return ["more than elsewhere they say ", listed(phrases), "."], beside


def _where(brief: WriteBrief) -> tuple[list[Part], list[Line]]:
    if "community" in brief.asked:
        return ["only posts in ", cells.name(str(brief.asked["community"]), "asked.community"), " were looked at."], []
    homes = _communities(brief.homes, "homes")
    known = homes and not brief.is_guess
    write: list[Line] = [figure("The people listed write in: ", listed(homes), ".")] if known else []
    if brief.places is None:
        why = brief.missing.get("places") or brief.missing.get("homes")
        return [cells.words(why) if why else "nowhere here, since nobody writes about it."], write
    return ["it is talked about in ", listed(_communities(brief.places.groups, "places.groups")), "."], write


def _communities(groups: Sequence[Group], at: str) -> list[Part]:
    """``sneakers (5 posts by 4 people)``"""
    found: list[Part] = []
    for place, group in enumerate(groups):
        people = cells.count(group.people, "person", f"{at}.{place}.people", "people")
        posts = _in_posts(group.posts, f"{at}.{place}")
        found.append([cells.name(group.name, f"{at}.{place}.name"), " (", posts, " by ", people, ")"])
    return found


def _when(brief: WriteBrief) -> tuple[list[Part], list[Line]]:
    timing = brief.timing
    if timing is None:
        return [cells.words(brief.missing["timing"], "missing.timing")], []
    shown = [each for each in timing.standouts if each.by in TIMES]
    lines = [under(standout_line(each, timing), "timing") for each in shown]
    counted = cells.count(timing.posts, "post", "timing.posts")
    scope = f" {timing.subject}" if timing.subject else " here"
    of: list[Part] = [" This is of the ", counted, scope]
    if timing.topic is None:
        of.append(", whatever they are about, since too few are about it")
    if not shown:
        return ["no hour and no weekday has enough posts with dates and reactions to tell.", of, "."], []
    good = [_time(each.best, each.by) for each in shown if each.best_sure]
    bad = [_time(each.worst, each.by) for each in shown if each.worst_sure]
    if not good and not bad:
        return ["no hour or weekday differs by more than chance, so any will do.", of, "."], lines
    told: list[Part] = [listed(good), " get more than the rest" if len(good) > 1 else " gets more than the rest"]
    if not good:
        told = ["no time stands out as the best"]
    told += ["; avoid ", listed(bad), ", which get less" if len(bad) > 1 else ", which gets less"] if bad else []
    return [told, ", by more than chance.", of, "."], lines


def _time(name: str, by: str) -> Cell:
    return cells.key(name, "UTC" if by == "hour" else "")


# Pieces


def _topic(brief: WriteBrief) -> Cell:
    return cells.topic(brief.campaign, "campaign")


def _posts(brief: WriteBrief) -> Cell:
    return cells.count(brief.posts, "post", "about.value")


def _in_posts(number: int, at: str) -> Cell:
    return cells.count(number, "post", f"{at}.posts")


def _praise_and_complaints(brief: WriteBrief) -> list[Part]:
    """``6 praise it and 1 complains``"""
    return [
        *_how_many(brief.praise, "praise", "praise", " it"),
        " and ",
        *_how_many(brief.complaints, "complaints", "complain"),
    ]


def _how_many(counted: Count | None, field: str, verb: str, what: str = "") -> list[Part]:
    """``6 praise it``, ``1 complains``, ``none complains``"""
    number = counted.value if counted is not None else 0
    said: Part = cells.number(number, f"{field}.value", unit="post") if number else "none"
    return [said, f" {verb}{'s' if number < 2 else ''}{what}"]
