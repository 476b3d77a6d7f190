"""The grammar of an answer that can neither invent a figure nor misspell a name.

Lines of the model's own have no digits, no handles and no quotation marks; every other line is a line of this turn's
tool results, whole and to the letter. Once a line is begun, most of its tokens are forced, so copying costs little.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.held_words import literal

LINES = 20
PROSE_LENGTH = 200
COPIED_LINES = 300
OWN_LINE = rf'/[^\s\p{{N}}@"“”„«»][^\n\r\p{{N}}@"“”„«»]{{0,{PROSE_LENGTH - 1}}}/'


def answer_rules(results: Sequence[str], *, never_first: str = "") -> str:
    """Lark rules that define ``prose`` as connective lines mixed with whole lines of ``results``.

    No copied line begins with the character ``never_first``, by which a call may be known.
    """
    copied = [line for line in copied_lines(results) if not (never_first and line.startswith(never_first))]
    line = "OWN_LINE | COPIED_LINE" if copied else "OWN_LINE"
    rules = [f'prose: ({line}) (BREAK ({line})){{0,{LINES}}}', f"OWN_LINE: {OWN_LINE}", "BREAK: /\\n{1,2}/"]
    return "\n".join(rules + ([f"COPIED_LINE: {' | '.join(map(literal, copied))}"] if copied else []))


def copied_lines(results: Sequence[str]) -> list[str]:
    """The lines that an answer may copy, without repeats and trailing blanks."""
    lines = (line.rstrip() for text in results for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line.strip()))[:COPIED_LINES]
