"""Text as Markdown in which nothing can act: for words of posts, people and models on their way to the browser."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from agent.events import Source

# Every character that Markdown, HTML or the linking of bare addresses would act on, where it would. Others stay as they
# are, since screen readers are given the source.
_ACTS = re.compile(
    r"""(?ix) [<>&*\[\]`~$\\|]      # tags, references, emphasis, links, code, formulas, escapes, tables
    | (?<![^\W_])_ | _(?![^\W_])     # emphasis; inside a word an underscore is only an underscore
    | ^[#+=-] | (?<=\d)[.)](?=\s|$)  # headings, rules and lists, whose numbers would be counted anew
    | :(?=//) | (?<=www)\. | (?<=[\w.+-])@
    """
)
# Private characters stand for tags until all else is quoted.
OPENED, MOST_MARKS, CLOSED = 0xF0000, 5000, "\U000ffffd"
LONGEST_VALUE = 60  # letters of a value that fit beside the name of its field
_PRIVATE = re.compile("[\U000f0000-\U000ffffd]")
_OPENED = re.compile(f"[{chr(OPENED)}-{chr(OPENED + MOST_MARKS)}]")
_LEAD = re.compile(r"(\s*[-*] |#{1,4} )(.*)", re.DOTALL)
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")


def literal(text: str) -> str:
    """Markdown that shows ``text`` to the letter: what could act is written as a character reference."""
    lines = (re.match(r"[ \t]*", line) for line in text.splitlines())
    return "\n".join("&nbsp;" * len(lead[0]) + _quoted(lead.string[lead.end() :]) for lead in lines if lead)


def answer_markdown(text: str, sources: Sequence[Source] = ()) -> str:
    """Markdown of an answer. Bullets, headings and **bold** work; links, images, tags, code and all else are plain.

    What has a source is marked with it: tool, field and value.
    """
    marked = _PRIVATE.sub("\ufffd", text)
    outer = [each for n, each in enumerate(sources) if all(each.start >= before.end for before in sources[:n])]
    for number, source in reversed(list(enumerate(outer[:MOST_MARKS]))):
        inside = marked[source.start : source.end]
        if "\n" not in inside:
            opened = chr(OPENED + number) + inside + CLOSED
            marked = marked[: source.start] + opened + marked[source.end :]
    lines = "\n".join(_answer_line(line) for line in marked.splitlines())
    told = _OPENED.sub(lambda mark: _source_tag(outer[ord(mark[0]) - OPENED]), lines)
    return told.replace(CLOSED, "</abbr>")


def source_words(source: Source) -> str:
    """Where something comes from, in one line: ``find_audience · people.2.probability: 0.3084``."""
    value = "" if isinstance(source.value, str) and len(source.value) > LONGEST_VALUE else f": {source.value}"
    return f"{source.tool} · {source.path}{value}"


def _source_tag(source: Source) -> str:
    kind = "source" if len(source.said) <= LONGEST_VALUE else "source long"
    words = _quoted(html.escape(source_words(source)).replace("&", "\0")).replace("\0", "&")
    return f'<abbr class="{kind}" tabindex="0" title="{words}">'


def _answer_line(line: str) -> str:
    marked = _LEAD.match(line)
    lead, body = (marked[1], marked[2]) if marked else ("", line)
    parts = _BOLD.split(body)
    return lead + "".join(f"**{_quoted(part)}**" if place % 2 else _quoted(part) for place, part in enumerate(parts))


def _quoted(text: str) -> str:
    return _ACTS.sub(lambda mark: f"&#{ord(mark[0])};", text)
