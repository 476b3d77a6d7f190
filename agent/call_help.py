"""Help of ``analyst call``: all tools in a line each, or the arguments of the one that is named."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand


class CallCommand(TyperCommand):
    """Its help ends with the tools, or with the arguments of the tool in ``analyst call TOOL --help``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        ctx.meta["given"] = list(args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]
        super().format_help(ctx, formatter)
        from agent import console
        from tools.registry import TOOLS

        named = next((each for each in ctx.meta.get("given", ()) if each in TOOLS), None)
        console.stdout().print(console.visible("\n".join(_tools() if named is None else _arguments(named))))


def _tools() -> list[str]:
    from tools.registry import TOOLS, description

    wide = max(map(len, TOOLS))
    lines = [f"  {name:<{wide}}  {description(name)}" for name in TOOLS]
    return ["Tools; `analyst call TOOL --help` tells the arguments of one:", *lines]


def _arguments(tool: str) -> list[str]:
    from tools.registry import argument_description, arguments_model, description

    fields = arguments_model(tool).model_fields
    wide = max(map(len, fields), default=0)
    lines = [
        f"  {name:<{wide}}  {argument_description(tool, name) or ''}{' (required)' if field.is_required() else ''}"
        for name, field in fields.items()
    ]
    return [f"{tool}: {description(tool)}", *(lines or ["  It has no arguments."])]
