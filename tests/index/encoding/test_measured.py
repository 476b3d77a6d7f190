"""The figures that training left beside the weights."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from index.encoding.measured import head_accuracy, head_digests, measured


def test_measures_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "entities.json"
    figures = {"recipe": {"learning_rate": 0.1}, "temperature": 1.5, "dev": {"wnut17": {"f1": 0.5}, "posts": 100}}
    path.write_text(json.dumps(figures | {"dev_mean_f1": 0.55}), encoding="utf-8")
    assert measured(path) == {"dev wnut17 f1": 0.5, "dev mean f1": 0.55}


def test_a_file_that_is_not_there_or_broken_has_no_measures(tmp_path: Path) -> None:
    assert measured(tmp_path / "none.json") == {}
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "list.json").write_text("[1.5]", encoding="utf-8")
    assert measured(tmp_path / "broken.json") == {} == measured(tmp_path / "list.json")
    assert head_accuracy(tmp_path) == {}


def test_the_shipped_heads_were_measured() -> None:
    found = head_accuracy()
    assert {"sentiment", "entities"} <= set(found)
    assert 0 < found["sentiment"]["dev macro recall"] < 1


def test_digests(tmp_path: Path) -> None:
    (tmp_path / "b.safetensors").write_bytes(b"two")
    (tmp_path / "a.safetensors").write_bytes(b"one")
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    expected = {name: hashlib.sha256(data).hexdigest()[:16] for name, data in (("a", b"one"), ("b", b"two"))}
    assert list(head_digests(tmp_path).items()) == list(expected.items())
