"""Texts that are made to hang whatever looks at them: one sign, or a few, again and again."""

from __future__ import annotations

from collections.abc import Iterator

# ruff: noqa: E501
UNITS = (
    "a", "A", "1", "0", ".", ",", ";", ":", "-", "_", "'", '"', "“", "‘", "’", "«", "(", ")", "[", "]", "{", "<", ">",
    "@", "#", "&", "*", "`", "~", "$", "%", "|", "\\", "/", "=", "+", "!", "?", "…", " ", "\n", "\t", "\u2028", "é", "田",
    "😀", "\u0301", "\u0301\u0323", "\u202e", "\u200b", "½", "ﷺ", "aA", "a ", "A ", "a.", "a-", "a'", "a’", "a@", "a+",
    "a&", "a,", "a;", "a\n", "@a", "@a ", "@a.", "#a", "&a", "&a;", "&#1", "<a", "<a ", "</a>", "<!--", "[a", "](", "![",
    "**", "**a", "//", "://", "http:", "http://a ", "www.", "u/", "r/a", "a.b/", ".a/", "1,", "1.", "1 ", "1/", "1:",
    "1-", "1 %", "1⁄", "111,", "+1", "one ", "one-", "one hundred ", "twenty-one ", "1 of ", "and ", "' ", " 'a", " ‘a’a",
    "\r\n", "- ", "> ", "1. ", "... ", "Nike ", "Nike,", "2024-01-01 ", "1.1.", "Mon ", "about ", "{\"", "\",\"", "a\"",
)  # fmt: skip


def hostile_texts(length: int) -> Iterator[str]:
    """A text of about ``length`` characters for each unit, with another end."""
    for unit in UNITS:
        yield unit * (length // len(unit)) + "!x"
