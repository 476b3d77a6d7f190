"""The grammar of an answer that can neither invent a figure nor misspell a name.

A line of the model's own has no digits, no handles and no quotation marks; then come whole lines of this turn's tool
results, to the
letter and in their order, any of them left out. Once a line is begun, most of its tokens are forced, so copying costs
little.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.models.held_words import literal

PROSE_LENGTH = 200
COPIED_LINES = 40
OWN_LINE = rf'/[^\s\p{{N}}@"“”„«»][^\n\r\p{{N}}@"“”„«»]{{0,{PROSE_LENGTH - 1}}}/'


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
