"""What the question reader advises a chat model of any make: which tools to look at, and a first reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, HumanMessage

from agent.guidance.examples import Example, NearestExamples
from agent.guidance.shown import shown_tool, whole_tool
from tools.registry import TOOLS

if TYPE_CHECKING:
    from agent.models.shipped import ShippedPolicy
    from agent.understanding.parts import Meant

SHORTLIST = 5  # tools
SHORTEST = 2  # tools, where none seems to be needed


@dataclass(frozen=True)
class Advice:
    """For the next reply: ``tools`` in OpenAI's form, the likeliest first; the call of a first reading as ``draft``,
    for the ``part`` of the question that had none yet; whether the question is ``small_talk``, which needs no call.
    """

    tools: tuple[dict[str, Any], ...] = ()
    draft: Meant | None = None
    part: str = ""
    small_talk: bool = False
    examples: tuple[Example, ...] = ()

    @property
    def draft_text(self) -> str:
        """``count {"of": "people", "topic": "IKEA"}``; empty without a draft."""
        return f"{self.draft[0]} {json.dumps(self.draft[1], ensure_ascii=False)}" if self.draft else ""


@dataclass
class Guide:
    """``policy`` reads questions; ``nearest`` knows worked examples. Each help can be left out, so that it can be
    measured what it brings. Safe to share between threads.
    """

    policy: ShippedPolicy
    nearest: NearestExamples
    shortlist: int = SHORTLIST  # 0: all tools
    short_schemas: bool = True
    examples: int = 2
    drafts: bool = True
    names: Sequence[str] = field(default_factory=lambda: tuple(TOOLS))

    @classmethod
    def load(cls, embed: Callable[[str], Any]) -> Guide:
        """With the question reader that ships. Raises AnalystError if its weights are missing."""
        from agent.models.shipped import ShippedPolicy

        return cls(ShippedPolicy.load(), NearestExamples(embed))

    def advice(self, messages: Sequence[BaseMessage], in_names: Callable[[str, Meant], Meant]) -> Advice:
        """For the reply to ``messages``, whose last is a question or a result. ``in_names(question, call)`` is the call
        in the names of the index.
        """
        understanding = self.policy.understanding
        assert understanding is not None
        meaning = understanding.meaning(messages)
        meant = self.policy.meant(messages, [whole_tool(name) for name in self.names])
        calls = [] if isinstance(meant, str) else [in_names(meaning.text, call) for call in meant]
        draft = calls[0] if calls else None
        question = meaning.text or str(messages[-1].text)
        likely = [*(name for name, _ in calls), *(name for name in meaning.kinds if name in self.names)]
        understood = bool(likely) and not isinstance(meant, str)  # a question in another language is not
        talk = self.drafts and meaning.small_talk not in ("", "nowhere")
        most = (SHORTEST if talk else self.shortlist) if self.shortlist and understood else len(self.names)
        tools = list(dict.fromkeys([*likely, *self.names]))[:most]
        asked = isinstance(messages[-1], HumanMessage)
        # Beside a first reading a model of half a billion parameters makes the example's call, not the question's.
        helped = not (self.drafts and draft) and asked and understood and not talk
        examples = self.nearest.of(question, tools, self.examples) if helped else []
        needed = {key for _, args in calls for key in args} | {key for each in examples for key in each.args}
        shown = (shown_tool(name, needed) if self.short_schemas else whole_tool(name) for name in tools)
        return Advice(
            tools=tuple(shown),
            draft=draft if self.drafts else None,
            part=meaning.text,
            small_talk=talk,
            examples=tuple(examples),
        )
