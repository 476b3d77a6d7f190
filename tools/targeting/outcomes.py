"""What people really did with a campaign, from a CSV file of the user's own."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from index.errors import AnalystError
from tools.result.words import short

COLUMNS = ("user", "campaign", "engaged")
ENGAGED = {"1": True, "yes": True, "true": True, "y": True, "0": False, "no": False, "false": False, "n": False}


@dataclass(frozen=True)
class Outcome:
    """One person and one campaign: did they engage?"""

    user: str
    campaign: str
    engaged: bool


def read_outcomes(path: Path, campaign: str | None = None) -> list[Outcome]:
    """The rows of a CSV file with the columns ``COLUMNS``; ``campaign`` stands in where a row names none.

    Raises AnalystError, with the line, for what cannot be read.
    """
    if not path.is_file():
        raise AnalystError("There is no such file", where=str(path), todo="Give a CSV file of user,campaign,engaged.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
            _check_columns(columns, path, campaign)
            reader.fieldnames = columns
            return [_outcome(row, f"{path}, line {reader.line_num}", campaign) for row in reader if any(row.values())]
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise AnalystError(
            "The outcomes cannot be read", where=str(path), todo="Save them as CSV in UTF-8, with a heading."
        ) from error


def _check_columns(columns: list[str], path: Path, campaign: str | None) -> None:
    needed = [name for name in COLUMNS if name != "campaign" or campaign is None]
    if missing := [name for name in needed if name not in columns]:
        raise AnalystError(
            f"The outcomes have no column {' and no column '.join(missing)}",
            where=str(path),
            todo="The first line must be user,campaign,engaged"
            + (", or name the campaign with --campaign." if missing == ["campaign"] else "."),
        )


def _outcome(row: dict[str, str | None], where: str, campaign: str | None) -> Outcome:
    user, named, engaged = ((row.get(name) or "").strip() for name in COLUMNS)
    named = named or (campaign or "").strip()
    if not user or not named:
        raise AnalystError(
            f"This row names no {'user' if not user else 'campaign'}", where=where, todo="Fill it in or drop the row."
        )
    if engaged.casefold() not in ENGAGED:
        raise AnalystError(
            f"'{short(engaged)}' does not say whether they engaged", where=where, todo="Write 1 or 0, yes or no."
        )
    return Outcome(user, named, ENGAGED[engaged.casefold()])
