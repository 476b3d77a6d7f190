"""The fields of a row as a Post: what is spoilt empties its field and is told; only what must be there can reject."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

from index.posts.columns import getter
from index.posts.dates import DateForm, DateVote, Order, read_date
from index.posts.escapes import unescaped
from index.posts.language import code_of
from index.posts.numbers import NumberForm, number_form, read_count
from index.posts.record import GONE, LONGEST_NAME, LONGEST_TEXT, LONGEST_URL, REQUIRED, Post
from index.posts.text import INVISIBLE, MARKED, SPOILT, clean, mended, plain_of, text_of

NO_TEXT = "no text"
COUNTS = ("likes", "shares", "replies")
_NOTHING = {"", "nan", "nat", "null", "none", "n/a", "-", "--", "---", "\\n", "<na>", "#n/a", "#name?"}
_PREFIX = re.compile(r"^/?[ur]/")
# What spreadsheets make of long numbers, of texts that look like formulas, and of formulas that failed.
_SPOILT_ID = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
_QUOTED_ID = re.compile(r"""=?["']+|["']+$""")
_SPOILT_TEXT = re.compile(
    r"#(?:NAME\?|VALUE!|REF!|DIV/0!|N/A|NUM!|NULL!|ERROR!|WERT!|BEZUG!|NOM\s?\?|VALEUR!|NOMBRE\?)"
)
_VISIBILITY = {
    "private": "followers", "followers_only": "followers", "followers": "followers", "friends": "followers",
    "connections": "followers", "connections_only": "followers", "specified": "direct", "only_me": "direct",
    "direct": "direct", "public": None, "everyone": None, "anyone": None, "home": "unlisted",
}  # fmt: skip
_RETWEET = re.compile(r"RT @([A-Za-z0-9_.\-]{1,50}):? ")
_WRITTEN_USER = re.compile(r"""['"](?:username|screen_name|userName|handle)['"]\s*:\s*['"]([^'"]{1,200})['"]""")
_MARKED_SHARE = 0.01
Faults = Callable[[str, str], None]


@dataclass(frozen=True)
class Forms:
    """What whole columns showed: how dates and counts are written, whether texts are HTML, and whether
    a wrong decoding spoilt their letters.
    """

    dates: DateForm = field(default_factory=DateForm)
    numbers: Mapping[str, NumberForm] = field(default_factory=dict)
    markup: bool = False
    spoilt: bool = False


def forms_of(
    rows: Sequence[Mapping[str, Any]],
    vote: DateVote,
    *,
    order: Order | None = None,
    now: datetime | None = None,
    european: bool = False,
    markup: bool | None = None,
    spoilt: bool = False,
    zone: tzinfo = UTC,
) -> Forms:
    """The forms that some rows of fields show; ``vote`` has seen the dates, of these rows or of all. ``zone`` is that
    of times that name none.
    """
    numbers = {name: number_form(row.get(name) for row in rows) for name in COUNTS}
    european = european or any(form.seen and form.decimal == "," for form in numbers.values())
    if markup is None:
        texts = [row.get("text") for row in rows]
        marked = sum(isinstance(text, str) and "<" in text and MARKED.search(text) is not None for text in texts)
        markup = marked > _MARKED_SHARE * len(texts)
    spoilt = spoilt or any(_is_spoilt(row.get("text")) or _is_spoilt(row.get("author")) for row in rows)
    dates = replace(vote.decide(order, now, european=european), zone=zone)
    return Forms(dates, numbers, markup, spoilt)


def _is_spoilt(value: Any) -> bool:
    return isinstance(value, str) and not value.isascii() and SPOILT.search(value) is not None


def post_of(fields: Mapping[str, Any], forms: Forms, fault: Faults, made_id: Callable[[Post], str]) -> Post:
    """The post that these fields make. ``fault(field, reason)`` is told of each that could not be read and is empty
    now; ``made_id`` gives ids where there is none. Raises ValueError with the reason if the row is no post.
    """
    get = fields.get
    author, text = _author(get("author")), _text(get("text"), forms)
    if forms.spoilt:
        author, text = mended(author), mended(text)
    if not text or (text[0] > "\x7f" and not INVISIBLE.sub("", text).strip()):
        raise ValueError(NO_TEXT)
    if text[0] == "#" and _SPOILT_TEXT.fullmatch(text):
        raise ValueError("a formula that a spreadsheet made of the text")
    if not author:
        raise ValueError("no author")
    if author in GONE or (text[0] == "[" and text.lower() in GONE):
        raise ValueError("deleted by its author or a moderator")
    if len(text) > LONGEST_TEXT:
        fault("text", f"cut to {LONGEST_TEXT:,} characters")
        text = text[:LONGEST_TEXT]
    if len(author) > LONGEST_NAME:
        fault("author", f"cut to {LONGEST_NAME} characters")
        author = author[:LONGEST_NAME]
    numbers = forms.numbers
    made = Post(
        id=_id(get("id")) if "id" in fields else "",
        author=author,
        text=text,
        created_at=_date(get("created_at"), forms.dates, fault),
        community=_community(get("community"), fault),
        likes=_count("likes", get("likes"), numbers, fault),
        shares=_count("shares", get("shares"), numbers, fault),
        replies=_count("replies", get("replies"), numbers, fault),
        lang=_lang(get("lang"), fault),
        url=_url(get("url"), fault),
        reposted=_reposted(get("reposted"), text),
        visibility=_visibility(said) if (said := get("visibility")) else None,
        bot=get("bot") in (True, "true", "True", "1", 1),
    )
    if made.id:
        return made
    if "id" in fields and _SPOILT_ID.fullmatch(str(fields["id"]).strip()):
        fault("id", "spoilt by a spreadsheet, so one was made")
    return replace(made, id=made_id(made))


def post_from_row(row: Mapping[str, Any], columns: Mapping[str, str]) -> Post:
    """One row by itself, field → column or path. Raises ValueError with the reason if the row is no post."""
    fields = {name: getter(column)(row) for name, column in columns.items()}
    for name in REQUIRED:
        if _empty(fields.get(name)):
            raise ValueError(f"no {name}")
    made = post_of(fields, Forms(), lambda name, reason: None, lambda post: "")
    if not made.id:
        raise ValueError("no id")
    return made


def to_utc(value: Any) -> datetime:
    """A date in any common written form by itself. Raises ValueError if it is no date."""
    try:
        return read_date(value, DateForm())
    except ValueError as error:
        raise ValueError(f"created_at is no date: {str(value)[:40]!r}") from error


def _empty(value: Any) -> bool:
    """Whether ``value`` is what exports write for "nothing"."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, str) and (not value or value.isspace() or (len(value) < 7 and _nothing(value)))


def _nothing(value: str) -> bool:
    return clean(value).strip().lower() in _NOTHING


def _text(value: Any, forms: Forms) -> str:
    if type(value) is str:
        if value.isascii() and value.isprintable() and "&" not in value and not forms.markup:
            return value.strip()
    else:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value:
            value = str(value)
        value = text_of(value)
    text = clean(value)
    if forms.markup:
        text = plain_of(text)
    return (unescaped(text) if "&" in text else text).strip()


def _name(value: Any) -> str:
    if isinstance(value, bool) or _empty(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    name = clean(text_of(value) if not isinstance(value, float) else str(value))
    return (name if name.isascii() else INVISIBLE.sub("", name)).strip()


def _id(value: Any) -> str:
    if (
        type(value) is str
        and len(value) > 6
        and value.isascii()
        and value.isprintable()
        and "+" not in value
        and value[0] not in "='\""
        and not value.endswith(".0")
    ):
        return value.strip()[:LONGEST_URL]
    name = _name(value)
    if name[:1] in ("=", "'", '"'):
        name = _QUOTED_ID.sub("", name)  # '="1741…"', so that spreadsheets keep all digits
    if name.endswith(".0") and name[:-2].isdecimal():
        name = name[:-2]  # numbers of a table in which some row had none
    return "" if _SPOILT_ID.fullmatch(name) else name[:LONGEST_URL]


def _author(value: Any) -> str:
    return _author_of(value) if type(value) is str else _without_prefix(_name(_of_person(value)))


@lru_cache(maxsize=1 << 14)  # people post more than once
def _author_of(written: str) -> str:
    # Tables of some collectors hold the whole user as Python writes it: "{'username': 'ana', 'id': 5}".
    found = _WRITTEN_USER.search(written[:2000]) if written.startswith("{") else None
    return _without_prefix(_name(found[1] if found else written))


def _without_prefix(name: str) -> str:
    if name[:2] in ("u/", "/u", "r/", "/r"):
        name = _PREFIX.sub("", name)
    return name.lstrip("@").strip()


def _of_person(value: Any) -> Any:
    if isinstance(value, Mapping):  # {"user": {"screen_name": …}} where other rows have a name
        from index.posts.columns import match_columns

        inner = match_columns([f"user.{key}" for key in value], {}).get("author", "")
        return value.get(inner.partition(".")[2])
    return value


def _community(value: Any, fault: Faults) -> str | None:
    if value is None:
        return None
    if type(value) is str:
        return _community_of(value)
    if isinstance(value, (list, tuple)):
        value = next((item for item in value if isinstance(item, str)), None)
    elif isinstance(value, Mapping):
        value = value.get("name") or value.get("title")
        if value is None:
            fault("community", "is an object")
    return _community_of(value if isinstance(value, str) else _name(value))


@lru_cache(maxsize=1 << 14)
def _community_of(written: str) -> str | None:
    name = _PREFIX.sub("", _name(written)).lstrip("#").strip()
    return name[:LONGEST_NAME] or None


def _date(value: Any, form: DateForm, fault: Faults) -> datetime | None:
    if value is None or value == "":
        return None
    if type(value) is str and len(value) > 9:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            zone = moment.tzinfo
            if zone is UTC:
                return moment
            if zone is not None:
                return _in_utc(moment, fault)
            if form.zone is UTC and not value.isdecimal():  # "1709294400" would pass for a day
                return moment.replace(tzinfo=UTC)
    if _empty(value):
        return None
    try:
        return read_date(value, form)
    except ValueError as error:
        fault("created_at", str(error))
        return None


def _in_utc(moment: datetime, fault: Faults) -> datetime | None:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        fault("created_at", "is no date")
        return None


def _count(name: str, value: Any, forms: Mapping[str, NumberForm], fault: Faults) -> int | None:
    if type(value) is int and -(2**62) < value < 2**62:
        return value
    if value is None or value == "":
        return None
    if type(value) is str and value.isdecimal() and len(value) < 16:
        return int(value)
    if _empty(value):
        return None
    try:
        return read_count(value, forms.get(name) or NumberForm())
    except (ValueError, OverflowError) as error:
        fault(name, str(error))
        return None


def _lang(value: Any, fault: Faults) -> str | None:
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        value = next(iter(value), None)
    if value is not None and not isinstance(value, str):
        fault("lang", "is no name of a language")
        return None
    return code_of(value) if value else None


def _url(value: Any, fault: Faults) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        fault("url", "is no text")
        return None
    value = clean(value).strip()
    return value if value and len(value) <= LONGEST_URL else None


def _visibility(value: Any) -> str | None:
    """Who could read it, in the words of ``record``; None for everybody."""
    if not value or not isinstance(value, str):
        return None
    name = value.strip().lower().replace(" ", "_")
    return _VISIBILITY.get(name, name[:LONGEST_NAME]) if not _empty(value) else None


_YES, _NO = frozenset(("true", "yes", "1", "1.0")), frozenset(("false", "no", "0", "0.0", "none", "nan", "null"))


def _reposted(value: Any, text: str) -> str | None:
    """Whose words it passes on; "unknown" where a column only says that it does."""
    said = str(value).strip().lower()
    if said in _YES:
        return "unknown" if not text.startswith("RT @") else _reposted(None, text)
    if value and said not in _NO:
        return _author(value)[:LONGEST_NAME] or None
    if text.startswith("RT @") and (found := _RETWEET.match(text)):
        return found[1]
    return None
