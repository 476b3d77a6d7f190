"""The files that training reads, with a handful of rows each."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from agent.training.conversations import Conversations

BRANDS = ["Dogtopia", "Bojangles'", "Toys R Us", "Häagen-Dazs", "7-Eleven", "Weichert, Realtors", "76"]
COMMUNITIES = [
    {"community": "printSF", "interests": ["Books", "Science Fiction"]},
    {"community": "BrianMay", "interests": []},
]
TEXTS = [
    "50 bucks is a lot to some people,  and enough of a\ndeterrent to others.",
    "'Just do it the wrong way' does not sound like it will lead anywhere good…",
    'She said "never again" and I believe her, honestly',
    "- first coffee\n- then running\n- then @olive_7 shows up",
]
TITLES = ['Why is "adventure time" so loved in 2023?', "-Chris on tour, who has tickets", "I.D.A. and you"]
STRANGERS = [("what is the weather like", "weather"), ("hello there", "greeting"), ("bye then", "goodbye")]
RESULTS = {
    "find_audience": (
        {"campaign": "cold  brew"},
        "Likeliest to engage: 3.1 of 10.\n1. @olive_7, 62 %: names it.\n2. @PinePatch_2.\n3. @oak_and_ash.",
    ),
    "explain_match": (
        {"user": "olive_7", "campaign": "cold brew"},
        "@olive_7 would engage with cold brew: 62 %.\nFor: names it.\nAgainst: wrote 2 posts.",
    ),
    "get_profile": ({"user": "PinePatch_2"}, "@PinePatch_2 wrote 7 posts.\nTone: mixed."),
    "search_posts": ({"query": "the FBI."}, 'No posts are about "the FBI.".'),
    "analyze_sentiment": ({"text": TEXTS[0]}, "This text is neutral: 1 % positive."),
    "extract_entities": ({"topic": "coffee"}, "Names about coffee:\nNespresso, 4 posts.\nCareful: only 4 posts."),
    "extract_keywords": ({"community": "printSF"}, "There is no community named 'printSF' here."),
    "compare_brands": (
        {"brands": ["Oatly", "Häagen-Dazs", "Toys R Us"]},
        "Oatly is named most: 4 posts.\nHäagen-Dazs: 2 posts.\nToys R Us: 1 post.",
    ),
    "measure_engagement": ({"by": "hour"}, "A post gets 3.2 likes.\nBest hour: 18:00.\nCareful: only 7 posts."),
    "list_segments": ({"count": 3, "topic": "tea"}, "3 groups of 40 people.\n1. Gong fu: 20 people, such as @olive_7."),
    "describe_data": ({}, "3,000 posts by 150 people.\nFrom 2021-01-04 to 2023-12-30."),
}


def _gzipped(path: Path, rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    _gzipped(folder / "questions/clinc150_train.jsonl.gz", [{"text": t, "intent": i} for t, i in STRANGERS])
    _gzipped(folder / "interests/retail_brands.jsonl.gz", [{"brand": brand} for brand in BRANDS])
    _gzipped(folder / "interests/communities.jsonl.gz", COMMUNITIES)
    posts = [
        {"author": author, "thread_title": title, "text": text}
        for author in ("amber_acorn_74", "Pine-Patch", "x.y")
        for title in TITLES
        for text in TEXTS
    ]
    _gzipped(folder / "posts/reddit_2023.jsonl.gz", posts)
    return folder


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("results") / "results.jsonl"
    rows = [
        {"tool": tool, "args": RESULTS[tool][0], "text": RESULTS[tool][1], "fault": tool == "extract_keywords"}
        for tool in RESULTS
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def conversations(data: Path, results: Path) -> Conversations:
    return Conversations(data, results, 3)


@pytest.fixture
def for_reader(data: Path) -> Conversations:
    """Of all tools."""
    return Conversations(data, None, 3)


@pytest.fixture
def held_out(data: Path, results: Path) -> Conversations:
    return Conversations(data, results, 3, held_out=True)
