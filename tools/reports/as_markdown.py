"""A report as Markdown, in which words of posts and people are only words."""

from __future__ import annotations

from collections.abc import Iterable

from tools.reports.contents import Report
from tools.result.evidence import Evidence
from tools.result.line import one_line
from tools.result.markdown import bullets, byline, line_lists, plain, table
from tools.result.words import capital


def report_markdown(report: Report) -> str:
    """The report as one text, a block for each paragraph, list or table."""
    blocks = [f"# {plain(report.title)}", f"**{plain(report.headline.text)}**"]
    for part in report.parts:
        section = part.section
        blocks += [f"## {section.title}", plain(capital(section.summary.text)), *line_lists(section.lines)]
    blocks += ["## What is shaky", bullets([*(each.text for each in report.warnings), *report.limits])]
    blocks += ["## The posts behind it", *([_posts(report.posts)] if report.posts else ["No post is quoted."])]
    blocks += ["## What was asked for", table(report.asked)]
    blocks += ["## How to read the figures", table(report.method)]
    blocks += ["## Which data", table([*report.data, ("Made on", report.made_on.isoformat())])]
    blocks += ["The same again:", f"    {one_line(report.command)}"]
    return "\n\n".join(blocks) + "\n"


def _posts(posts: Iterable[Evidence]) -> str:
    """Each post whole, in its order."""
    return "\n".join(
        f"{place}. {plain(f'{byline(post)}: “{one_line(post.text)}”')}" for place, post in enumerate(posts, 1)
    )
