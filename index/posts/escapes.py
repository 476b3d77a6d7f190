"""Escapes of HTML, which platforms hand out in place of letters: "R&amp;D" for "R&D"."""

from __future__ import annotations

import html
import re

ESCAPE = r"&(?:#\d{2,6}|#x[0-9a-fA-F]{2,6}|[a-zA-Z]{2,8});"


def letter_of(escape: str) -> str:
    """The letter that an escape means, or the escape itself where it means none: "&nothing;"."""
    letter = html.unescape(escape)
    return letter if len(letter) == 1 else escape


def unescaped(text: str) -> str:
    """``text`` with its letters in place of their escapes, once: "&amp;amp;" becomes "&amp;"."""
    return re.sub(ESCAPE, lambda match: letter_of(match[0]), text) if "&" in text else text
