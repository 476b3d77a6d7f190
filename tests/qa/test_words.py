"""What people read of every tool's result over the sample holds no word of the laboratory or of the program."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.events import AnswerLine
from agent.page.views.answer import answer_html
from agent.page.views.result import head_html, posts_tab_html, result_html
from agent.page.views.shown import Shown, call_arguments, result_size, step_title
from index.audiences import keep_audience
from tools.charts import charts
from tools.exports.about import Taken
from tools.exports.as_table import xlsx_bytes
from tools.exports.as_text import markdown_text
from tools.library import Library
from tools.registry import TOOLS, call_tool
from tools.reports.as_html import conversation_html
from tools.reports.conversation import Exchange, conversation_report
from tools.result.result import ToolResult

INDEX = Path(__file__).parents[2] / "indexes" / "sample"
CALLS: dict[str, list[dict[str, Any]]] = {
    "find_audience": [{"campaign": "Nike", "since": "2025-01-01", "active_in": ["sneakers"]}, {"campaign": "Garmin"}],
    "find_lookalikes": [{"users": ["mintcondish", "lolo2x"]}],
    "explain_match": [{"user": "mintcondish", "campaign": "Nike"}],
    "get_profile": [{"user": "lolo2x"}],
    "search_posts": [{"query": "Uber", "min_likes": 5}],
    "summarize_themes": [{"topic": "Garmin", "sentiment": "negative"}, {"community": "running"}],
    "analyze_sentiment": [
        {"topic": "Spotify", "by": "year"}, {"text": "so good"}, {"community": "rants", "by": "month"},
    ],
    "extract_entities": [{"community": "running"}],
    "extract_keywords": [{"community": "coffee"}],
    "compare_brands": [{"brands": ["Nike", "Adidas"]}, {"brands": ["Netflix", "Spotify", "Uber"]}],
    "compare_periods": [{"topic": "Spotify", "before": "2024", "after": "2025"}, {"before": "2024", "after": "2025"}],
    "measure_engagement": [{"topic": "running", "by": "hour"}, {"by": "community"}],
    "count": [{"of": "people", "topic": "Nike"}, {"of": "names"}],
    "rank": [
        {"of": "name", "by": "negative", "kind": "airlines"}, {"of": "person", "by": "posts"},
        {"of": "name", "by": "growth"}, {"of": "community", "by": "tone"}, {"of": "post", "by": "likes"},
    ],
    "list_segments": [{"count": 4}],
    "write_brief": [{"campaign": "Garmin"}],
    "show_audience": [{"name": "Words of the test"}],
    "compare_audiences": [{"first": "Words of the test", "second": "Others of the test"}],
    "describe_data": [{}],
    "explain_method": [{"term": "probability"}, {"term": "accuracy"}, {"term": "tone"}, {"term": "segments"}],
    "cannot_tell": [{"why": "not_in_posts", "what": "how old they are"}],
}  # fmt: skip
# Of statistics, of language processing, of the program.
FORBIDDEN = re.compile(
    r"\b(?:lifts?|jaccard|silhouettes?|principal components?|drawn in|winsori[sz]ed|p ?[=<] ?0|p-values?|z-scores?|"
    r"log-odds|logistic|regressions?|classifiers?|auc|ece|f1|macro|recall|cosines?|embeddings?|vectors?|centroids?|"
    r"clusters?|quantiles?|percentiles?|bootstrap|wilson|standard (?:deviation|error)s?|confidence intervals?|margin|"
    r"entit(?:y|ies)|keywords?|ner|encoders?|tokens?|neural|heads?|outliers?|coefficients?|mean|median|stability|"
    r"\w+\(\)|[a-z]+_[a-z_]+|s\d{4}|\d\d:\d\d:\d\d\S*|[a-z]+\.\d+\.[a-z]+)\b",
    re.IGNORECASE,
)
VALUE = re.compile(r"None|True|False|nan|null|\{.*\}|\[.*\]", re.DOTALL)  # of the program, as it stands alone
QUOTES = ' "“”…\n'
SPECIALISTS = "For specialists"  # what follows it may use the words of the field
ATTRIBUTES = {"title", "alt", "aria-label", "placeholder"}
NO_WORDS = {"style", "script", "pre", "code", "blockquote", "bdi", "mark", "svg"}  # posts, names, commands
VOID = {"img", "br", "hr", "input", "meta", "link", "option", "col"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The sample in a copy, in which two audiences are kept."""
    assert (INDEX / "manifest.json").is_file(), "index the sample first: make indexes/sample/manifest.json"
    index = tmp_path_factory.mktemp("words") / "index"
    shutil.copytree(INDEX, index)
    library = Library.open(index)
    people = sorted(library.authors.values())
    keep_audience(index, "Words of the test", people[:30])
    keep_audience(index, "Others of the test", people[20:60])
    return library


