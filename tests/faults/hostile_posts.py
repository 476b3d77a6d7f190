"""Hostile files for the readers of posts, made from a seed: spoilt exports, and files that nobody writes by mistake."""

# ruff: noqa: E501 (hostile files are as long as they are)

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from tests.index.posts.formats.test_every_format import CASES

Made = tuple[str, bytes]  # name, content
PACKERS: tuple[Callable[[bytes], bytes], ...] = (gzip.compress, bz2.compress, lzma.compress)
ROW = {"id": "1", "author": "ana", "text": "hello", "likes": 3, "created_at": "2024-01-03T09:00:00Z"}
SPOILS: tuple[Any, ...] = (
    None, True, -0.0, 1e308, 10**400, "", "\0", "\ud83d", "\u202e\u200b\u2066", [], {}, [[]], {"a": {}}, "9" * 5000,
    "<" * 20_000, "&" * 20_000, "x" * 300_000, ["a"] * 2_000, {str(n): n for n in range(2_000)}, "0000-00-00", "1/" * 9_000,
    "https://x.com/" + "a/" * 9_000, "RT @" * 9_000, "\\" * 9_000, '"' * 9_999,
)  # fmt: skip


def files(count: int, seed: int, first: int = 0) -> Iterator[tuple[int, Made]]:
    """``count`` files by their numbers: each of the special ones once, then exports that are spoilt at random."""
    special = list(SPECIAL.items())
    for number in range(first, count):
        dice = random.Random(f"{seed}/{number}")
        if number < len(special):
            name, make = special[number]
            yield number, (name, make(dice))
        else:
            yield number, _spoilt_export(dice)


