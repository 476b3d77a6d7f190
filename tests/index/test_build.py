"""The pipeline on eleven posts: what an index holds, and what a failing build leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import index.build as build
import index.encoding.analysis as analysis
from index.build import Watch, build_index, total_bytes
from index.errors import AnalystError
from index.manifest import read_manifest
from index.posts.options import Options
from index.store.facts import Facts
from index.store.flat_vectors import read_scan
from index.versions import writer
from index.versions.layout import open_version
from index.versions.nearness import Nearness
from index.versions.parts import posts_in
from tests.conftest import committed

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder

Write = Callable[..., str]
KEPT = ("building/record.json", "building/000000.part", "index.lock")
GOOD = [{"id": "1", "author": "ana", "text": "I love Nike"}, {"id": "2", "author": "ben", "text": "rain in Berlin"}]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refuse(*sources: str, out: Path, **options: Any) -> str:
    with pytest.raises(AnalystError) as caught:
        build_index(sources, out, **options)
    return str(caught.value)


def test_an_index_holds_what_the_design_says(tiny_index: Path) -> None:
    assert sorted(path.name for path in tiny_index.iterdir()) == ["index.lock", "manifest.json", "versions"]
    (folder,) = (tiny_index / "versions").iterdir()
    assert folder == committed(tiny_index)
    assert sorted(path.name for path in folder.iterdir()) == ["chroma", "facts", "manifest.json", "rejects.jsonl"]
    assert sorted(path.name for path in (folder / "facts").iterdir()) == [
        "community_vectors.f32", "mentions.parquet", "people.parquet", "people_vectors.f32", "phrases.parquet",
        "post_vectors.f32", "posts.parquet",
    ]  # fmt: skip
    assert [path.name for path in tiny_index.parent.iterdir() if path.name.startswith(".")] == []


def test_the_manifest_counts(tiny_index: Path, tiny_weights: Path) -> None:
    manifest = read_manifest(tiny_index)
    assert (manifest.posts, manifest.people, manifest.communities) == (11, 6, 5)
    assert (manifest.rejected, manifest.duplicates) == (2, 1)
    assert (manifest.first_post, manifest.last_post) == ("2024-03-01T10:00:00+00:00", "2024-03-11T10:00:00+00:00")
    assert set(manifest.heads) == {"sentiment", "entities"}
    assert manifest.sources == [str(tiny_index.parent / "posts.jsonl")]
    assert manifest.precision == "fp32"


def test_rejects_and_duplicates_are_listed(tiny_index: Path) -> None:
    rows = [
        json.loads(line) for line in (committed(tiny_index) / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [(row.get("row"), row["reason"]) for row in rows] == [
        (12, "no text"), (None, "duplicate id"), (14, "not JSON"),
    ]  # fmt: skip
    assert rows[1]["id"] == "1"


def test_facts_and_vectors_agree(tiny_index: Path, encoder: Encoder) -> None:
    folder, version = committed(tiny_index), open_version(tiny_index)
    facts, nearness = Facts(folder / "facts"), Nearness(tiny_index, version)
    rows = facts.rows("SELECT id, text, negative + neutral + positive FROM posts")
    names, stored = [row[0] for row in rows], read_scan(folder / "facts", 11)
    texts = {row[0]: row[1] for row in rows}
    assert len(names) == 11
    assert sorted(id_ for id_, _ in nearness.nearest("posts", stored[0], 99)) == sorted(names)
    assert texts["1"].startswith("I love my new Nike")  # the first of two with this id
    np.testing.assert_allclose(stored, encoder.embed([texts[name] for name in names]), atol=1e-4)
    assert all(total == pytest.approx(1, abs=1e-3) for _, _, total in rows)
    authors = [row[0] for row in facts.rows("SELECT author FROM people ORDER BY author")]
    assert authors == ["ana", "ben", "cleo", "dan", "eve", "fay"]
    people = read_scan(folder / "facts", 6, "people")
    assert [nearness.nearest("people", vector, 1)[0][0] for vector in people] == authors
    assert len(read_scan(folder / "facts", 5, "communities")) == 5
    for post, start, end, text in facts.rows('SELECT post, start, "end", text FROM mentions'):
        assert texts[post][start:end] == text
    facts.close()


def test_progress_and_several_sources(
    write: Write, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "BATCH", 2)
    sources = [write("a.jsonl", GOOD), write("b.csv.gz", "id,author,text\n3,ana,tea\n1,ana,again\n")]
    seen: list[tuple[int, int]] = []
    manifest, tally = build_index(sources, tmp_path / "deep" / "out", watch=Watch(advance=lambda *at: seen.append(at)))
    assert [stored for _, stored in seen] == [2, 3]
    assert seen[-1][0] == total_bytes(sources)
    assert (manifest.posts, tally.posts, tally.duplicates) == (3, 3, 1)
    assert manifest.first_post is None
    assert total_bytes(["-"]) is None


def fail_at(what: str, error: BaseException, module: Any = build) -> Callable[[pytest.MonkeyPatch], None]:
    def broken(*args: Any, **options: Any) -> None:
        raise error

    return lambda patch: patch.setattr(module, what, broken)


@pytest.mark.parametrize(
    ("breaks", "raised"),
    [
        (fail_at("key_phrases", RuntimeError("head"), analysis), RuntimeError),
        (fail_at("community_vectors", OSError(28, "No space left on device")), AnalystError),
        (fail_at("write_profiles", OSError(28, "No space left on device")), AnalystError),
        (fail_at("write_manifest", KeyboardInterrupt(), writer), KeyboardInterrupt),
    ],
    ids=["while reading", "disk full beside other work", "disk full", "interrupted before the manifest"],
)
def test_a_failing_build_leaves_the_old_index(
    write: Write, tmp_path: Path, encoder: Encoder, breaks: Callable[..., None], raised: type[BaseException]
) -> None:
    source, old = write("posts.jsonl", GOOD), tmp_path / "old"
    (old / "versions" / "none").mkdir(parents=True)
    (old / "manifest.json").write_text("{}")
    (old / "index.lock").touch()
    before = snapshot(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        breaks(patch)
        for out in (old, tmp_path / "new"):
            with pytest.raises(raised):
                build_index([source], out)
    kept = {f"{index}/{name}" for index in ("old", "new") if posts_in(tmp_path / index) for name in KEPT}
    assert snapshot(tmp_path).keys() - kept == before.keys() - kept
    assert all(snapshot(tmp_path)[name] == content for name, content in before.items())
    assert bool(kept) == (raised is not RuntimeError)  # what was analysed stays, and nothing else
    build_index([source], tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["index.lock", "manifest.json", "versions"]


def test_a_new_index_replaces_the_old(write: Write, tmp_path: Path, encoder: Encoder) -> None:
    for rows in (GOOD, GOOD[:1]):
        build_index([write("posts.jsonl", rows)], tmp_path / "out")
    assert read_manifest(tmp_path / "out").posts == 1
    assert [path.name for path in (tmp_path / "out" / "versions").iterdir()] == [committed(tmp_path / "out").name]
    found = Nearness(tmp_path / "out", open_version(tmp_path / "out")).nearest("posts", np.ones(384), 9)
    assert [id_ for id_, _ in found] == ["1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "posts.jsonl"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_target_that_is_no_index_is_refused(write: Write, tmp_path: Path, kind: str) -> None:
    source = write("posts.jsonl", GOOD)
    write("target" if kind == "file" else "target/thesis.txt", "mine")
    before = snapshot(tmp_path)
    said = refuse(source, out=tmp_path / "target")
    assert "is no index" in said
    assert "--out" in said
    assert snapshot(tmp_path) == before


def test_an_empty_folder_may_become_an_index(write: Write, tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "out").mkdir()
    build_index([write("posts.jsonl", GOOD)], tmp_path / "out")
    assert read_manifest(tmp_path / "out").posts == 2


def test_sources_that_fail_leave_nothing(write: Write, tmp_path: Path, encoder: Encoder) -> None:
    good = write("posts.jsonl", GOOD)
    cut = write("cut.jsonl.gz", [{**GOOD[0], "id": i} for i in range(300)])
    Path(cut).write_bytes(Path(cut).read_bytes()[:-20])
    bad = write("bad.jsonl", [{"id": 1, "author": "a", "text": ""}, {"id": 2, "author": "", "text": "x"}])
    before = snapshot(tmp_path)
    assert "no such file" in refuse(good, str(tmp_path / "none.csv"), out=tmp_path / "out")
    said = refuse(bad, out=tmp_path / "out")
    assert "None of the rows is a post" in said
    assert "1 × no text" in said
    assert "cut off" in refuse(good, cut, out=tmp_path / "out")
    assert snapshot(tmp_path) == before


def test_the_current_folder_as_target(
    write: Write, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write("posts.jsonl", GOOD)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    build_index([source], Path())
    assert read_manifest(tmp_path / "here").posts == 2


def test_what_an_export_says_of_posts_reaches_the_facts(write: Write, tmp_path: Path, encoder: Encoder) -> None:
    followers = ["https://m.example/users/ana/followers"]
    said = {"id": "1", "content": "Ich hasse die neue App wirklich sehr", "to": followers}
    note = {"type": "Create", "actor": "https://m.example/users/ana", "object": said}
    boost = {"type": "Announce", "actor": "x", "object": "y"}
    rows = [{"id": f"{n}", "author": "bo", "text": "Buy cheap followers at our shop today"} for n in range(100, 110)]
    rows += [
        {"id": "7", "author": "cleo", "text": "RT @cy: hello there everyone"},
        {"id": "8", "author": "ana", "text": "ok"},
        {"id": "9", "author": "dan", "text": "never going back to that shop", "lang": "English"},
        {"id": "10"},
    ]  # fmt: skip
    sources = [write("outbox.json", json.dumps({"orderedItems": [note, boost]})), write("posts.jsonl", rows)]
    manifest, tally = build_index(sources, tmp_path / "out", options=Options(include_private=True))
    report = tally.report
    assert report.rows == 16 == report.posts + report.rejected.total() + report.duplicates + report.left_out.total()
    assert (manifest.posts, report.reposts, report.private) == (14, 1, 1)
    facts = Facts(committed(tmp_path / "out") / "facts")
    assert facts.rows("SELECT id, lang, reposted, visibility FROM posts WHERE author <> 'bo' ORDER BY id") == [
        ("1", "de", None, "followers"), ("7", "en", "cy", None), ("8", "de", None, None), ("9", "en", None, None),
    ]  # fmt: skip
    assert dict(facts.rows("SELECT author, bot FROM people")) == {
        "ana": None, "bo": "the same texts again and again", "cleo": None, "dan": None,
    }  # fmt: skip
    facts.close()
    told = read_manifest(tmp_path / "out").report
    assert told["posts"] == 14 and told["languages"] == {"en": 12, "de": 2} and told["left_out"]
