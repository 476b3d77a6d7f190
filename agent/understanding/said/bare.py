"""What of a question says more than how a list is asked for or changed: "nobody who has slagged it off" names no group
of people, whatever a judge of meanings makes of such bare words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
SENTENCE = re.compile(r"(?<=[.?!;])\s+")
# Words that ask, point, count, or say how somebody speaks of something: none of them tells people apart by a trait.
_FRAME = """
    different
    a about actually ad add ads advert advertise advertising again all already also always am an and angry annoyed
    any anybody anyone are as ask at away back bad bash bashed be because been being best bin bitch board both
    bother bottom brand bring but by campaign can change channel clearly communities community complain complained
    complaining complains could critical criticise criticised criticize cut did dislike disliked dislikes ditch do
    does drop dunk each else ever every everybody everyone except exclude excluding fed few fewer find first folk
    folks for forum from gets give got group had has hate hated hater haters hates have having her here hide him
    his hoping how i if in instead into invite is isn it its just keep kick last least leave leaving left less let
    like liked likely likes limit list lose lot love loved loves make many market maybe me member members
    mention mentioned mentions message minus moan moaned moaning moans more most much must my name named names
    narrow nasty need negative never no nobody none not now of off oh ok okay on once one ones only or order other
    others our out over people person persons pitch please pls positive post posted posting posts praise praised
    praises put rant ranted ranting rants rather reach really remove replace said same say saying says second
    section see seem send should show shown shows since skip slag slagged slagging slags slam slate slated
    slates slating so some somebody someone sort spam still stop sub such swap swapped take talk talked talking
    talks target targeting tell than that the their them then there these they thing things third this those throw
    to too top trash trashed trashing two unhappy unlikely up us use user users very want was we well
    were what when where which whine whined whines whinge who whom whose why will with without won worst would
    write writes wrote yes yet you your
"""
FRAME = frozenset(_FRAME.split())


def beyond(question: str, args: Mapping[str, Any]) -> str:
    """The sentences of ``question`` that say more than frame words and what the arguments of its call hold, which is
    judged by itself; empty if none does.
    """
    held = {word for text in _texts(args.values()) for word in _words(text)}
    return " ".join(each for each in SENTENCE.split(question) if any(map(_says(held), _words(each))))


def _says(held: set[str]) -> Any:
    return lambda word: word not in FRAME and word not in held and not word.isdecimal()


def _words(text: str) -> list[str]:
    """Words in small letters, without what an apostrophe joins to them."""
    return [re.split(r"['’]", word)[0].removesuffix("n") if "n't" in word else re.split(r"['’]", word)[0]
            for word in WORD.findall(text.casefold())]  # fmt: skip


def _texts(values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            yield from _texts(value)
