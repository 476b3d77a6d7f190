"""How a name may be spelled, and where it stands in a text.

One set of aliases for all tools: what parts the words may differ or be missing ("Coca-Cola", "#cocacola"), accents may
be left out ("Pokemon"), "&" may be written out, and a plural or 's may follow. A word inside a handle, a URL or an
e-mail address names nothing ("@sonos_so_close" is somebody); a handle or hashtag that *is* the name does ("@Sonos").
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from index.inflection import singular

BETWEEN = r"[\s_'’.‐-]*"  # what may part the words of a name
NO_DOT = BETWEEN.replace(".", "")
ENDINGS = r"(?:s|es|['’]s)?"
# A run of letters and dots is looked at once, from its beginning, and never again from a later dot: a post of nothing
# but "a.a.a.a" would cost minutes otherwise.
ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?<![\w-])(?<![\w-]\.)(?>(?:[\w-]+\.)+)[^\W\d_]{2,}/\S*"  # example.org/a/path
    r"|(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.-]+"
    r"|(?<!\w)/?u/[\w-]+"
    r"|(?P<handle>@\w+(?:[.-]\w+)*)"
)
DOMAIN = re.compile(r"\.[^\W\d_]{2,}/")
STOPS = ".!?…\n"
QUOTING = " \t\"'“”‘’(*_"  # may stand between the end of a sentence and its successor
LOOK_BACK = 8  # characters before a word in which the end of a sentence is looked for
_ACCENTED = {"a": "áàâãäå", "c": "ç", "e": "éèêë", "i": "íìîï", "n": "ñ", "o": "óòôõöø", "u": "úùûü"}


@dataclass(frozen=True)
class Occurrence:
    """How a name stands in a text: its ``surface`` there first, whether it is ``written`` as a name somewhere (with a
    capital inside a sentence, as a hashtag or handle), and whether it stands in ``small`` letters somewhere.
    """

    surface: str
    written: bool
    small: bool


@dataclass(frozen=True)
class Spelling:
    """``rough`` is a regular expression of RE2 that every post with the name matches, and some more; ``pattern`` finds
    the name in a text without addresses, with the word itself in group 1. ``whole`` says that a final s or 's is shown
    as part of the name. A name of one plain word stands in a text exactly where one of its ``forms`` does, in any case
    and perhaps with accents; of other names there are none.
    """

    rough: str
    pattern: str
    whole: bool = False
    forms: frozenset[str] = frozenset()

    @cached_property
    def named(self) -> re.Pattern[str]:
        """The pattern, compiled when it is first needed: of many names most are never looked for."""
        return re.compile(self.pattern, re.IGNORECASE)

    def find(self, text: str) -> Occurrence | None:
        """How the name stands in ``text``; None if it does not."""
        return self.find_bare(ADDRESS.sub(self._shown, text) if may_have_address(text) else text)

    def find_bare(self, text: str) -> Occurrence | None:
        """The same in a text without addresses."""
        surface, written, small = "", False, False
        for match in self.named.finditer(text):
            surface = surface or match[0 if self.whole else 1]
            if text[match.start() - 1 : match.start()] in ("#", "@"):
                written = True
            elif match[1][:2] == match[1][:2].lower():
                small = True
            else:
                written = written or is_inside(text[max(0, match.start() - LOOK_BACK) : match.start()])
        return Occurrence(surface, written, small) if surface else None

    def is_in(self, text: str) -> bool:
        """Whether a short text, such as a tagged name, has it."""
        return self.named.search(text) is not None

    def _shown(self, address: re.Match[str]) -> str:
        handle = address["handle"]
        return address[0] if handle and self.named.fullmatch(handle[1:]) else " "


def may_have_address(text: str) -> bool:
    """Quickly: whether ``ADDRESS`` may match anywhere."""
    if "@" in text or "www." in text:
        return True
    return "/" in text and ("://" in text or "u/" in text or DOMAIN.search(text) is not None)


def is_inside(before: str) -> bool:
    """Whether a word after these characters is inside a sentence, where only names have a capital."""
    last = before[-LOOK_BACK:].rstrip(QUOTING)
    return last != "" and last[-1] not in STOPS


@lru_cache(1024)
def spelling(name: str, *, plural: bool = True) -> Spelling:
    """How ``name`` may be spelled; with ``plural`` a final s of it is that of a plural and may be missing."""
    words = words_of(name)
    if not words:
        return Spelling(r"[^\x00-\x{10FFFF}]", r"(?!)()")
    stems = _stems(words[-1], plural)
    body = _letters(words[0]) if len(words) > 1 else _last(stems)
    for place, word in enumerate(words[1:], start=2):
        # Before a dot of the name no other dot is skipped, so that there is one way to read "U.......S".
        between = NO_DOT if word == "." else BETWEEN
        body += between + (_letters(word) if place < len(words) else _last(stems))
    named = rf"(?<![^\W_])({body}){ENDINGS}(?![^\W_])"
    whole = name.casefold().rstrip().endswith("s")
    return Spelling(rf"(?i){body}", named, whole, _forms(words, stems))


def words_of(name: str) -> list[str]:
    """The words and signs that make a name: "#Coca-Cola's" → Coca, Cola; "AT&T" → AT, &, T."""
    bare = re.sub(r"^[#@\s\"'“”‘’(]+|['’]s$", "", re.sub(r"[\s\"'“”‘’),;:!?.]+$", "", name))
    # A dot inside a word stays: U.S. is not "us".
    return re.findall(r"\w+|[^\w\s]", re.sub(r"[-‐_'’]|\.(?=\s)", " ", bare))


def _stems(word: str, plural: bool) -> list[str]:
    """The last word of a name: in the singular and, where that is spelled otherwise, in the plural too."""
    one = singular(word.casefold()) if plural else word.casefold()
    if len(one) > 3 and one.endswith("y") and one[-2] not in "aeiou":
        return [word[: len(one) - 1] + ending for ending in ("y", "ie")]
    return [word[: len(one)] if word.casefold().startswith(one) else word]


def _last(stems: list[str]) -> str:
    if len(stems) == 1 and _may_be_parted(stems[0]):
        return rf"{_letters(stems[0][:-1])}['’]?{_letters(stems[0][-1])}"
    return f"(?:{'|'.join(map(_letters, stems))})"


def _may_be_parted(stem: str) -> bool:
    """ "Levis" is written "Levi's" too."""
    return stem[-1:] in "sS" and len(stem) > 3


def _forms(words: list[str], stems: list[str]) -> frozenset[str]:
    if len(words) > 1 or not (words[0].isascii() and words[0].isalnum()) or any(map(_may_be_parted, stems)):
        return frozenset()
    found = frozenset(stem.lower() + ending for stem in stems for ending in ("", "s", "es"))
    return frozenset() if "s" in found else found  # of "S's" the second s is no other S


def _letters(word: str) -> str:
    """The letters of a word, each with or without its accent; "&" may be "and"."""
    return "".join(_letter(letter) for letter in word)


def _letter(letter: str) -> str:
    if letter == "&":
        return "(?:&|and)"
    plain = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    if accents := _ACCENTED.get(plain.casefold()):
        return f"[{plain}{accents}]"
    return re.escape(letter)
