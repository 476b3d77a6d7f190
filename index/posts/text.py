"""Text as its author wrote it: put together from pieces, out of markup, and with its letters mended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from index.posts.escapes import unescaped

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # half of an emoji that was cut: no encoder or file can hold it
_MOJIBAKE = re.compile("[\u00c2\u00c3\u00e2\u00f0][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030"
                       "\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153"
                       "\u017e\u0178]")  # fmt: skip
_PIECES = ("text", "plain_text", "content", "value", "post", "comment", "body")
_DEEPEST = 6
# No sign may stand twice in a pattern's way, so that a field of a million "<" takes a moment, not an hour.
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b([^<>]*)>|<!--[^<>]*-->")
_KNOWN = frozenset(
    re.findall(
        r"\w+",
        "a abbr article aside b blockquote br caption center cite code dd del details div dl dt em figcaption figure "
        "font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p picture pre q rb rp rt ruby s samp section "
        "small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video wbr iframe "
        "script style",
    )
)
_BREAKS = frozenset(
    re.findall(r"\w+", "br div p li tr blockquote h1 h2 h3 h4 h5 h6 ul ol table section article pre figure hr dd dt")
)
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}(?::\d\d){1,2}")
_BLANK_LINES = re.compile(r"\n{3,}")
# Signs that nobody writes behind each other; "Â " alone may be meant.
SPOILT = re.compile(
    "\u00c3[\u0080-\u00bf]|\u00e2\u20ac[\u0080-\u2122]|\u00e2[\u0080-\u009f]{2}|\u00f0\u009f|\u00f0\u0178"
)
MARKED = re.compile(r"<br\s*/?>|</(?:a|p|b|i|span|strong|em|div)>|<a\s[^<>]{0,200}href", re.IGNORECASE)


INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad\u180e\u3164]")


def clean(text: str) -> str:
    """``text`` without signs that no file or encoder can hold."""
    if not text.isprintable():  # line breaks too, but most posts are one line
        return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text))
    return text


def text_of(value: Any, depth: int = 0) -> str:
    """The text of a value: a string, or its pieces put together, as Telegram, YouTube and Slack write styled text.
    Numbers and what holds no text give "".
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):  # Parquet from tools that do not mark text as text
        return value.decode("utf-8", errors="replace")
    if depth > _DEEPEST:
        return ""
    if isinstance(value, (list, tuple)):
        return "".join(text_of(piece, depth + 1) for piece in value)
    if isinstance(value, Mapping):
        return _piece(value, depth)
    return ""


def _piece(value: Mapping[str, Any], depth: int) -> str:
    said = next((text_of(value[name], depth + 1) for name in _PIECES if value.get(name)), "")
    link = value.get("href")
    return f"{said} {link}" if isinstance(link, str) and link.startswith("http") and link not in said else said


def mended(text: str) -> str:
    """``text`` with the letters that a wrong decoding spoilt: "ZoÃ«" becomes "Zoë"."""
    if text.isascii() or not _MOJIBAKE.search(text):
        return text
    try:
        return text.encode("latin-1").decode("utf-8")  # as Facebook and Instagram write
    except UnicodeError:
        from ftfy import fix_encoding

        return fix_encoding(text)


def plain_of(markup: str) -> str:
    """HTML as text, in one pass: breaks and paragraphs become lines, a link whose words are not its address keeps it
    behind them. What is no tag of HTML stays: "I <3 you".
    """
    if "<" not in markup:
        return markup
    out: list[str] = []
    end, link, opened, hidden = 0, "", 0, ""
    for found in TAG.finditer(markup):
        name = (found[2] or "").lower()
        if found[2] and name not in _KNOWN:
            continue
        if not hidden:
            out.append(markup[end : found.start()])
        end = found.end()
        if name in ("script", "style"):
            hidden = "" if found[1] else name
        elif name == "a" and not found[1]:
            link, opened = _address(found[3]), len(out)
        elif name == "a":
            if link:  # else a field of nothing but "</a>" would be put together again at each
                out.append(_behind("".join(out[opened:]), link))
            link = ""
        elif name in _BREAKS and (found[1] or name in ("br", "hr", "li") or (name == "p" and _is_open(out))):
            out.append("\n")
    out.append("" if hidden else markup[end:])
    return _BLANK_LINES.sub("\n\n", "".join(out)).strip()


def _is_open(out: list[str]) -> bool:
    """Whether words stand before a paragraph that no other has ended, as Hacker News writes them."""
    last = next((piece for piece in reversed(out[-4:]) if piece), "\n")
    return not last.endswith("\n")


def _address(attributes: str) -> str:
    found = _HREF.search(attributes[:4000])
    return unescaped(next((part for part in found.groups() if part), "")) if found else ""


def _behind(words: str, link: str) -> str:
    said = unescaped(words).strip()
    if not link.startswith(("http://", "https://")) or said[:1] in ("@", "#") or _CLOCK.fullmatch(said):
        return ""
    return "" if said and (said in link or link in said) else f" {link}"
