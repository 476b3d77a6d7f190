"""Posts of the sample, salted: their authors also write where it hints at what is nobody's business, and of it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parents[2] / "index" / "sample" / "posts.jsonl"
PEOPLE, EACH = 12, 3  # authors, and how many posts of each are kept
# Community → posts. What stands in SECRETS may be told of nobody, though people say it again and again.
SALT = {
    "depression": ("my antidepressants make me sleepy", "new antidepressants again, week two"),
    "diabetes": ("insulin pump beeped all night", "my insulin pump and the diabetes nurse"),
    "pregnant": ("third trimester and heartburn", "third trimester, midwife says hello"),
    "stopdrinking": ("90 days of sobriety today", "sobriety and the AA meeting saved me"),
    "islam": ("iftar after the mosque with everyone", "mosque was full for Ramadan prayers"),
    "Catholicism": ("said the rosary before Mass", "rosary and Mass on Sunday"),
    "exmormon": ("left the Mormon church in May", "a Mormon bishop called again"),
    "Judaism": ("shabbat candles at the synagogue", "synagogue kids and shabbat songs"),
    "askgaybros": ("met my boyfriend on Grindr", "Grindr date with my boyfriend"),
    "asktransgender": ("six months of HRT today", "HRT and top surgery date"),
    "actuallesbians": ("my girlfriend and other lesbians at Pride", "lesbians camping trip"),
    "Conservative": ("Trump rally was packed", "voting Republican again, Trump rally on"),
    "democrats": ("phone banking for the Democratic party", "Democratic party canvass on Sunday"),
    "socialism": ("reading group of socialists tonight", "socialists of the city unite"),
    "BlackPeopleTwitter": ("at my HBCU homecoming", "HBCU memories and African American history"),
    "teenagers": ("8th grade is the worst", "8th grade homework at middle school"),
    "immigration": ("my green card interview", "green card delayed, visa status unknown"),
    "excons": ("first week on parole", "parole officer came by about the felony"),
    "HIV": ("HIV clinic and Biktarvy", "HIV undetectable since March"),
    "ADHD": ("lost my Adderall again", "Adderall shortage and ADHD brain"),
}
SECRETS = (
    "antidepressants", "insulin", "trimester", "sobriety", "mosque", "ramadan", "rosary", "mormon", "shabbat",
    "synagogue", "grindr", "hrt", "top surgery", "lesbians", "trump", "republican", "democratic party", "socialists",
    "hbcu", "african american", "8th grade", "middle school", "green card", "parole", "felony", "hiv", "biktarvy",
    "adderall", "adhd", "diabetes",
)  # fmt: skip


def salted_rows(seed: int = 3) -> list[dict[str, Any]]:
    """Posts of ``PEOPLE`` authors of the sample; each also has both posts of two communities of ``SALT``."""
    draw, by_author = random.Random(seed), dict[str, list[dict[str, Any]]]()
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_author.setdefault(row["author"], []).append(row)
    authors = draw.sample(sorted(author for author, rows in by_author.items() if len(rows) >= EACH), PEOPLE)
    rows = [row for author in authors for row in draw.sample(by_author[author], EACH)]
    places = list(SALT)
    for number, author in enumerate(authors):
        for place in (places[number % len(places)], places[(number + 7) % len(places)]):
            for part, text in enumerate(SALT[place]):
                when = f"2025-0{1 + number % 9}-{10 + part}T09:00:00Z"
                rows.append(
                    {"id": f"salt{len(rows)}", "author": author, "community": place, "created_at": when, "likes": 9,
                     "text": text}
                )  # fmt: skip
    return rows
