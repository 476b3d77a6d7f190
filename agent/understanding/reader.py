"""What a question plausibly means: a small bidirectional encoder that narrows what the shipped chat model may say.

A decoder of a few million parameters learns late to pick the right tool, and later still to copy the right words; an
encoder that has read much more does both from few examples. It names the tools a question can mean, the words that fill
their arguments, and what is carried over from the call before (joint intent and slot tagging, Chen et al., 2019). The
chat model chooses among these proposals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from agent.understanding.context import Earlier, place_of, pointer_in
from tools.selection.numbers import as_number
from tools.selection.period import turned

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = Path(__file__).parents[1] / "weights" / "question_reader.safetensors"
TOOLS = (
    "find_audience", "explain_match", "get_profile", "search_posts", "analyze_sentiment", "extract_entities",
    "extract_keywords", "compare_brands", "measure_engagement", "list_segments", "describe_data",
)  # fmt: skip
SMALL_TALK = ("greet", "thanks", "help", "goodbye", "off_topic", "out_of_reach", "sensitive", "injection", "gibberish")
KINDS = TOOLS + SMALL_TALK
SLOTS = (
    "subject", "interests", "user", "text", "community", "limit", "since", "until", "during", "brands", "count", "nth",
)  # fmt: skip
TAGS = ("O", *(f"{prefix}-{slot}" for slot in SLOTS for prefix in "BI"))
CHOICES: dict[str, tuple[str, ...]] = {
    "sentiment": ("", "positive", "neutral", "negative"),
    "by": ("", "day", "week", "month", "year", "community", "user", "hour", "weekday"),
    "type": ("", "person", "organization", "product", "location", "group", "work"),
}
CARRIED = (
    "subject", "user", "text", "community", "since", "until", "limit", "sentiment", "by", "type", "interests", "brands",
    "count",
)  # fmt: skip
SUBJECT = {  # the argument that the subject fills, for each tool that has one
    "find_audience": "campaign",
    "explain_match": "campaign",
    "search_posts": "query",
    "analyze_sentiment": "topic",
    "extract_entities": "topic",
    "extract_keywords": "topic",
    "measure_engagement": "topic",
    "list_segments": "topic",
}
WHOLE = ("measure_engagement", "list_segments", "describe_data")  # named nothing, these are about all posts
MAX_TOKENS, CONTEXT_LETTERS = 192, 240
MARKS = 9  # letter-case shapes of the question's words, and one mark for the context
CONTEXT = MARKS - 1
QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]")
PASTED_WORDS = 4  # from so many words on, what stands in quotation marks is a pasted text
OF_PEOPLE = re.compile(r"\s+(?:community|subreddit)\b", re.IGNORECASE)  # behind a name that is one
WIDEST_GAP = 2  # words of a long text that may have been taken for no part of it
SURE = 0.6  # from this probability on, a second tool is not offered


@dataclass(frozen=True)
class QuestionReading:
    """``kinds`` with probabilities, likeliest first; ``slots`` in the user's own words; ``carried`` argument names."""

    kinds: list[tuple[str, float]]
    slots: dict[str, list[str]]
    choices: dict[str, str]
    carried: frozenset[str] = frozenset()


@dataclass
class QuestionReader:
    """The encoder with its heads; safe to share between threads."""

    network: Any
    tokenizer: Any = field(repr=False)

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> QuestionReader:
        """Raises AnalystError if the weights are missing."""
        from agent.understanding.network import load_question_network

        return cls(load_question_network(path), question_tokenizer())

    def read(self, question: str, context: str = "") -> QuestionReading:
        """``context`` is the call before in words (``Earlier.text``), if there was one."""
        import torch

        encoding = encode(self.tokenizer, question, context)
        ids, marks = torch.tensor([encoding.ids]), torch.tensor([marks_of(question, encoding)])
        with torch.inference_mode():
            out = self.network(ids, torch.ones_like(ids), marks)
        return decode(question, encoding, {name: value[0].float() for name, value in out.items()}, bool(context))


def question_tokenizer() -> Any:
    """The trunk's tokenizer, cut at ``MAX_TOKENS``."""
    from index.encoding.trunk import load_tokenizer

    tokenizer = load_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Any, question: str, context: str) -> Any:
    """The question first, since what is too long is cut at the end; then what came before it."""
    return tokenizer.encode(question, context[:CONTEXT_LETTERS]) if context else tokenizer.encode(question)


