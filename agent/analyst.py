"""The analyst: a chat model that calls tools over one index and says what they found."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.audiences import READ_AS, NamedAudiences, named_audiences, not_kept_to, said_here
from agent.declining import declining
from agent.events import Answer, AnswerLine, Event, Finished
from agent.grounding.check import sources_of
from agent.instructions import system_prompt
from agent.turn import NOTHING_TO_SAY, Turn
from agent.understanding.context import CallContext
from agent.understanding.coverage import cut_short, not_covered, told, unchanged
from agent.understanding.parts import KNOWN_HERE
from agent.understanding.vocabulary import Vocabulary
from index.audiences import read_audiences
from index.errors import AnalystError
from index.manifest import Manifest
from tools.exports.about import NO_MODEL
from tools.library import Library

if TYPE_CHECKING:
    from agent.guidance.advice import Guide
    from agent.memory import Memory
    from tools.result.result import ToolResult

LONGEST_QUESTION = 4000  # characters
TOOL_CALLS, MODEL_CALLS = 4, 6  # at most, for one question
STEPS = 8 * MODEL_CALLS  # of the graph: a model call with its tool and the limits takes five
LONGEST_TALK = 500  # questions of one conversation
MOVED_ON = (
    "The index was made anew since the last answer: from here on answers are about {manifest.posts:,} posts by "
    "{manifest.people:,} people."
)

__all__ = ["NOTHING_TO_SAY", "Analyst"]


class Analyst:
    """Answers questions over one index. Conversations are told apart by their thread; safe to share between threads.

    ``guide`` advises a model that was not trained for this program, and what the tools found is then told first.
    """

    def __init__(self, library: Library, model: Any, memory: Memory | None = None, guide: Guide | None = None) -> None:
        from langchain.agents import create_agent
        from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware
        from langchain_core.messages import HumanMessage, SystemMessage

        from agent.guidance.conversation import calls_here, named_here, part_asked, prepared, told_withheld
        from agent.guidance.middleware import guided
        from agent.memory import Memory
        from agent.toolbox import langchain_tools

        self.library = library
        self.model = model
        self.model_name = str(getattr(model, "name_or_path", model))
        tools = langchain_tools(library)
        library.embed("hello")  # loads the encoder now, not in the first question
        if hasattr(model, "warm_up") and guide is None:
            model.warm_up([SystemMessage(system_prompt(library, model)), HumanMessage("hello")], tools=tools)
        self.memory = memory if memory is not None else Memory()
        self._whole: dict[str, int] = {}  # how many messages a conversation had when its last question was answered
        self._asked_of: dict[str, str] = {}  # the version that last answered in a conversation
        policy = getattr(model, "policy", None)
        self.guide = guide
        is_strict = bool(getattr(policy, "strict", False))
        self._is_read = is_strict or guide is not None  # whether a question reader reads each question
        self._reader = getattr(guide.policy if guide else policy, "understanding", None)
        self._agent: Any = create_agent(
            model,
            tools,
            middleware=[
                ToolCallLimitMiddleware(run_limit=TOOL_CALLS, exit_behavior="continue"),
                ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="end"),
                prepared(lambda: system_prompt(library, model)),
                declining(partial(part_asked, self._reader)),
                *([calls_here(library, policy)] if is_strict else []),
                *([guided(guide, partial(named_here, library))] if guide is not None else []),
                told_withheld(),
            ],
            checkpointer=self.memory,
        )

    @classmethod
    def open(
        cls,
        index: Path,
        *,
        model: str | None = None,
        quantize: str | None = None,
        memory: Memory | None = None,
        chroma: str | None = None,
    ) -> Analyst:
        """The analyst of ``index`` with the chat model that ``model`` names (``models.py``), and the vectors of the
        server at the address ``chroma`` if one is given. Without a ``memory`` conversations end with the process.
        Raises AnalystError.
        """
        from agent.guidance.advice import Guide
        from agent.models.loading import load_chat_model

        library = Library.open(index, chroma)
        loaded = load_chat_model(model, quantize=quantize)
        guide = None if getattr(getattr(loaded, "policy", None), "strict", False) else Guide.load(library.embed)
        return cls(library, loaded, memory, guide)

    def latest(self) -> Analyst:
        """The analyst of the version that is committed now: this one, or if another was committed since it was opened,
        one that knows the same model and conversations. To be asked for between two questions. Raises AnalystError if
        that version cannot be opened.
        """
        library = self.library.newer()
        if library is None:
            return self
        later = Analyst(library, self.model, self.memory, self.guide)
        later.model_name, later._whole, later._asked_of = self.model_name, self._whole, self._asked_of
        return later

    @property
    def manifest(self) -> Manifest:
        return self.library.manifest

    @property
    def moved_on(self) -> str:
        """What those are told who were answered from an earlier version."""
        return MOVED_ON.format(manifest=self.manifest)

    def ask(self, question: str, *, thread: str | None = None) -> Answer:
        """One answer; ``thread`` names the conversation, None starts a fresh one. Raises AnalystError."""
        for event in self.stream(question, thread=thread):
            if isinstance(event, Finished):
                return event.answer
        raise AnalystError("The model gave no answer", todo="Ask again.")

    def stream(self, question: str, *, thread: str | None = None) -> Iterator[Event]:
        """What happens while the question is answered; the last event is Finished. Raises AnalystError.

        A conversation survives whatever ends this early, an error or the reader: the question is then forgotten.
        """
        _check(question)
        name = thread or uuid.uuid4().hex
        try:
            yield from self._stream(question.encode("utf-8", "replace").decode(), name)
        finally:
            if thread is None:  # nobody can come back to it
                self.forget(name)

    def remembered(self, thread: str) -> int:
        """How far a conversation has come: what ``rewind`` takes to come back to this place."""
        if thread not in self._whole:
            self._whole[thread] = _answered(self.memory.messages(thread))
        return self._whole[thread]

    def rewind(self, thread: str, place: int) -> None:
        """Forget what was asked and answered after ``place``, so that it can be asked anew or in other words."""
        self._whole[thread] = min(place, self.remembered(thread))

    def forget(self, thread: str) -> None:
        """Forget a whole conversation."""
        self.memory.delete_thread(thread)
        self._whole.pop(thread, None)
        self._asked_of.pop(thread, None)

    def note(
        self, thread: str, question: str, name: str, args: dict[str, Any], result: ToolResult, seconds: float
    ) -> None:
        """Remember a call that the user made without the model, as if ``question`` had asked for it."""
        from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage, ToolMessage
        from langgraph.graph.message import REMOVE_ALL_MESSAGES

        from agent.toolbox import Outcome

        config: Any = {"configurable": {"thread_id": thread}}
        earlier = self._messages(config)[: self.remembered(thread)]
        call = {"name": name, "args": args, "id": uuid.uuid4().hex, "type": "tool_call"}
        told = ToolMessage(result.text, name=name, tool_call_id=call["id"], artifact=Outcome(args, result, seconds))
        asked = HumanMessage(question, additional_kwargs=answered_by(NO_MODEL))
        turn = [asked, AIMessage("", tool_calls=[call]), told, AIMessage(result.text)]
        messages = [RemoveMessage(REMOVE_ALL_MESSAGES), *earlier, *turn]
        self._agent.update_state(config, {"messages": messages}, as_node="model")
        self._whole[thread] = len(earlier) + len(turn)

    def _missing(self, question: str, earlier: Sequence[Any], turn: Turn, known: Mapping[str, str]) -> list[str]:
        """The conditions of ``question`` that no call took into account, without what tells only who asks."""
        asked, said = question, list[str]()
        if self._reader:
            asked = self._reader.asked(question, earlier, known)
            said = self._reader.said(asked, earlier, known)
        found = not_covered(asked, turn.calls)
        found += [each for each in cut_short(said, turn.calls) if not any(each.strip('"') in one for one in found)]
        return found or unchanged(question, CallContext.of(earlier), turn.asked_for)

    def _stream(self, question: str, name: str) -> Iterator[Event]:
        from langchain_core.messages import HumanMessage, RemoveMessage
        from langgraph.graph.message import REMOVE_ALL_MESSAGES

        started = time.perf_counter()
        config: Any = {"configurable": {"thread_id": name}, "recursion_limit": STEPS}
        whole, messages = self.remembered(name), self._messages(config)
        earlier, abandoned = messages[:whole], messages[whole:]
        _check_length(earlier)
        named = self._named(question)
        read = named.question if named is not None else question
        turn = Turn(earlier, question, tells_first=self.guide is not None)
        # A call without its result, or a question without its answer, would confuse the model.
        kept = [RemoveMessage(REMOVE_ALL_MESSAGES), *earlier] if abandoned else []
        noted = answered_by(self.model_name) | ({READ_AS: named.to_dict()} if named is not None else {})
        if self._is_read:
            noted |= {KNOWN_HERE: Vocabulary.of(self.library).known_in(read)}
        yield from self._run(turn, [*kept, HumanMessage(question, additional_kwargs=noted)], config)
        if turn.ungrounded:
            yield from self._try_again(turn, config)
        lines = turn.answer()
        missing = self._missing(read, earlier, turn, noted.get(KNOWN_HERE, {}))
        missing = [*(not_kept_to(named, turn.calls) if named is not None else ()), *missing]
        heads = len(list(takewhile(lambda line: line.line is not None and line.line.role == "lead", lines))) or 1
        whole_answer = [*lines[:heads], *([AnswerLine(told(missing))] if missing else []), *lines[heads:]]
        answer = "\n".join(line.text for line in whole_answer)
        self._settle(config, turn, answer)
        self._whole[name] = len(self._messages(config))
        yield Finished(
            Answer(
                answer=answer,
                calls=turn.calls,
                results=turn.results,
                grounded=not turn.ungrounded,
                seconds=round(time.perf_counter() - started, 3),
                model=self.model_name,
                sources=sources_of(whole_answer),
                lines=lines,
                not_covered=missing,
            ),
            note=" ".join(filter(None, [self._news(name), self.memory.fault])),
        )

    def _named(self, question: str) -> NamedAudiences | None:
        """The saved audiences that a question names."""
        kept = read_audiences(self.library.path).values()
        return named_audiences(question, kept, partial(said_here, self.library)) if kept else None

    def _news(self, thread: str) -> str:
        """What a conversation is told, once, whose last answer came from another version of the posts."""
        before, self._asked_of[thread] = self._asked_of.get(thread), self.manifest.version
        return self.moved_on if before not in (None, self.manifest.version) else ""

    def _run(self, turn: Turn, messages: list[Any], config: Any) -> Iterator[Event]:
        """The model and its tools at work, until the model has nothing more to say."""
        steps = self._agent.stream(
            {"messages": messages}, config, stream_mode=["messages", "updates"], durability="exit"
        )
        with closing(steps):
            for mode, step in steps:
                yield from turn.saw_piece(step[0]) if mode == "messages" else turn.saw_update(step)
        yield from turn.flush()

    def _try_again(self, turn: Turn, config: Any) -> Iterator[Event]:
        """Let the model answer in other words; a second failure leaves what is ungrounded in ``turn``."""
        from langchain_core.messages import AIMessage, RemoveMessage

        last = self._messages(config)[-1]
        if not isinstance(last, AIMessage) or last.tool_calls:
            return
        told = {**config, "configurable": {**config["configurable"], "withheld": turn.ungrounded}}
        turn.try_again()
        yield from self._run(turn, [RemoveMessage(str(last.id))], told)

    def _messages(self, config: Any) -> list[Any]:
        return list(self._agent.get_state(config).values.get("messages", []))

    def _settle(self, config: Any, turn: Turn, answer: str) -> None:
        """The conversation remembers what the user was shown, not what the model first wrote; old turns get shorter."""
        from langchain_core.messages import AIMessage, RemoveMessage
        from langgraph.graph.message import REMOVE_ALL_MESSAGES

        from agent.memory import shortened

        messages = self._messages(config)
        changed: list[Any] = []
        if answer != turn.said:
            known = messages.pop().id if isinstance(messages[-1], AIMessage) else None
            messages.append(AIMessage(answer, id=known, response_metadata={"grounded": not turn.ungrounded}))
            changed = messages[-1:]
        if (shorter := shortened(messages)) is not None:
            changed = [RemoveMessage(REMOVE_ALL_MESSAGES), *shorter]
        if changed:
            self._agent.update_state(config, {"messages": changed})


def answered_by(model: str) -> dict[str, Any]:
    """What a conversation keeps with a question: which chat model answered it, and on which day."""
    return {"model": model, "on": date.today().isoformat()}


def _check(question: str) -> None:
    if not question.strip():
        raise AnalystError("The question is empty", todo='Ask, for example, "who would engage with a Nike ad?"')
    if len(question) > LONGEST_QUESTION:
        raise AnalystError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read",
            todo="Shorten it, or put the posts into an index and ask about them.",
        )


def _check_length(messages: Sequence[Any]) -> None:
    from langchain_core.messages import HumanMessage

    if sum(isinstance(message, HumanMessage) for message in messages) >= LONGEST_TALK:
        raise AnalystError(f"This conversation has {LONGEST_TALK} questions", todo="Begin a new one.")


def _answered(messages: Sequence[Any]) -> int:
    """How many messages there are up to the last answer."""
    from langchain_core.messages import AIMessage

    ends = [n for n, each in enumerate(messages, 1) if isinstance(each, AIMessage) and not each.tool_calls]
    return ends[-1] if ends else 0
