"""Small libraries of two years of posts in which a change is planted, or none; with vectors, so that themes can be
found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np

from index.encoding.trunk import WIDTH
from index.store.flat_vectors import ScanWriter
from tests.tools.hand_made import make_library, post
from tools.library import Library

SUBJECTS = ("battery life", "delivery time", "screen colours", "price tag", "sound quality")
NAMES = ("Kodak", "Casio", "Braun", "Philips")
Planted = Literal["tone", "name", "nothing"]


def planted(folder: Path, seed: int, what: Planted, posts: int = 120) -> Library:
    """``posts`` posts a year by forty people, each of whom has subjects, names and moods of their own, in 2023 and in
    2024.
    """
    dice = np.random.default_rng(seed)
    mood = dice.dirichlet((3, 3, 3), size=40)
    habit = dice.dirichlet([1.0] * len(SUBJECTS), size=40)
    rows: list[dict[str, Any]] = []
    for year in (2023, 2024):
        for _ in range(posts):
            rows.append(_row(dice, len(rows), year, what, mood, habit))
    library = make_library(folder, rows)
    with ScanWriter(folder / "facts") as writer:
        writer.add(_vectors(dice, [SUBJECTS.index(row["subject"]) for row in rows]))
    return library


def _row(
    dice: np.random.Generator, number: int, year: int, what: Planted, mood: np.ndarray, habit: np.ndarray
) -> dict[str, Any]:
    person = int(dice.integers(40))
    subject = SUBJECTS[int(dice.choice(len(SUBJECTS), p=habit[person]))]
    tone = str(dice.choice(["good", "plain", "bad"], p=mood[person]))
    if what == "tone" and year == 2024 and dice.random() < 0.6:
        tone = "bad"
    names = [name for name in NAMES if dice.random() < 0.1]
    if what == "name" and year == 2024 and dice.random() < 0.2:
        names.append("Zenith")
    text = f"The {subject} of this Zune, post {number}" + "".join(f", beside my {name}" for name in names)
    day = f"{year}-{dice.integers(1, 13):02}-{dice.integers(1, 29):02}T12:00:00+00:00"
    row = post(
        f"n{number:04}", f"person{person}", text, at=day, tone=tone, names=["Zune", *names], phrases=[subject],
        likes=int(dice.lognormal(2, 1)),
    )  # fmt: skip
    return {**row, "subject": subject}


def _vectors(dice: np.random.Generator, subjects: list[int]) -> np.ndarray:
    middles = dice.normal(size=(len(SUBJECTS), WIDTH))
    found = middles[subjects] + dice.normal(size=(len(subjects), WIDTH))
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)
