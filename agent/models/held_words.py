"""Words a small model may copy but not invent.

In calls: spans of what the user wrote, and people whom tools named. A span is made of whole words with what stands
between them. It begins with a word, @, # or $, and does not end in closing punctuation, so that ``"Nike?"`` offers
``Nike`` and ``r/Coffee`` offers ``Coffee``. Whitespace is one space.

In answers: whole lines of this turn's tool results, to the letter and in their order, any of them left out, behind a
line of the model's own that has no digits, no handles and no quotation marks. So an answer can neither invent a figure
nor misspell a name. Once a line is begun, most of its tokens are forced, so copying costs little.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

# A handle or word with dots and hyphens inside a handle only; CJK has no spaces, so each character counts as a word.
CHUNK = re.compile(
    r"(?<=@)\w+(?:[.-]\w+)*|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|"
    r"(?:(?![\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])\w)+|['’]s\b|\s|.",
    re.DOTALL,
)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|\s")
NOT_FIRST = " \\.,;:!?)]}>'\"“”„«»’‘`´/|~^*=_…–—-&%+\u200d\ufe0f"
NOT_LAST = " \\.,;:!?([{<'\"“”„«»’‘`´/|~^*=…–—-&@#\u200d"
NOT_LAST_OF_TEXT = ' \\([{<"“„«'
QUOTE = '"'
OFFERED_MESSAGES = 12
BOUNDARY = "\n"
PROSE_LENGTH = 200  # characters
COPIED_LINES = 40
OWN_LINE = rf'/[^\s\p{{N}}@"“”„«»][^\n\r\p{{N}}@"“”„«»]{{0,{PROSE_LENGTH - 1}}}/'


@dataclass(frozen=True)
class HeldWords:
    """What held arguments may be made of. ``chunks`` of different messages are parted by a line break."""

    chunks: tuple[str, ...]
    people: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str], people: Sequence[str] = ()) -> HeldWords:
        """From what the user wrote (newest first) and the handles that tools returned."""
        chunks: list[str] = []
        for text in texts[:OFFERED_MESSAGES]:
            chunks += [*split(text), BOUNDARY]
        return cls(tuple(chunks[:-1]), tuple(people))

    @property
    def has_words(self) -> bool:
        """Whether there is any span at all; a message of mere punctuation has none."""
        return any(chunk != BOUNDARY and may_begin(chunk) and may_end(chunk) for chunk in self.chunks)


def split(text: str) -> list[str]:
    """The pieces of ``text`` that spans are made of; joined, they give the text with whitespace normalised."""
    plain = " ".join(UNPRINTABLE.sub(" ", text).split())
    return CHUNK.findall(plain)


def may_begin(span: str) -> bool:
    """Whether a span may begin as this one does."""
    return span[:1] not in NOT_FIRST


def may_end(span: str) -> bool:
    """Whether a name may end as this one does."""
    return span[-1:] not in NOT_LAST


def terminals(words: HeldWords) -> str:
    """Lark terminals, all quoted: ``NAME`` (a span), ``WORDING`` (may have quotes and a full stop), ``PERSON``."""
    people = [f'"@"? {literal(escape(name))}' for name in words.people]
    if not words.has_words:
        return f'PERSON: "\\"" ({" | ".join(people)}) "\\""' if people else ""
    pieces = [BOUNDARY if chunk == BOUNDARY else escape(chunk) for chunk in words.chunks]
    return "\n".join(
        (
            f"SPAN: %regex {json.dumps({'substring_chunks': pieces})}",
            f"NAME_SPAN: SPAN & {_shape(inside=QUOTE, last=NOT_LAST)}",
            f"WORDING_SPAN: SPAN & {_shape(inside='', last=NOT_LAST_OF_TEXT)}",
            'NAME: "\\"" NAME_SPAN "\\""',
            'WORDING: "\\"" WORDING_SPAN "\\""',
            f'PERSON: "\\"" ({" | ".join(["NAME_SPAN", *people])}) "\\""',
        )
    )


def answer_rules(results: Sequence[str], *, never_first: str = "") -> str:
    """Lark rules that define ``prose``: a line of the model's own, lines of ``results``, a closing line; at least one
    of them.

    No copied line begins with the character ``never_first``, by which a call may be known.
    """
    copied = [line for line in copied_lines(results) if not (never_first and line.startswith(never_first))]
    if not copied:
        return f"prose: OWN_LINE\nOWN_LINE: {OWN_LINE}"
    rules = [
        "prose: OWN_LINE | (OWN_LINE BREAK)? line_0 (BREAK OWN_LINE)?",
        f"OWN_LINE: {OWN_LINE}",
        "BREAK: /\\n{1,2}/",
    ]
    last = len(copied) - 1
    for number, line in enumerate(copied):
        onward = "" if number == last else f" (BREAK line_{number + 1})? | line_{number + 1}"
        rules.append(f"line_{number}: {literal(line)}{onward}")
    return "\n".join(rules)


def copied_lines(results: Sequence[str], most: int | None = COPIED_LINES) -> list[str]:
    """The lines that an answer may copy, at ``most`` so many, without repeats and trailing blanks."""
    lines = (line.rstrip() for text in results for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line.strip()))[:most]


def escape(text: str) -> str:
    """``text`` as it stands between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def literal(text: str) -> str:
    """``text`` as a Lark string."""
    return json.dumps(text, ensure_ascii=False)


def _shape(*, inside: str, last: str) -> str:
    """One line that begins and ends well and has none of ``inside``, as Lark regular expressions."""
    first, middle, end = _none_of(NOT_FIRST), _none_of(inside), _none_of(last)
    return f"/{first}({middle}*{end})?/ & /{middle}*{end}/"


def _none_of(characters: str) -> str:
    return "[^\\n" + "".join("\\" + char if char in "\\/]^-[&~|" else char for char in characters) + "]"