class Words(HTMLParser):
    """The words that a page shows or speaks, line by line, without those of posts and names."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.said += [
            value for name, value in known.items() if name in ATTRIBUTES and value and not _silent(self._open)
        ]
        theirs = {"chips", "words", "specialists"} & set((known.get("class") or "").split())  # phrases and posts
        if tag not in VOID:
            self._open.append((tag, tag in NO_WORDS or bool(theirs)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not _silent(self._open):
            self.said.append(data)


def _silent(opened: list[tuple[str, bool]]) -> bool:
    return any(quiet for _, quiet in opened)


def faults(said: list[str], names: set[str], posts: str = "") -> list[str]:
    """Forbidden words, each with the words around it; what stands in quotation marks, handles and names are others'."""
    found = []
    for before, line in pairwise(["", *said]):
        if before.strip(" :\n") == SPECIALISTS:  # the page has it in bold type, by itself
            continue
        if SPECIALISTS in line or line.startswith(("Read by", "analyst call")) or _is_post(line, posts):
            continue
        if VALUE.fullmatch(line.strip()):
            found.append(repr(line.strip()))
        plain = re.sub(r'"[^"]*"|“[^”]*”|@\S+|`[^`]*`|https?://\S+', " ", line)
        found += [
            f"{match[0]!r} in {plain[max(0, match.start() - 40) : match.end() + 40]!r}"
            for match in FORBIDDEN.finditer(plain)
            if match[0].casefold() not in names
        ]
    return found


def of_page(library: Library, shown: Shown) -> Iterator[str]:
    """What the page says of a result: heading, view, posts, answer and steps."""
    result = shown.result
    answer = answer_html([AnswerLine(line.text, line) for line in result.said])
    for html in (head_html([shown]), result_html(shown, library), posts_tab_html(library, shown), answer):
        yield from Words(str(html)).said
    yield from (step_title(shown.name, shown.args), step_title(shown.name, shown.args, result), result_size(result))
    yield from call_arguments(shown.name, shown.args).replace("&#95;", "_").splitlines()


def of_charts(library: Library, shown: Shown) -> Iterator[str]:
    """Titles, axes, legends, notes and alternative texts of all pictures, and the heads of the tables behind them."""
    from matplotlib.text import Text

    from agent.page.views.chart import charts_html

    for chart in charts(library, shown.result, shown.args):
        figure = chart.figure()
        figure.draw_without_rendering()
        yield from (text.get_text() for text in figure.findobj(Text))  # type: ignore[attr-defined]
    if shown.charts != []:
        yield from Words(str(charts_html(library, shown))).said


def of_exports(taken: Taken) -> Iterator[str]:
    """What workbooks, Markdown and reports say; commands and what a specialist wants to know of models apart."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(xlsx_bytes(taken)))
    for sheet in book:
        yield sheet.title
        yield from (str(cell.value) for cell in next(sheet.iter_rows(max_row=1)))
        if sheet.title == "About":
            yield from (str(row[1].value) for row in sheet.iter_rows(min_row=2) if row[0].value not in COMMANDS)
    for line in markdown_text(taken).splitlines():
        if not line.startswith((">", "|", *(f"- {name}:" for name in COMMANDS))):
            yield line
    report = conversation_report([Exchange("Who?", [taken])], date(2026, 12, 1))
    yield from Words(re.sub(r"<dt>Read by</dt><dd>.*?</dd>", "", conversation_html(report), flags=re.DOTALL)).said


COMMANDS = ("The same again", "Read by", "Data")


def _is_post(line: str, posts: str) -> bool:
    """Whether it is a piece of a post."""
    begun = line.strip(QUOTES)[:40]
    return len(begun) > 20 and begun in posts


def names_of(library: Library, result: ToolResult) -> set[str]:
    """Words that are no words of ours: communities, what a result lists, phrases."""
    listed = result.listing.names if result.listing is not None else ()
    return {word for name in (*library.communities.values(), *listed) for word in str(name).casefold().split()}


@pytest.mark.parametrize("tool", TOOLS)
def test_no_word_of_the_laboratory_is_read(library: Library, tool: str) -> None:
    found: list[str] = []
    for args in CALLS[tool]:
        shown = Shown(tool, args, call_tool(library, tool, args), 0.1, "Who?", library)
        said = [*of_page(library, shown), *of_charts(library, shown)]
        said += of_exports(Taken(library, shown.result, tool, args, "Who?", "shipped"))
        posts = " ".join(post.text for post in shown.result.evidence)
        found += faults(said, names_of(library, shown.result), posts)
    assert list(dict.fromkeys(found)) == [], "\n".join(dict.fromkeys(found))


def test_a_word_of_the_laboratory_is_found() -> None:
    page = '<p title="groups.0.positive">The lift is 2; <b>find_audience</b></p><p class="words">lift</p>'
    assert [each.split(" in ")[0] for each in faults(Words(page).said, set())] == [
        "'groups.0.positive'",
        "'lift'",
        "'find_audience'",
    ]
    assert faults(["Posts in lifting", "For specialists: lift"], set()) == [] != faults(["Silhouette 0.15"], set())