def _spoilt_export(dice: random.Random) -> Made:
    case = dice.choice(sorted(CASES))
    name, content = dice.choice(sorted(CASES[case][1].items()))
    data = content.encode() if isinstance(content, str) else bytes(content)
    name = name.rpartition("/")[2]
    if dice.random() < 0.4 and name.endswith((".json", ".jsonl")):
        data = _spoilt_values(data, dice)
    else:
        data = mutated(data, dice)
    if dice.random() < 0.15:
        packer = dice.choice(PACKERS)
        data = mutated(packer(data), dice) if dice.random() < 0.5 else packer(data)
    return name, data or b" "


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The bytes with a few of them changed, taken, put in, repeated or cut off."""
    made = bytearray(data)
    for _ in range(dice.randrange(1, 8)):
        at = dice.randrange(max(1, len(made)))
        kind = dice.randrange(6)
        if kind == 0 and made:
            made[at % len(made)] = dice.randrange(256)
        elif kind == 1:
            del made[at : at + dice.randrange(1, 40)]
        elif kind == 2:
            made[at:at] = dice.choice(
                [b'"', b"\n", b"\0", b"{", b"]", b"\xff\xfe", b"<" * 500, b"9" * 400, b"null", b"\xed\xa0\x80", b",,,,",
                 b'""', b"\\", "\u202e".encode(), b"]]>", b"=cmd()", b"\r"]
            )  # fmt: skip
        elif kind == 3:
            del made[max(1, at) :]
        elif kind == 4:
            made[at:at] = made[at : at + 200] * dice.randrange(2, 50)
        else:
            made.reverse() if dice.random() < 0.05 else made.extend(made[:at])
    return bytes(made)


def _spoilt_values(data: bytes, dice: random.Random) -> bytes:
    lines = data.decode().splitlines() if data.count(b"\n{") else [data.decode()]
    made = []
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            made.append(line)
            continue
        for _ in range(dice.randrange(1, 4)):
            value = spoilt(value, dice, dice.choice(SPOILS))
        made.append(json.dumps(value))
    return "\n".join(made).encode("utf-8", "surrogatepass")


def spoilt(value: Any, dice: random.Random, spoil: Any) -> Any:
    """A JSON value with one of its parts replaced."""
    if isinstance(value, dict) and value and dice.random() < 0.9:
        key = dice.choice(list(value))
        return {**value, key: spoilt(value[key], dice, spoil)}
    if isinstance(value, list) and value and dice.random() < 0.9:
        at = dice.randrange(len(value))
        return [*value[:at], spoilt(value[at], dice, spoil), *value[at + 1 :]]
    return spoil


def _table(cells: Any, names: str = "id,author,text") -> bytes:
    return f"{names}\n{cells}\n".encode("utf-8", "surrogatepass")


def _lines(*rows: Any) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _zip(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def _tar(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(data) if kind == tarfile.REGTYPE else 0, kind, "/etc/passwd"
            archive.addfile(info, io.BytesIO(data))
    return held.getvalue()


def _parquet(**columns: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = io.BytesIO()
    pq.write_table(pa.table(columns), held)
    return held.getvalue()


def _many_rows_of_parquet(dice: random.Random) -> bytes:
    import pyarrow as pa

    same = pa.array(["x"]).take(pa.array([0] * 3_000_000, pa.int32())).dictionary_encode()
    return _parquet(id=same, author=same, text=same)


def _odd_parquet(dice: random.Random) -> bytes:
    import pyarrow as pa

    moments = pa.array([2**62, -(2**62), 0], pa.timestamp("us"))
    spoilt_text = pa.Array.from_buffers(
        pa.string(),
        3,
        [None, pa.array([0, 2, 4, 6], pa.int32()).buffers()[1], pa.py_buffer(b"\xff\xfe\xc3\x28\xe2\x82")],
    )
    return _parquet(
        id=pa.array([1, 2, 3]), author=["ana", "ben", "cy"], text=spoilt_text, created_at=moments,
        likes=pa.array([2**64 - 1, 0, 2**63], pa.uint64()), replies=[[1], None, []], url=[date.max, None, date.min],
    )  # fmt: skip


def _row(**changed: Any) -> dict[str, Any]:
    return {**ROW, **changed}


DEEP = 5_000
SPECIAL: dict[str, Callable[[random.Random], bytes]] = {
    "field-of-10-mb.csv": lambda dice: _table("1,ana," + "x" * 10_000_000 + "\n2,ben,ok"),
    "field-of-10-mb.jsonl": lambda dice: _lines(_row(text="x" * 10_000_000), _row(id=2)),
    "key-of-10-mb.jsonl": lambda dice: _lines(_row(**{"k" * 10_000_000: 1}), _row(id=2)),
    "line-without-end.csv": lambda dice: b"id,author,text\n1,ana," + b"y" * 80_000_000,
    "columns-100000.csv": lambda dice: _table("1,ana,ok", "id,author,text," + ",".join(f"c{n}" for n in range(100_000))),
    "columns-100000.jsonl": lambda dice: _lines({**ROW, **{f"c{n}": n for n in range(100_000)}}, ROW),
    "cells-1000000.csv": lambda dice: b"," * 1_000_000 + b"\n" + b"a" * 50,
    "depth-5000.jsonl": lambda dice: ('{"id": 1, "author": "a", "text": "x", "z": ' + '{"a":' * DEEP + "1" + "}" * DEEP
                                      + "}\n" + json.dumps(ROW)).encode(),
    "depth-5000.json": lambda dice: b"[" * DEEP + json.dumps(ROW).encode() + b"]" * DEEP,
    "depth-of-answers.json": lambda dice: ('{"kind":"Listing","data":{"children":[{"kind":"t1","data":{"subreddit":"r",'
                                           '"author":"a","body":"x","id":"1","replies":' * 900 + '""'
                                           + "}}]}}" * 900).encode(),
    "depth-of-children.json": lambda dice: ('{"id":1,"created_at_i":1,"type":"comment","author":"a","text":"x",'
                                            '"children":[' * 900 + "]}" * 900).encode(),
    "open-for-ever.json": lambda dice: b"[" * 3_000_000,
    "nothing-but-quotes.csv": lambda dice: b"id,author,text\n" + b'"' * 5_000_001,
    "open-quotes.csv": lambda dice: b"id,author,text\n" + b'1,a,"\n' * 100_000,
    "nul.csv": lambda dice: b"id,author,text\n1,ana,a\0b\n\0\0\0,\0,\0\n",
    "nul.jsonl": lambda dice: b'{"id": "1", "author": "a\\u0000", "text": "\\u0000x"}\n\0\0{"id": 2}\n',
    "half-emoji.jsonl": lambda dice: b'{"id": "\\ud800", "author": "\\udfffa", "text": "x \\ud83d"}\n' * 3,
    "half-emoji.csv": lambda dice: b"id,author,text\n\xed\xa0\x80,\xed\xb0\x80a,x\xed\xa0\xbd\n",
    "unseen.csv": lambda dice: _table("1,\u202eana\u202c,\u2067hi\u2069\n2,\u200b\u2060\ufeff,x\n3,ben,\u200b\u00ad"),
    "unseen-names.csv": lambda dice: _table("1,ana,hi", "i\u200bd,\u202eauthor,te\u00adxt"),
    "paths.zip": lambda dice: _zip({"../../evil.jsonl": _lines(ROW), "/etc/evil.csv": _table("1,a,b"),
                                    "C:\\evil.csv": _table("2,b,c"), "a/" * 500 + "b.csv": _table("3,c,d")}),
    "paths.tar.gz": lambda dice: _tar({"../../evil.jsonl": _lines(ROW), "/etc/evil.csv": _table("1,a,b")}),
    "links.tar.gz": lambda dice: _tar({"posts.csv": b"", "tweets.js": b""}, tarfile.SYMTYPE),
    "path-names.csv": lambda dice: _table("../../etc/passwd,../x,=cmd()|' /C calc'!A0\n<script>,\"><img src=x>,`rm -rf`"),
    "blank-lines.jsonl.gz": lambda dice: gzip.compress(b"\n" * 60_000_000),
    "blank-lines.csv.gz": lambda dice: gzip.compress(b"id,author,text\n" + b"\r\n" * 30_000_000),
    "zeros.csv.gz": lambda dice: gzip.compress(b"\0" * 100_000_000),
    "same-row.csv.xz": lambda dice: lzma.compress(b"id,author,text\n" + b"1,a,b\n" * 500_000, preset=1),
    "bomb.zip": lambda dice: _zip({"posts.csv": b"id,author,text\n" + b"1,a,b\n" * 12_000_000}),
    "bomb-in-bomb.zip": lambda dice: _zip({f"{n}.zip": _zip({"posts.jsonl": b" " * 20_000_000}) for n in range(5)}),
    "many-members.zip": lambda dice: _zip({f"{n}.json": b"{}" for n in range(20_000)}),
    "itself.gz": lambda dice: gzip.compress(gzip.compress(gzip.compress(_lines(ROW)))),
    "rows-3000000.parquet": _many_rows_of_parquet,
    "odd.parquet": _odd_parquet,
    "cut.parquet": lambda dice: _odd_parquet(dice)[:-60] + b"PAR1",
    "not-a.parquet": lambda dice: b"PAR1" + dice.randbytes(5_000) + b"PAR1",
    "open-tags.json": lambda dice: json.dumps({"orderedItems": [{"type": "Create", "actor": "x/y", "object": {
        "id": "1", "content": "<" * 1_000_000, "to": "as:Public"}}]}).encode(),
    "open-tags.csv": lambda dice: _table("1,ana," + "<a href=" * 300_000 + "\n2,ben,<br>hi<br>"),
    "open-page.html": lambda dice: b"<title>Exported Data</title><div class=page_wrap>" + b'<div class="message"' * 200_000,
    "deep-page.html": lambda dice: b"<title>Exported Data</title><div class=page_wrap>" + b'<div class="message">' * 200_000,
    "ampersands.csv": lambda dice: _table("1,ana," + "&#" * 1_000_000 + "\n2,ben,&amp;&lt;"),
    "dates.csv": lambda dice: _table(
        "".join(f"{n},a,x,{value}\n" for n, value in enumerate(
            ["1/" * 100_000, "9 " * 30, "99999-99-99", "0", "-1", "1e400", "2024-13-45T99:99:99+99:99", "99999999999999999",
             "3 days ago " * 999, "31.02.2024", "nan", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])),
        "id,author,text,date"),
    "numbers.csv": lambda dice: _table(
        "".join(f'{n},a,x,"{value}"\n' for n, value in enumerate(
            ["1," * 100_000, "1" * 5_000, "1e999", "-0", "NaN", "1.2.3,4", "٣", "½", "１２", "K", "-" * 999, "1e-400", "inf"])),
        "id,author,text,likes"),
    "numbers.jsonl": lambda dice: b'{"id": 1, "author": "a", "text": "x", "likes": ' + b"9" * 5_000 + b"}\n"
                                  + b'{"id": 2, "author": "a", "text": "x", "likes": NaN}\n' * 2,
    "utf16-odd.csv": lambda dice: b"\xff\xfe" + "id,author,text\n1,ana,hi\n".encode("utf-16-le")[:-1],
    "utf16-halves.csv": lambda dice: b"\xfe\xff" + "id,author,text\n1,ana,".encode("utf-16-be") + b"\xd8\x00" * 99,
    "utf32.csv": lambda dice: b"\xff\xfe\x00\x00" + "id,author,text\n1,ana,hi\n".encode("utf-32-le")[:-2],
    "mixed-encodings.csv": lambda dice: "id,author,text\n1,ana,é\n".encode("latin-1") + "2,ben,é\n".encode() * 5,
    "all-bytes.csv": lambda dice: bytes(range(256)) * 2_000,
    "noise": lambda dice: dice.randbytes(200_000),
    "noise.xlsx": lambda dice: b"PK\x03\x04" + dice.randbytes(20_000),
    "noise.zip": lambda dice: mutated(_zip({"posts.csv": _table("1,a,b")}), dice),
    "noise.zst": lambda dice: b"\x28\xb5\x2f\xfd" + dice.randbytes(20_000),
    "same-keys.jsonl": lambda dice: ("{" + '"id": 1, ' * 200_000 + '"author": "a", "text": "x"}\n').encode(),
    "same-names.csv": lambda dice: _table(",".join(["a"] * 3_000), ",".join(["text"] * 3_000)),
    "regular-chat.txt": lambda dice: ("[1/1/24, 9:00:00 AM] " + "a:" * 200_000 + "\n").encode() * 3,
    "address.csv": lambda dice: _table("1,hi,https://" + "x.com/@" * 100_000 + "/status/1", "id,text,url"),
    "envelope.jsonl": lambda dice: _lines(*({"data": {"data": {"data": {"legacy": {}, "rest_id": n}}}} for n in range(50))),
}  # fmt: skip


def write(folder: Path, made: Made, number: int) -> Path:
    place = folder / f"{number:05}"
    place.mkdir()
    path = place / made[0]
    path.write_bytes(made[1])
    return path
