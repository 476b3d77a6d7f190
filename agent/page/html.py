"""HTML made here, in which words of posts and people are only words."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from tools.library import Library
from tools.result.evidence import Evidence

# What a template language would act on goes as a reference too, whoever reads the page after us.
_TEMPLATE = {ord(sign): f"&#{ord(sign)};" for sign in "{}$`\\"}
CLEAR = 0.5  # probability from which the tone toward a name is told
TONES = {"positive": "+", "neutral": "·", "negative": "−"}
Span = tuple[int, int, str, str]  # start, end, what it names, the tone toward it or ""


def esc(text: object) -> str:
    """``text`` to the letter, between tags or in a quoted attribute."""
    return html.escape(str(text), quote=True).translate(_TEMPLATE)


def handle(user: str) -> str:
    """A person's name, kept apart from the writing direction around it."""
    return f"<bdi>@{esc(user)}</bdi>"


def action(act: str, place: int, inside: str, *, kind: str = "link", label: str = "") -> str:
    """A button that tells the page ``act`` and ``place``; ``inside`` is HTML, ``label`` what a screen reader says."""
    spoken = f' aria-label="{esc(label)}"' if label else ""
    return f'<button type="button" class="{kind}" data-act="{act}" data-place="{place}"{spoken}>{inside}</button>'


def chips(words: Iterable[str], kind: str = "") -> str:
    """Words side by side."""
    items = "".join(f'<li class="chip {kind}" dir="auto">{esc(word)}</li>' for word in words)
    return f'<ul class="chips">{items}</ul>' if items else ""


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Named values; the values are HTML."""
    items = "".join(f"<div><dt>{esc(name)}</dt><dd>{value}</dd></div>" for name, value in pairs)
    return f'<dl class="facts">{items}</dl>' if items else ""


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, wide: bool = False) -> str:
    """A table; cells are HTML, the first of each row names it. One that is ``wide`` can be scrolled by keyboard."""
    top = "".join(f'<th scope="col">{esc(head)}</th>' for head in heads)
    body = "".join(_row(heads, row) for row in rows)
    reached = f' tabindex="0" role="region" aria-label="{esc(caption)}"' if wide else ""
    return (
        f'<div class="scroll"{reached}><table class="figures"><caption>{esc(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(heads: Sequence[str], row: Sequence[str]) -> str:
    first = f'<th scope="row" dir="auto">{row[0]}</th>'
    rest = "".join(f'<td data-head="{esc(head)}">{cell}</td>' for head, cell in zip(heads[1:], row[1:], strict=True))
    return f"<tr>{first}{rest}</tr>"


def bar(share: float, *, low: float | None = None, high: float | None = None, top: float = 1.0) -> str:
    """A share as a bar that is full at ``top``, with the interval as a line across; its figure stands beside it."""
    whisker = ""
    if low is not None and high is not None:
        left, right = _width(low, top), _width(high, top)
        whisker = f'<i class="whisker" style="left:{left:.1f}%;width:{max(right - left, 0.5):.1f}%"></i>'
    return f'<span class="bar" aria-hidden="true"><i style="width:{_width(share, top):.1f}%"></i>{whisker}</span>'


def tone_bar(positive: float, neutral: float, negative: float) -> str:
    """Three shares on one bar; the figures must stand beside it."""
    parts = zip(TONES, (positive, neutral, negative), strict=True)
    inside = "".join(f'<i class="{name}" style="width:{_width(share, 1):.1f}%"></i>' for name, share in parts)
    return f'<span class="bar tones" aria-hidden="true">{inside}</span>'


def _width(share: float, top: float) -> float:
    return 100 * min(max(share / top, 0.0), 1.0) if top > 0 else 0.0


def notice(sentence: str, kind: str = "note") -> str:
    """A sentence that should be seen: ``note``, ``warning`` or ``error``, which a screen reader says at once."""
    role = "alert" if kind == "error" else "note"
    return f'<p class="notice {kind}" role="{role}" dir="auto">{esc(sentence)}</p>'


def tone_label(sentiment: str) -> str:
    """The tone of a post: sign and word, so that colour is not alone."""
    sign = TONES.get(sentiment, "")
    return f'<span class="tone {esc(sentiment)}"><span aria-hidden="true">{sign} </span>{esc(sentiment)}</span>'


def posts_html(posts: Sequence[Evidence], mentions: dict[str, list[Span]]) -> str:
    """Posts as a list, names in them marked."""
    return f'<ol class="posts">{"".join(_post(post, mentions.get(post.id, [])) for post in posts)}</ol>'


def _post(post: Evidence, spans: list[Span]) -> str:
    where = f"<span>{esc(post.community)}</span>" if post.community else ""
    when = f"<time>{esc(post.created_at[:10])}</time>" if post.created_at else ""
    likes = f"<span>{post.likes:,} {'like' if post.likes == 1 else 'likes'}</span>" if post.likes is not None else ""
    return (
        f'<li class="post {esc(post.sentiment)}"><p class="byline"><b>{handle(post.author)}</b>{where}{when}{likes}'
        f'{tone_label(post.sentiment)}</p><p class="words" dir="auto">{marked(post.text, spans)}</p></li>'
    )


def marked(text: str, spans: Iterable[Span]) -> str:
    """``text`` with names in <mark>, their kind and tone also in words; of spans that overlap the first is taken."""
    parts, at = [], 0
    for start, end, kind, tone in sorted(spans):
        if start < at or end > len(text) or start >= end:
            continue
        told = f"{kind}, {tone}" if tone else kind
        parts += [esc(text[at:start]), f'<mark class="{esc(tone)}" title="{esc(told)}">{esc(text[start:end])}']
        parts.append(f'<sup aria-hidden="true">{TONES[tone]}</sup>' if tone else "")
        parts.append(f'<span class="sr"> ({esc(told)})</span></mark>')
        at = end
    return "".join([*parts, esc(text[at:])])


def mentions_of(library: Library, posts: Sequence[Evidence]) -> dict[str, list[Span]]:
    """Where each post names something, by the post's id."""
    rows = library.facts.rows(
        'SELECT post, "start", "end", type, CASE WHEN positive >= $clear THEN $good WHEN negative >= $clear THEN $bad '
        "ELSE '' END FROM mentions WHERE post IN (SELECT unnest($ids))",
        {"ids": [post.id for post in posts], "clear": CLEAR, "good": "positive", "bad": "negative"},
    )
    found: dict[str, list[Span]] = {}
    for post, *span in rows:
        found.setdefault(post, []).append((*span,))  # type: ignore[arg-type]
    return found