def marks_of(question: str, encoding: Any) -> list[int]:
    """For each token the letter-case shape of its word, or ``CONTEXT``."""
    from index.encoding.tagging import OTHER, shape_of

    marks = [OTHER if sequence == 0 or sequence is None else CONTEXT for sequence in encoding.sequence_ids]
    for first, last, start, end in question_words(encoding):
        marks[first : last + 1] = [shape_of(question, start, end)] * (last + 1 - first)
    return marks


def question_words(encoding: Any) -> list[tuple[int, int, int, int]]:
    """(first piece, last piece, start, end) of each written word of the question."""
    words: list[tuple[int, int, int, int]] = []
    last = None
    for piece, (sequence, word, (start, end)) in enumerate(
        zip(encoding.sequence_ids, encoding.word_ids, encoding.offsets, strict=True)
    ):
        if sequence != 0 or word is None:
            last = None
        elif word == last:
            words[-1] = (words[-1][0], piece, words[-1][2], end)
        else:
            words.append((piece, piece, start, end))
            last = word
    return words


def question_pieces(encoding: Any) -> list[tuple[int, int, int]]:
    """(piece, start, end) of each written word of the question: its first piece and its characters."""
    return [(first, start, end) for first, _, start, end in question_words(encoding)]


def decode(question: str, encoding: Any, out: dict[str, Tensor], has_previous: bool) -> QuestionReading:
    """Network outputs of one question → its reading."""
    chances = out["kind"].softmax(-1).tolist()
    kinds = sorted(zip(KINDS, chances, strict=True), key=lambda pair: -pair[1])
    words = question_pieces(encoding)
    tags = likeliest_tags(out["tags"][[piece for piece, _, _ in words]]) if words else []
    slots: dict[str, list[str]] = {}
    found = spans(words, tags)
    for slot, start, end in found if kinds[0][0] == "compare_brands" else joined(found, words):
        start, end = quoted(question, start, end) if slot in ("subject", "text") else (start, end)
        said = trimmed(question, start, end, keep_marks=slot == "text")
        slot, said = turned(slot, said, question[:start])
        slot = "community" if slot == "subject" and OF_PEOPLE.match(question, end) else slot
        if said:
            slots.setdefault(slot, []).append(said)
    if has_previous and not {"nth", "user"} & slots.keys() and (pointer := pointer_in(question)):
        slots["nth"] = [pointer]
    choices = {name: values[int(out[name].argmax())] for name, values in CHOICES.items()}
    kept = {name for name, logit in zip(CARRIED, out["carried"].tolist(), strict=True) if logit > 0}
    return QuestionReading(kinds, slots, choices, frozenset(kept if has_previous else ()))


def likeliest_tags(logits: Tensor) -> list[str]:
    """The best sequence of ``TAGS`` in which every I- follows its own kind: (words, tags) → a tag for each word.

    Viterbi decoding with forbidden transitions in place of learned ones.
    """
    scores = logits.float().log_softmax(-1)
    forbidden = _forbidden()
    best, back = scores[0] + forbidden[0], []  # before the first word stands nothing
    for word in scores[1:]:
        best, origin = (best.unsqueeze(1) + forbidden).max(0)
        best = best + word
        back.append(origin)
    path = [int(best.argmax())]
    for origin in reversed(back):
        path.append(int(origin[path[-1]]))
    return [TAGS[tag] for tag in reversed(path)]


@cache
def _forbidden() -> Tensor:
    """What it costs to go from one tag (row) to another."""
    import torch

    cost = torch.zeros(len(TAGS), len(TAGS))
    for to, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            cost[:, to] = -1e4
            cost[[TAGS.index("B-" + tag[2:]), to], to] = 0.0
    return cost


