"""Text as Markdown in which nothing can act: for words of posts, people and models on their way out."""

from __future__ import annotations

import re

# Every character that Markdown, HTML or the linking of bare addresses would act on, where it would. Others stay as they
# are, since screen readers are given the source.
_ACTS = re.compile(
    r"""(?ix) [<>&*\[\]`~$\\|]      # tags, references, emphasis, links, code, formulas, escapes, tables
    | (?<![^\W_])_ | _(?![^\W_])     # emphasis; inside a word an underscore is only an underscore
    | ^[#+=-] | (?<=\d)[.)](?=\s|$)  # headings, rules and lists, whose numbers would be counted anew
    | :(?=//) | (?<=www)\. | (?<=[\w.+-])@
    """
)
_LEAD = re.compile(r"(\s*[-*] |#{1,4} )(.*)", re.DOTALL)
BULLET = re.compile(r"\s*[-*•] +(?=\S)")
HEADING = re.compile(r"#{1,4} +(?=\S)")
BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")


def literal(text: str) -> str:
    """Markdown that shows ``text`` to the letter: what could act is written as a character reference."""
    lines = (re.match(r"[ \t]*", line) for line in text.splitlines())
    return "\n".join("&nbsp;" * len(lead[0]) + _quoted(lead.string[lead.end() :]) for lead in lines if lead)


def answer_markdown(text: str) -> str:
    """Markdown of an answer. Bullets, headings and **bold** work; links, images, tags, code and all else are plain."""
    return "\n\n".join(_answer_line(line) for line in text.splitlines() if line.strip())


def _answer_line(line: str) -> str:
    marked = _LEAD.match(line)
    lead, body = (marked[1], marked[2]) if marked else ("", line)
    parts = BOLD.split(body)
    return lead + "".join(f"**{_quoted(part)}**" if place % 2 else _quoted(part) for place, part in enumerate(parts))


def _quoted(text: str) -> str:
    return _ACTS.sub(lambda mark: f"&#{ord(mark[0])};", text)
