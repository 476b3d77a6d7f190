"""From a tag for each word to the words themselves: the best sequence of tags, its spans, and their edges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from agent.understanding.labels import TAGS

if TYPE_CHECKING:
    from torch import Tensor

QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]")
PASTED_WORDS = 4  # from so many words on, what stands in quotation marks is a pasted text
# Where a new sentence or clause begins that no subject goes on into.
BEHIND = re.compile(
    r"(?:\?|\.(?=\s))\s+(?:I|we|my|mine|our|is|are|do|does|did|would|who|what|which|how|when|where|any|can|could)\b.*|"
    r",?\s+(?:so that|mind you|how would|would you say|and (?:I|we)(?:'d| would| want| need)?|"
    r"(?:has |have )?(?:got|gotten|getting|become|becoming) (?:any )?(?:worse|better)|"
    r"and (?:is|are|was|were|does|do|did|how|who|whether|what|which|when|where|why))\b.*",
    re.IGNORECASE | re.DOTALL,
)
WIDEST_GAP = 2  # words of a long text that may have been taken for no part of it


def likeliest_tags(logits: Tensor) -> list[str]:
    """The best sequence of ``TAGS`` in which every I- follows its own kind: (words, tags) → a tag for each word.

    Viterbi decoding with forbidden transitions in place of learned ones.
    """
    scores = logits.float().log_softmax(-1)
    forbidden = _forbidden()
    best, back = scores[0] + forbidden[0], []  # before the first word stands nothing
    for word in scores[1:]:
        best, origin = (best.unsqueeze(1) + forbidden).max(0)
        best = best + word
        back.append(origin)
    path = [int(best.argmax())]
    for origin in reversed(back):
        path.append(int(origin[path[-1]]))
    return [TAGS[tag] for tag in reversed(path)]


@cache
def _forbidden() -> Tensor:
    """What it costs to go from one tag (row) to another."""
    import torch

    cost = torch.zeros(len(TAGS), len(TAGS))
    for to, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            cost[:, to] = -1e4
            cost[[TAGS.index("B-" + tag[2:]), to], to] = 0.0
    return cost


def spans(words: Sequence[tuple[int, int, int]], tags: Sequence[str]) -> list[tuple[str, int, int]]:
    """BIO tags → (slot, start, end) in characters."""
    found: list[tuple[str, int, int]] = []
    inside = ""
    for (_, start, end), tag in zip(words, tags, strict=True):
        prefix, _, slot = tag.partition("-")
        if prefix == "O":
            inside = ""
        elif found and slot == inside and prefix == "I":
            found[-1] = (slot, found[-1][1], end)
        else:
            found.append((slot, start, end))
        inside = slot
    return found


def joined(found: Sequence[tuple[str, int, int]], words: Sequence[tuple[int, int, int]]) -> list[tuple[str, int, int]]:
    """``found`` with the pieces of a long subject or text made one, where a slip of a word or two parts them."""
    whole: list[tuple[str, int, int]] = []
    for slot, start, end in found:
        if whole and slot == whole[-1][0] and slot in ("subject", "text"):
            gap = sum(whole[-1][2] <= first < start for _, first, _ in words)
            longest = max(sum(a <= first < b for _, first, _ in words) for a, b in (whole[-1][1:], (start, end)))
            if gap <= WIDEST_GAP and longest > WIDEST_GAP:
                whole[-1] = (slot, whole[-1][1], end)
                continue
        whole.append((slot, start, end))
    return whole


def quoted(question: str, start: int, end: int) -> tuple[int, int]:
    """The whole of a pasted text in quotation marks if the stretch lies in one; a short quoted name stays as it is."""
    for match in QUOTED.finditer(question):
        if match.start() <= start and end <= match.end() and len(match[1].split()) >= PASTED_WORDS:
            return match.span(1)
    return start, end


def trimmed(question: str, start: int, end: int, *, keep_marks: bool = False) -> str:
    """The words from ``start`` to ``end``, whole as people write them, without marks at the ends."""
    edges = " \"'“”‘’()[]:,;" if keep_marks else " \"'“”‘’()[]:,;.!?"
    if not question[start:end].strip(edges):
        return ""  # a mark alone does not stand for the word that it touches
    while start > 0 and (question[start - 1].isalnum() or question[start - 1] in "_"):
        start -= 1
    while end < len(question) and (question[end].isalnum() or question[end] == "_"):
        end += 1
    whole = " ".join(question[start:end].split())
    return _with_brackets(whole.strip(edges), whole)


def to_its_end(said: str) -> str:
    """``said`` without the next sentence or clause that it runs on into."""
    return BEHIND.sub("", said).strip(" ,;?") or said


def _with_brackets(said: str, whole: str) -> str:
    """``said`` with the brackets at its edges whose other halves it has: "Woolworths Metro (Australia)"."""
    before, _, after = whole.partition(said) if said else ("", "", "")
    for opening, closing in ("()", "[]"):
        if said.count(opening) > said.count(closing) and after.startswith(closing):
            said += closing
        if said.count(closing) > said.count(opening) and before.endswith(opening):
            said = opening + said
    return said
