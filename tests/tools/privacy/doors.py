"""Every way in which a call can name a group of people, and a table of what becomes of lists of groups.

``python -m tests.tools.privacy.doors [--chat INDEX]`` asks for each group through each door, without an index but for
the chat, and prints which shares were refused, by kind and door; then the same for what is harmless.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from index.errors import AnalystError
from tools.privacy.guard import check_call, refuse_name
from tools.registry import checked_arguments

HERE = Path(__file__).parent
USER = "brickfan"
PLACEHOLDER = "{group}"
# Tool and arguments; the group stands where PLACEHOLDER does.
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "audience": ("find_audience", {"campaign": PLACEHOLDER}),
    "interests": ("find_audience", {"campaign": "Lego", "interests": ["toys", PLACEHOLDER]}),
    "also": ("find_audience", {"campaign": "Lego", "also": [PLACEHOLDER]}),
    "match": ("explain_match", {"user": USER, "campaign": PLACEHOLDER}),
    "brief": ("write_brief", {"campaign": PLACEHOLDER}),
    "segments": ("list_segments", {"topic": PLACEHOLDER}),
    "lookalikes": ("find_lookalikes", {"users": [USER], "likes": [PLACEHOLDER]}),
    "rank people": ("rank", {"of": "person", "by": "posts", "topic": PLACEHOLDER}),
    "count people": ("count", {"of": "people", "topic": PLACEHOLDER}),
    "likes": ("count", {"of": "people", "likes": [PLACEHOLDER]}),
    "dislikes": ("rank", {"of": "person", "by": "posts", "dislikes": [PLACEHOLDER]}),
    "names": ("summarize_themes", {"names": [PLACEHOLDER]}),
    "never_names": ("find_audience", {"campaign": "Lego", "never_names": [PLACEHOLDER]}),
    "by user": ("analyze_sentiment", {"topic": PLACEHOLDER, "by": "user"}),
    "engagement of one": ("measure_engagement", {"topic": PLACEHOLDER, "user": USER}),
    "posts of one": ("search_posts", {"query": PLACEHOLDER, "user": USER}),
    "themes of one": ("summarize_themes", {"topic": PLACEHOLDER, "user": USER}),
    "of an audience": ("analyze_sentiment", {"topic": PLACEHOLDER, "among": ["Lego fans"]}),
}
# Posts about a subject are nobody: these may be asked of anything.
POSTS: dict[str, tuple[str, dict[str, Any]]] = {
    "search": ("search_posts", {"query": PLACEHOLDER}),
    "count posts": ("count", {"of": "posts", "topic": PLACEHOLDER}),
    "tone by month": ("analyze_sentiment", {"topic": PLACEHOLDER, "by": "month"}),
}


def groups(name: str) -> dict[str, list[str]]:
    """Kind → texts of ``groups.yaml`` or ``harmless.yaml``."""
    return yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))


def filled(args: Mapping[str, Any], group: str) -> dict[str, Any]:
    """The arguments with ``group`` where the placeholder stands."""
    put = partial(_put, group)
    return {
        name: [put(each) for each in value] if isinstance(value, list) else put(value) for name, value in args.items()
    }


def _put(group: str, value: Any) -> Any:
    return group if value == PLACEHOLDER else value


def refusal(door: str, group: str) -> str:
    """What is said through ``door`` to whoever names ``group``; empty if the call is made."""
    tool, args = (CALLS | POSTS).get(door, ("", {}))
    call = checked_arguments(tool, filled(args, group)) if tool else {}
    try:
        if tool:
            check_call(tool, call)
        else:
            refuse_name(group)
    except AnalystError as error:
        return str(error)
    return ""


def refused_in_chat(analyst: Any, group: str) -> bool:
    """Whether the chat lists nobody, asked for ``group``."""
    answer = analyst.ask(f"find {group}")
    return not any(_lists_people(result) for result in answer.results)


def _lists_people(result: Mapping[str, Any]) -> bool:
    listing = result.get("listing") or {}
    return not result.get("fault") and (bool(result.get("people")) or listing.get("kind") == "people")


def table(kinds: Mapping[str, Sequence[str]], doors: Mapping[str, Callable[[str], bool]]) -> dict[str, dict[str, int]]:
    """Door → kind → how many of its texts were refused."""
    return {door: {kind: sum(map(refused, texts)) for kind, texts in kinds.items()} for door, refused in doors.items()}


def printed(title: str, kinds: Mapping[str, Sequence[str]], found: Mapping[str, Mapping[str, int]]) -> None:
    """The table with kinds across and doors down."""
    heads = [f"{kind} ({len(texts)})" for kind, texts in kinds.items()]
    total = sum(map(len, kinds.values()))
    print(f"\n{title}: refused through each door, of {total}\n{'':>20} {'  '.join(heads)}  all")
    for door, row in found.items():
        cells = [str(row[kind]).rjust(len(head)) for kind, head in zip(kinds, heads, strict=True)]
        print(f"{door:>20} {'  '.join(cells)}  {sum(row.values())}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chat", type=Path, help="an index whose chat is asked, too; takes minutes")
    wanted = parser.parse_args()
    doors: dict[str, Callable[[str], bool]] = {door: partial(_refuses, door) for door in (*CALLS, "saved as", *POSTS)}
    if wanted.chat:
        from agent.analyst import Analyst

        doors["chat"] = partial(refused_in_chat, Analyst.open(wanted.chat))
    for name in ("groups", "harmless"):
        printed(name, groups(name), table(groups(name), doors))
    for name, missed in (("groups", False), ("harmless", True)):
        wrong = [text for texts in groups(name).values() for text in texts if _refuses("audience", text) == missed]
        print(f"\n{name}, {'refused' if missed else 'answered'} as a campaign: {'; '.join(wrong) or 'none'}")


def _refuses(door: str, group: str) -> bool:
    return bool(refusal(door, group))


if __name__ == "__main__":
    main()
