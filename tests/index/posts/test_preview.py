"""What would be read, told without a model and without reading all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.posts.options import Options
from index.posts.preview import SAMPLE_ROWS, preview
from index.posts.reading import NoColumn

Write = Callable[..., str]
LOVE = [
    "never going back to that phone shop",
    "Ich hasse die neue App wirklich sehr",
    "me encanta, son lo mejor del mundo",
]


def test_a_preview_says_what_would_be_read(write: Write) -> None:
    rows = "".join(f"{n};ana{n % 3};{LOVE[n % 3]};{1 + n % 28:02d}/01/2024;1.20{n % 10};x\n" for n in range(60))
    seen = preview([write("posts.csv", f"ID;Autor;Text;Datum;Likes;Farbe\n{rows}60;ana;;;;\n0;ana0;again;;;\n")])
    told = json.loads(json.dumps(seen.to_dict()))
    assert (told["format"], told["encoding"], told["date_order"]) == ("rows of posts", "UTF-8", "dmy")
    assert told["columns"]["likes"] == "Likes" and told["ignored"] == ["Farbe"]
    assert (told["posts"], told["rejected"], told["duplicates"], told["rows"]) == (60, {"no text": 1}, 1, 62)
    assert told["languages"] == {"en": 20, "de": 20, "es": 20} and told["authors"] == 3
    assert told["first"][0]["likes"] == 1200 and len(told["lines"]) == 5 and not told["sampled"]


def test_a_long_file_is_told_by_its_beginning(write: Write) -> None:
    text = "".join(f'{{"id": "{n}", "author": "ana", "text": "post"}}\n' for n in range(SAMPLE_ROWS + 50))
    for source in (write("a.jsonl", text), write("a.json", "[" + text.strip().replace("\n", ",") + "]")):
        seen = preview([source])
        assert seen.sampled and seen.posts == SAMPLE_ROWS


def test_a_mapping_by_hand_can_be_offered(write: Write) -> None:
    source = write("posts.csv", "nr,who,words\n1,ana,hello\n")
    with pytest.raises(NoColumn, match="no column for the author") as caught:
        preview([source])
    offer = caught.value
    assert (offer.names, offer.columns, offer.missing) == (["nr", "who", "words"], {}, ["author", "text"])
    assert offer.rows == [{"nr": "1", "who": "ana", "words": "hello"}]
    assert preview([source], Options(columns={"author": "who", "text": "words"})).posts == 1


def test_a_preview_loads_no_model(write: Write) -> None:
    source = write("posts.csv", "id,author,text\n1,ana,hello\n")
    code = (
        "import sys; from index.posts.preview import preview; preview([sys.argv[1]]);"
        "print([name for name in ('torch', 'transformers', 'chromadb', 'pandas', 'spacy') if name in sys.modules])"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code, source], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
