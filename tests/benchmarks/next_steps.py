"""Whether what is suggested works: ``python tests/benchmarks/next_steps.py [INDEX]``.

Every kind of result gives its next steps, and each is asked of the analyst in a new conversation. It works if the tool
that was meant answers it, nothing of it is left out of account, and no tool fails.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from uuid import uuid4

from agent.analyst import Analyst
from agent.next_steps import next_steps
from agent.page.views.examples import example_questions
from index.errors import AnalystError
from tools.registry import call_tool

CALLS = [
    ("find_audience", {"campaign": "Nike"}),
    ("find_audience", {"campaign": "Garmin", "community": "running"}),
    ("find_lookalikes", {"users": ["mintcondish"]}),
    ("explain_match", {"user": "mintcondish", "campaign": "Nike"}),
    ("get_profile", {"user": "mintcondish"}),
    ("get_profile", {"user": "kenji_0530"}),
    ("search_posts", {"query": "Ryanair"}),
    ("search_posts", {"query": "battery life"}),
    ("summarize_themes", {"topic": "Garmin"}),
    ("summarize_themes", {"community": "running"}),
    ("analyze_sentiment", {"topic": "Nike"}),
    ("analyze_sentiment", {"topic": "Spotify", "by": "month"}),
    ("extract_entities", {"community": "running"}),
    ("extract_keywords", {"community": "coffee"}),
    ("compare_brands", {"brands": ["Nike", "Adidas"]}),
    ("compare_periods", {"topic": "Spotify", "before": "2024", "after": "2025"}),
    ("count", {"of": "people", "topic": "Ticketmaster"}),
    ("rank", {"of": "name", "by": "posts", "type": "brand"}),
    ("rank", {"of": "person", "by": "likes"}),
    ("rank", {"of": "community", "by": "posts"}),
    ("measure_engagement", {"by": "weekday"}),
    ("list_segments", {}),
    ("write_brief", {"campaign": "Garmin"}),
    ("describe_data", {}),
    ("explain_method", {"term": "probability"}),
    ("cannot_tell", {"why": "not_in_posts", "what": "how old they are"}),
]


def main(index: Path) -> None:
    analyst = Analyst.open(index)
    meant = dict.fromkeys(example_questions(analyst.library), "")
    for tool, args in CALLS:
        result = call_tool(analyst.library, tool, dict(args))
        meant |= {step.question: step.tool for step in next_steps(analyst.library, args, result)}
    failed = [(question, why) for question, tool in meant.items() if (why := fault(analyst, question, tool))]
    for question, why in failed:
        print(f"{question}: {why}")
    print(json.dumps({"questions": len(meant), "work": len(meant) - len(failed)}))


def fault(analyst: Analyst, question: str, tool: str) -> str:
    """Why a question does not work; "" if it does."""
    try:
        answer = analyst.ask(question, thread=uuid4().hex)
    except AnalystError as error:
        return str(error)
    called = [call.name for call in answer.calls]
    if not answer.results or (tool and tool not in called):
        return f"answered by {', '.join(called) or 'no tool'}, not by {tool or 'any'}"
    return f"not taken into account: {answer.not_covered}" if answer.not_covered else ""


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "indexes/sample"))