def spans(words: Sequence[tuple[int, int, int]], tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """BIO tags → (slot, start, end) in characters."""
    found: list[tuple[str, int, int]] = []
    inside = ""
    for (_, start, end), tag in zip(words, tags, strict=True):
        prefix, _, slot = tag.partition("-")
        if prefix == "O":
            inside = ""
        elif found and slot == inside and prefix == "I":
            found[-1] = (slot, found[-1][1], end)
        else:
            found.append((slot, start, end))
        inside = slot
    return found


def joined(found: Sequence[tuple[str, int, int]], words: Sequence[tuple[int, int, int]]) -> list[tuple[str, int, int]]:
    """``found`` with the pieces of a long subject or text made one, where a slip of a word or two parts them."""
    whole: list[tuple[str, int, int]] = []
    for slot, start, end in found:
        if whole and slot == whole[-1][0] and slot in ("subject", "text"):
            gap = sum(whole[-1][2] <= first < start for _, first, _ in words)
            longest = max(sum(a <= first < b for _, first, _ in words) for a, b in (whole[-1][1:], (start, end)))
            if gap <= WIDEST_GAP and longest > WIDEST_GAP:
                whole[-1] = (slot, whole[-1][1], end)
                continue
        whole.append((slot, start, end))
    return whole


def quoted(question: str, start: int, end: int) -> tuple[int, int]:
    """The whole of a pasted text in quotation marks if the stretch lies in one; a short quoted name stays as it is."""
    for match in QUOTED.finditer(question):
        if match.start() <= start and end <= match.end() and len(match[1].split()) >= PASTED_WORDS:
            return match.span(1)
    return start, end


def trimmed(question: str, start: int, end: int, *, keep_marks: bool = False) -> str:
    """The words from ``start`` to ``end``, whole as people write them, without marks at the ends."""
    edges = " \"'“”‘’()[]:,;" if keep_marks else " \"'“”‘’()[]:,;.!?"
    if not question[start:end].strip(edges):
        return ""  # a mark alone does not stand for the word that it touches
    while start > 0 and (question[start - 1].isalnum() or question[start - 1] in "_"):
        start -= 1
    while end < len(question) and (question[end].isalnum() or question[end] == "_"):
        end += 1
    whole = " ".join(question[start:end].split())
    return _with_brackets(whole.strip(edges), whole)


def _with_brackets(said: str, whole: str) -> str:
    """``said`` with the brackets at its edges whose other halves it has: "Woolworths Metro (Australia)"."""
    before, _, after = whole.partition(said) if said else ("", "", "")
    for opening, closing in ("()", "[]"):
        if said.count(opening) > said.count(closing) and after.startswith(closing):
            said += closing
        if said.count(closing) > said.count(opening) and before.endswith(opening):
            said = opening + said
    return said


def proposals(reading: QuestionReading, earlier: Earlier) -> list[tuple[str, dict[str, Any]]]:
    """The calls that the question can mean, likeliest first; empty if it is small talk or to be declined."""
    if reading.kinds[0][0] not in TOOLS:
        return []
    likely = reading.kinds[:1] if reading.kinds[0][1] >= SURE else reading.kinds[:2]
    kinds = dict.fromkeys(_aimed(kind, reading, earlier) for kind, _ in likely if kind in TOOLS)
    calls = [(kind, arguments(kind, reading, earlier)) for kind in kinds]
    return [(kind, args) for kind, args in calls if args is not None]


def _aimed(tool: str, reading: QuestionReading, earlier: Earlier) -> str:
    """``tool``, or a look at the person where one is pointed at ("the first one") whom that tool does not take."""
    from tools.registry import arguments_model

    pointed = earlier.are_people and "nth" in reading.slots and "user" in _pointed(tool, reading, earlier)
    return "get_profile" if pointed and "user" not in arguments_model(tool).model_fields else tool


def arguments(tool: str, reading: QuestionReading, earlier: Earlier) -> dict[str, Any] | None:
    """The arguments of ``tool`` that the question gives or carries over; None if a required one is missing."""
    from tools.registry import arguments_model

    fields, previous = arguments_model(tool).model_fields, dict(earlier.args)
    said = _fitting(fields, _said(tool, reading) | _pointed(tool, reading, earlier))
    kept = _fitting(fields, _kept(tool, _whole_period(reading, previous), previous))
    main = SUBJECT.get(tool, "user")
    if "text" in said:
        kept = {}
    elif {main, "user", "community"} & said.keys():
        kept.pop("text", None)
    if "user" in said and main not in said and not fields[main].is_required():
        kept.pop(main, None)  # "and @ana?" is about her, not about what was talked of before
    merged = {**kept, **said}
    if "brands" in fields:
        merged |= _compared(said.get("brands", []), reading.carried, previous)
    if main == "campaign" and "campaign" not in merged and "interests" in said:
        merged["campaign"] = " and ".join(merged.pop("interests"))
    if "text" in merged:  # a pasted text stands alone
        return {name: merged[name] for name in fields if name in merged and name in ("text", "type", "limit")}
    required = {name for name, field in fields.items() if field.is_required()}
    about = {name: value for name, value in _about(main, main in required, previous).items() if name in fields}
    merged |= {name: value for name, value in about.items() if name in required - merged.keys()}
    if required - merged.keys():
        return None
    # A follow-up that names nothing new is about what the call before was about.
    if tool not in WHOLE and "brands" not in fields and not {main, "user", "text", "community"} & merged.keys():
        merged |= dict(list(about.items())[:1])
    return {name: merged[name] for name in fields if name in merged}


def _about(main: str, required: bool, previous: dict[str, Any]) -> dict[str, Any]:
    """What the call before was about, by argument, likeliest first; a pasted text can be a campaign."""
    about = {main: _subject(previous) or (previous.get("text") if required else None)}
    about |= {name: previous.get(name) for name in ("user", "community", "text")}
    return {name: value for name, value in about.items() if value}


def _fitting(fields: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """What of ``values`` the tool takes: its arguments, and of constants those that the argument knows."""
    return {
        name: value
        for name, value in values.items()
        if name in fields and (name not in CHOICES or value in _constants(fields[name].annotation))
    }


def _constants(annotation: Any) -> set[str]:
    """What a ``Literal``, optional or not, allows."""
    parts = get_args(annotation)
    return set(parts) if get_origin(annotation) is Literal else set().union(*map(_constants, parts))


def _said(tool: str, reading: QuestionReading) -> dict[str, Any]:
    """What the question itself gives, by argument."""
    said: dict[str, Any] = {name: value for name, value in reading.choices.items() if value}
    for slot, found in reading.slots.items():
        if slot == "during":
            said |= {"since": found[0], "until": found[0]}
        elif slot in ("limit", "count"):
            number = as_number(found[0])
            said |= {} if number is None else {"count" if tool == "list_segments" else "limit": number}
        elif slot in ("interests", "brands"):
            said[slot] = found
        # Of several stretches the longest says most: a lone "his" or "the" is a slip.
        elif value := max(found, key=len) if slot == "text" else max(found, key=len).lstrip("@"):
            said[SUBJECT.get(tool, slot) if slot == "subject" else slot] = value
    brands = reading.slots.get("brands", [])
    if tool == "compare_brands":  # whatever is named is to be compared
        brands = [*reading.slots.get("subject", []), *brands]
        said |= {"brands": brands} if brands else {}
    elif brands and tool in SUBJECT:
        said.setdefault(SUBJECT[tool], brands[0])
    return said


def _pointed(tool: str, reading: QuestionReading, earlier: Earlier) -> dict[str, Any]:
    """Who "the second one" or "her" is, or what, of what the result before listed."""
    if said := reading.slots.get("nth"):
        place = place_of(said[0])
        name = "user" if earlier.people else SUBJECT.get(tool, "")
        if place is None or not -len(earlier.listed) <= place < len(earlier.listed):
            return {}
        return {name: earlier.listed[place]}
    if "user" in reading.carried and "user" not in earlier.args and earlier.people:
        return {"user": earlier.people[0]}
    return {}


def _compared(said: list[str], carried: frozenset[str], previous: dict[str, Any]) -> dict[str, list[str]]:
    """The brands to compare: those before first, then those said; one alone is compared with what was talked of."""
    from tools.compare_brands import FEWEST

    before = [*previous.get("brands", ()), *filter(None, [_subject(previous)])]
    kept = before if carried & {"brands", "subject"} or len(said) < FEWEST else []
    brands = list({name.casefold(): name for name in [*kept, *said]}.values())
    return {"brands": brands} if brands else {}


def _whole_period(reading: QuestionReading, previous: dict[str, Any]) -> frozenset[str]:
    """What is carried over; "in 2023" as a whole, and not at all beside another time."""
    ends = frozenset(("since", "until"))
    if not previous.get("since") or previous["since"] != previous.get("until") or not ends & reading.carried:
        return reading.carried
    return reading.carried - ends if {"since", "until", "during"} & reading.slots.keys() else reading.carried | ends


def _subject(previous: dict[str, Any]) -> str:
    return str(next((previous[name] for name in ("campaign", "topic", "query") if previous.get(name)), ""))


def _kept(tool: str, carried: frozenset[str], previous: dict[str, Any]) -> dict[str, Any]:
    """What is carried over; the subject under the name that this tool has for it."""
    kept = {name: previous[name] for name in carried if name in previous}
    if "subject" in carried and (subject := _subject(previous)):
        kept[SUBJECT.get(tool, "subject")] = subject
    return kept
