"""The hidden-community test: what is hidden, the rankers and figures by hand, and one small run of everything."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import audience_rivals
import hidden_community
import numpy as np
import pytest
import targeting
from hidden_community import KEPT

from index.errors import AnalystError
from index.posts.record import Post, Rejected
from tools.targeting.post_matrix import PostMatrix
from tools.training.measures import calibration_error, figures, reliability

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder

Write = Callable[..., str]
NIKE = {"Nike": frozenset({"running", "sneakers"}), "Lego": frozenset({"toys"})}


def posts_of(author: str, communities: Sequence[str | None]) -> list[Post]:
    return [Post(f"{author}{i:02d}", author, f"words {i}", community=c) for i, c in enumerate(communities)]


def people() -> list[Post]:
    """``ana`` has hidden posts of both campaigns, ``ben`` of none, ``cleo`` too few others."""
    return [
        *posts_of("ana", ["Running", "TOYS", *["tea"] * 14]),
        *posts_of("ben", [None] * KEPT),
        *posts_of("cleo", ["running"] * 20 + ["tea"] * (KEPT - 1)),
    ]


def test_posts_of_the_campaigns_are_hidden_in_any_case() -> None:
    split = hidden_community.hide(people(), NIKE)
    assert split.authors == ["ana", "ben"]
    assert split.engaged == {"Nike": {"ana"}, "Lego": {"ana"}}
    assert (split.hidden, split.too_few) == (22, 1)
    assert {post.community for post in split.kept} == {"tea", None}


def test_everybody_keeps_as_many_and_always_the_same() -> None:
    once = hidden_community.hide(people(), NIKE)
    assert [post.author for post in once.kept] == ["ana"] * KEPT + ["ben"] * KEPT
    turned = hidden_community.hide(people()[::-1], NIKE)
    assert sorted(post.id for post in turned.kept) == sorted(post.id for post in once.kept)
    alone = hidden_community.hide([post for post in people() if post.author == "ana"], NIKE)
    assert alone.kept == once.kept[:KEPT]
    assert len({post.id for post in alone.kept}) == KEPT


def test_fewer_people() -> None:
    posts = [*people(), *(post for i in range(9) for post in posts_of(f"p{i}", ["tea"] * 13))]
    some = hidden_community.hide(posts, NIKE, authors=4)
    assert len(some.authors) == 4 and len(some.kept) == 4 * KEPT
    assert some == hidden_community.hide(posts, NIKE, authors=4)
    assert len(hidden_community.hide(posts, NIKE, authors=99).authors) == 11


def test_what_cannot_be_hidden() -> None:
    with pytest.raises(AnalystError, match="No post lies in any"):
        hidden_community.hide(people(), {"Sky": frozenset({"astronomy"})})
    with pytest.raises(AnalystError, match="Nobody has 12 posts"):
        hidden_community.hide(posts_of("ana", ["running", "tea"]), NIKE)
    assert hidden_community.unknown_communities(people(), {"Sky": frozenset({"runing", "tea"})}) == [
        "No post lies in runing (Sky). Did you mean running?"
    ]


def test_posts_are_read_once() -> None:
    rows = [Post("1", "ana", "first"), Rejected("f", 2, "no text", ""), Post("1", "ben", "again")]
    assert hidden_community.distinct_posts(rows) == [Post("1", "ana", "first")]


def test_posts_are_read_back_as_they_were(write: Write) -> None:
    from index.posts.readers import read_posts
    from index.posts.shape import to_utc

    posts = [
        Post("1", "Zoë", 'two\nlines "x"', to_utc("2024-03-01T10:00:00Z"), "Ünder", -4, 1, 0, "en", "http://x.y"),
        Post("2", "ben", "no more"),
    ]
    assert list(read_posts([write("posts.jsonl", hidden_community.as_lines(posts))])) == posts


def test_identity(tmp_path: Path) -> None:
    (tmp_path / "head.safetensors").write_bytes(b"1")
    first = hidden_community.identity("posts", tmp_path)
    assert first == hidden_community.identity("posts", tmp_path) != hidden_community.identity("others", tmp_path)
    (tmp_path / "head.safetensors").write_bytes(b"2")
    assert first != hidden_community.identity("posts", tmp_path)


def test_campaigns(write: Write) -> None:
    path = write("c.yaml", "Nike: [r/Running, '#Sneakers']\n2007: [911]\n")
    assert hidden_community.read_campaigns(Path(path)) == {
        "Nike": {"running", "sneakers"},
        "2007": {"911"},
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no campaigns"),
        ("- Nike", "holds no campaigns"),
        ("Nike: running", "'Nike' is no campaign"),
        ("Nike: []", "'Nike' is no campaign"),
        ("Nike: [no]", "'Nike' is no campaign"),
        ("Nike: [", "cannot be read"),
    ],
)
def test_what_is_no_campaign(write: Write, content: str, said: str) -> None:
    with pytest.raises(AnalystError, match=said):
        hidden_community.read_campaigns(Path(write("c.yaml", content)))
    with pytest.raises(AnalystError, match="No such file"):
        hidden_community.read_campaigns(Path("nowhere.yaml"))


def test_ranking_figures() -> None:
    scores, engaged = np.array([4.0, 3, 2, 1]), np.array([True, False, True, False])
    # of the four pairs of an engaged and another, three stand right; the best of 4 is the top 5 %
    assert figures(scores, engaged) == {"auc": 0.75, "p_at_20": 0.5, "lift_at_5": 2.0}
    many = np.arange(100) >= 75  # five of the top 5 % against a quarter of all
    assert figures(np.arange(100.0), many) == {"auc": 1.0, "p_at_20": 1.0, "lift_at_5": 4.0}
    assert figures(np.zeros(100), many) == {"auc": 0.5, "p_at_20": 0.0, "lift_at_5": 0.0}


def test_calibration() -> None:
    said, true = np.array([0.1, 0.9, 0.1, 0.9]), np.array([False, True, True, True])
    assert reliability(said, true, 2) == [
        {"people": 2, "said": pytest.approx(0.1), "engaged": 0.5},
        {"people": 2, "said": pytest.approx(0.9), "engaged": 1.0},
    ]
    assert calibration_error(said, true, 2) == pytest.approx((0.4 + 0.1) / 2)


def test_reliability_table() -> None:
    rows = targeting.reliability_table(np.array([0.0, 0.05, 0.2, 1.0]), np.array([0, 1, 0, 1]), (0, 0.1, 0.2, 0.5, 1))
    assert rows == [
        {"from": 0, "to": 0.1, "people": 2, "said": pytest.approx(0.025), "engaged": 0.5},
        {"from": 0.2, "to": 0.5, "people": 1, "said": 0.2, "engaged": 0.0},
        {"from": 0.5, "to": 1, "people": 1, "said": 1.0, "engaged": 1.0},
    ]


def test_random_figures_are_those_of_chance() -> None:
    true = np.arange(1000) % 10 == 0
    found = targeting.random_figures(true)
    assert found == targeting.random_figures(true)
    assert found["auc"] == pytest.approx(0.5, abs=0.02)
    assert found["p_at_20"] == pytest.approx(0.1, abs=0.03)
    assert found["lift_at_5"] == pytest.approx(1, abs=0.2)


def matrix() -> PostMatrix:
    """Posts in two dimensions: ``ana`` in two communities, ``ben`` in none, ``cleo`` in four."""
    east, north = [1.0, 0.0], [0.0, 1.0]
    vectors = np.array([east, north, north, north, north, east, east], np.float32)
    author = np.array([0, 0, 1, 2, 2, 2, 2])
    community = np.array([0, 1, -1, 0, 1, 2, 3])
    ids = np.array([str(i) for i in range(7)])
    return PostMatrix(
        ids, author, community, ["ana", "ben", "cleo"], list("abcd"), vectors, np.zeros((4, 2), np.float32)
    )


def test_rankers_by_embedding() -> None:
    east = np.array([1.0, 0.0])
    assert audience_rivals.best_three(matrix(), east) == pytest.approx([1 / 2, 0, 2 / 3])
    assert audience_rivals.centroid(matrix(), east) == pytest.approx([0.5**0.5, 0, 0.5**0.5])
    # a lies half east and half north, b north, c and d east
    assert audience_rivals.communities(matrix())(east) == pytest.approx([0.5**1.5, -1, (2 + 0.5**0.5) / 3])


def test_bm25(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    score, how = audience_rivals.bm25_ranker(["shoes shoes and tea", "tea in the morning", "rain"])
    assert "bm25s is not installed" in how
    length = 1 - 0.75 + 0.75 * 3 / 2  # three words against two on average
    rarity = np.log(1 + 2.5 / 1.5)
    assert score("Shoes!") == pytest.approx([rarity * 2 / (2 + 1.5 * length), 0, 0])
    assert np.argsort(-score("tea")).tolist() == [1, 0, 2]  # the shorter text first
    assert score("nothing of these") == pytest.approx([0, 0, 0])


def test_means_and_campaigns_left_out() -> None:
    judged = targeting.Judged(left_out={"Sky": "2 of 30 people engaged"})
    with pytest.raises(AnalystError, match=r"Sky: 2 of 30"):
        targeting.report_of(judged)
    for name, auc in (("a", 0.6), ("b", 0.8)):
        judged.campaigns[name] = {"engaged": 1, "interests": [], "ours": {"auc": auc, "ece": 0.1}}
        judged.said.append(np.array([0.5, 0.5]))
        judged.true.append(np.array([True, name == "b"]))
    report = targeting.report_of(judged)
    assert report["mean"] == {"ours": pytest.approx({"auc": 0.7, "ece": 0.1, "ece_pooled": 0.5})}
    assert report["left_out"] == judged.left_out and len(report["reliability"]) == 1


def small_town() -> list[dict[str, Any]]:
    """Eight people of twelve posts or more; the six whose name begins with r also run."""
    rows: list[dict[str, Any]] = []
    for person in ("rita", "rob", "ron", "ruth", "rudi", "rosa", "tom", "tina"):
        subject = "my running shoes after ten miles" if person[0] == "r" else "a pot of green tea"
        rows += [{"author": person, "subreddit": "daily", "body": f"{subject}, day {day}"} for day in range(KEPT)]
        if person[0] == "r":
            rows.append({"author": person, "subreddit": "Marathon", "body": "signed up"})
    return [{"id": str(i), **row} for i, row in enumerate(rows)]


def test_small_run(encoder: Encoder, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    posts = write("posts.jsonl.gz", small_town())
    campaigns = write("c.yaml", "Running shoes: [marathon]\nTea: [nowhere]\n")
    arguments = ["--posts", posts, "--campaigns", campaigns, "--work", str(tmp_path / "work")]
    report = targeting.run([*arguments, "--out", str(tmp_path / "out.json")])
    said = capsys.readouterr()
    assert json.loads(said.out.splitlines()[-1]) == report == json.loads((tmp_path / "out.json").read_text())
    assert "Indexing 96 posts of 8 people" in said.err and "No post lies in nowhere" in said.err
    assert report["left_out"] == {"Tea": "0 of 8 people engaged"}
    assert report["posts_hidden"] == 6 and report["people"] == 8
    rankers = {"bm25", "best_three", "centroid", "communities"}
    assert set(report["mean"]) == {"ours", "random", *rankers, *(f"{name}_with_interests" for name in rankers)}
    assert report["mean"]["centroid"] == {"auc": 1.0, "p_at_20": 0.75, "lift_at_5": pytest.approx(4 / 3)}
    assert report["mean"]["bm25"]["auc"] == 1.0
    assert report["mean"]["ours"]["auc"] == 1.0
    assert sum(row["people"] for row in report["reliability"]) == 8
    again = targeting.run(arguments)
    assert "Using the index of the same posts" in capsys.readouterr().err
    assert again["mean"] == report["mean"]


def test_a_tool_that_ranks_otherwise_is_noticed(
    encoder: Encoder, tiny_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tools.library import Library

    library = Library.open(tiny_index)
    chances, _ = targeting.our_ranking(library, "Nike")
    assert len(chances) == len(library.matrix.authors)
    answer = SimpleNamespace(people=[], query=None)
    monkeypatch.setattr(targeting, "find_audience", lambda library, campaign, limit: answer)
    with pytest.raises(AnalystError, match="is not the beginning"):
        targeting.our_ranking(library, "Nike")


def test_wrong_use_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        targeting.run(["--posts", "x.jsonl", "--campaigns", "c.yaml", "--authors", "0"])
    assert refused.value.code == 2
    assert "--authors is at least 1" in capsys.readouterr().err
