"""Spoil files of an index: ``python tests/faults/spoil_files.py INDEX [--tries 400] [--seed 0]``.

In a copy of INDEX, one at a time: a bit of a file is turned over, a file is cut, emptied, filled with noughts, longer
than it was, or gone; each file of each kind in turn, at a random place. The check must find each by name, and say what
to do; and nobody may answer from it: opening the index, or the first use of the file, must be refused in a sentence.
Prints a table by kind of file and one JSON object; exit code 1 if a damage was missed.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from index.audiences import NAME as AUDIENCES  # noqa: E402
from index.audiences import keep_audience, read_audiences  # noqa: E402
from index.check import check_index  # noqa: E402
from index.errors import AnalystError  # noqa: E402
from index.manifest import NAME as MANIFEST  # noqa: E402
from index.manifest import read_manifest  # noqa: E402
from index.removals import Removals  # noqa: E402
from index.store.sealed import seal  # noqa: E402
from index.versions.layout import CALIBRATION, open_version, sizes, version_folder  # noqa: E402
from index.versions.marks import MARK, mark  # noqa: E402
from index.versions.writer import writing  # noqa: E402
from tools.library import Library  # noqa: E402
from tools.targeting.propensity import model_for, weights_identity  # noqa: E402

KINDS = ("flipped", "cut", "emptied", "noughts", "longer", "gone")
FLIPS = 4  # times as many as of each other kind


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("index", type=Path)
    options.add_argument("--tries", type=int, default=400)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="spoil-files-") as folder:
        copy = shutil.copytree(args.index, Path(folder) / "copy")
        with_every_file(copy)
        outcome = spoil_files(copy, args.tries, random.Random(args.seed))
    for name, told in outcome["files"].items():
        print(f"{name:>34}  {told['tried']:4} tried  {told['found']:4} found  {told['refused']:4} refused")
    print(json.dumps(outcome))
    sys.exit(1 if outcome["missed"] or outcome["answered from"] or outcome["no sentence"] else 0)


def with_every_file(index: Path) -> None:
    """Have the files in an index that only some have: an audience, a calibration, and requests for removal."""
    with writing(index) as writer:
        version = open_version(index)
        folder = writer.begin()
        shutil.copytree(version.folder, folder, dirs_exist_ok=True)
        Removals().asking(["nobody who is here"]).write(folder)
        fit = {
            "bias": -3.0,
            "slope": 1.0,
            "spread": 0.5,
            "calibrated_on": "a campaign",
            "fitted_to": weights_identity(),
        }
        (folder / "rejects.jsonl").write_text('{"reason": "no text", "raw": ""}\n', encoding="utf-8")
        (folder / CALIBRATION).write_bytes(seal(fit))
        mark(folder / CALIBRATION)
        writer.commit(folder, version.manifest)
    keep_audience(index, "Spring people", Library.open(index).people_vectors[0][:3])


def spoil_files(index: Path, tries: int, dice: random.Random) -> dict[str, object]:
    """What was found of each damage, counted by file."""
    folder = version_folder(index, read_manifest(index))
    # The copy of the manifest in a version is read by a repair alone, and so nobody can answer from it.
    paths = {name: folder / name for name in sizes(folder) if not name.endswith(MARK)}
    paths |= {f"{MANIFEST} of the index": index / MANIFEST, AUDIENCES: index / AUDIENCES}
    files: dict[str, Counter[str]] = {kind_of(name): Counter() for name in paths}
    total: Counter[str] = Counter()
    for (name, path), kind in damages(paths, tries, dice):
        whole = path.read_bytes()
        spoil(path, whole, kind, dice)
        found, refused = is_found(index, name), name == MANIFEST or is_refused(index)
        files[kind_of(name)].update({"tried": 1, "found": int(found is True), "refused": int(refused is True)})
        total.update({kind: 1, "tried": 1, "missed": found is False, "answered from": refused is False,
                      "no sentence": None in (found, refused)})  # fmt: skip
        path.write_bytes(whole)
    if check_index(index):
        raise SystemExit("What was put back is not what was there.")
    kinds = ("tried", *KINDS, "missed", "answered from", "no sentence")
    by_file = {name: dict(told) for name, told in files.items() if told}
    return {**{kind: total[kind] for kind in kinds}, "files": by_file}


def damages(paths: dict[str, Path], tries: int, dice: random.Random) -> Iterator[tuple[tuple[str, Path], str]]:
    """Each file in turn, each with a random kind of damage that changes it."""
    number = 0
    while number < tries:
        for item in paths.items():
            size = item[1].stat().st_size
            kinds = [*(["flipped"] * FLIPS), *KINDS[1:]] if size else ["longer", "gone"]
            yield item, dice.choice(kinds)
            number += 1
            if number == tries:
                return


def spoil(path: Path, whole: bytes, kind: str, dice: random.Random) -> None:
    if kind == "gone":
        path.unlink()
        return
    place = dice.randrange(len(whole)) if whole else 0
    turned = whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1 :] if whole else b""
    noughts = whole[:place] + bytes(len(whole) - place)
    content = {
        "flipped": turned,
        "cut": whole[:place],
        "emptied": b"",
        "noughts": noughts if noughts != whole else turned,
        "longer": whole + bytes([dice.randrange(256)]),
    }[kind]
    path.write_bytes(content)


def is_found(index: Path, name: str) -> bool | None:
    """Whether the check names the file; None if it fails otherwise than in a sentence."""
    try:
        faults = check_index(index)
    except AnalystError as error:
        return "analyst" in str(error)
    except Exception:
        traceback.print_exc()
        return None
    return any(fault.file.endswith(name.split(" ")[0]) and "analyst " in fault.todo for fault in faults)


def is_refused(index: Path) -> bool | None:
    """Whether every use is refused in a sentence: opening, or what draws on the vectors and on Chroma."""
    try:
        library = Library.open(index)
        read_audiences(index)
        model_for(library.folder)
        library.people_vectors[1].any()
        library.matrix.vectors.any()
        library.nearness.nearest("posts", np.ones(384, dtype=np.float32), 9)
        library.nearness.close()
    except AnalystError:
        return True
    except Exception:
        traceback.print_exc()
        return None
    return False


def kind_of(name: str) -> str:
    """A file's name without what is the index's own: collections of Chroma have random names."""
    folder, _, file = name.rpartition("/")
    return f"chroma/…/{file}" if folder.count("/") else name


if __name__ == "__main__":
    main()
