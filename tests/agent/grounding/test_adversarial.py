"""Sixty drafts that a careless model could write after a real call: what is wrong is withheld, honest words pass.

``recorded.json`` holds what the calls returned over the sample, so that the drafts meet the same figures everywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.grounding.check import trace
from agent.grounding.values import Told
from tools.result.evidence import Evidence
from tools.result.line import Cell, Line, Listing

HERE = Path(__file__).parent
DRAFTS: list[dict[str, Any]] = yaml.safe_load((HERE / "adversarial.yaml").read_text(encoding="utf-8"))
RECORDED: dict[str, Any] = json.loads((HERE / "recorded.json").read_text(encoding="utf-8"))
# Honest, and withheld all the same: an hour in words, and "at most three" for a percentage.
WITHHELD_THOUGH_TRUE = {"adv-43", "adv-56"}


def recorded(call: dict[str, Any]) -> Told:
    """The call as it was told when it was recorded."""
    found = RECORDED[json.dumps(call, sort_keys=True)]
    lines = [Line(each["role"], tuple(Cell(*cell) for cell in each["cells"]), each["place"]) for each in found["lines"]]
    evidence = [Evidence(**post) for post in found["evidence"]]
    listing = found["listing"] and Listing(found["listing"]["kind"], tuple(found["listing"]["names"]))
    return Told(0, call["tool"], lines, evidence, listing, found["args"])


@pytest.mark.parametrize("draft", DRAFTS, ids=[draft["id"] for draft in DRAFTS])
def test_draft(draft: dict[str, Any]) -> None:
    ungrounded = trace(draft["draft"], [recorded(draft["call"])])[1]
    if draft["grounded"]:
        assert (ungrounded == []) == (draft["id"] not in WITHHELD_THOUGH_TRUE), ungrounded
    else:
        assert ungrounded, draft["wrong"]


def test_lines_of_the_results_themselves_are_never_withheld() -> None:
    for draft in DRAFTS:
        told = recorded(draft["call"])
        lines, ungrounded = trace("\n".join(line.text for line in told.lines), [told])
        assert ungrounded == [] and all(line.line is not None for line in lines)
