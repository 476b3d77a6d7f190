"""Question suites as they are written: YAML, one document a case or a list of cases, read into typed records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from index.errors import AnalystError

Mode = Literal["strict", "unordered", "subset", "superset"]


def _whole_number_as_text(value: Any) -> Any:
    # Only whole numbers: 1.10 has already become 1.1 when it arrives here, so it has to be quoted in the file.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _one_as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Words = Annotated[str, BeforeValidator(_whole_number_as_text), Field(pattern=r"\S")]
WordList = Annotated[list[Words], BeforeValidator(_one_as_list)]


class _Record(BaseModel):
    """A part of a case. An unknown key is an error: a check that is never made would look like one that holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ExpectedCall(_Record):
    """A call that should be made. Arguments that are not named are free; a list may hold the accepted values.

    ``{from: 0.people.1.user}`` is what stands at that path in the results of the earlier turns.
    """

    tool: Words
    args: Annotated[dict[str, Any], BeforeValidator(lambda value: {} if value is None else value)] = {}

    @field_validator("args")
    @classmethod
    def _values(cls, args: dict[str, Any]) -> dict[str, Any]:
        for name, value in args.items():
            if isinstance(value, dict) and not (set(value) == {"from"} and isinstance(value["from"], str)):
                raise ValueError(f"{name} is a value, a list of accepted values, or {{from: a.path}}")
        return args


class CallsCheck(_Record):
    """Which calls should be made; ``expect: []`` is none at all, and without ``expect`` any are right."""

    mode: Mode = "strict"
    expect: list[ExpectedCall] | None = None
    max: int | None = Field(default=None, ge=0)

    @field_validator("expect", mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("it is empty; write [] if no call should be made")
        return value


class Approx(_Record):
    """A number and how far off is still right; without ``within`` that is one hundredth of it."""

    value: float
    within: float | None = Field(default=None, ge=0)

    @property
    def margin(self) -> float:
        return abs(self.value) / 100 if self.within is None else self.within


class Fact(_Record):
    """Something that the results of a turn should hold: ``0.people.0.user``, or ``0.people.*.user`` for any of them."""

    path: Words
    equals: Any = None
    approx: Annotated[
        Approx | None, BeforeValidator(lambda v: v if isinstance(v, dict) or v is None else {"value": v})
    ] = None
    among: Any = Field(default=None, alias="in")

    @property
    def check(self) -> Literal["equals", "approx", "among"]:
        """The one check that is given; ``equals: null`` is given too."""
        (name,) = self.model_fields_set - {"path"}
        return name  # type: ignore[return-value]  # pydantic types the names of fields as str

    @model_validator(mode="after")
    def _one_check(self) -> Fact:
        given = self.model_fields_set - {"path"}
        if len(given) != 1 or (given == {"approx"} and self.approx is None):
            raise ValueError("a fact needs exactly one of equals, approx and in")
        if not all(part.strip() for part in self.path.split(".")):
            raise ValueError("a path is made of names, indices and *, with a dot between them")
        return self


class AnswerCheck(_Record):
    """What the words of an answer should be like."""

    mentions: WordList = []
    never: WordList = []
    numbers: Literal["from_results"] | None = None
    kind: Literal["answer", "decline"] | None = None


class Turn(_Record):
    """A question and what is expected of its answer."""

    ask: Words
    calls: CallsCheck | None = None
    facts: list[Fact] = []
    answer: AnswerCheck | None = None

    @property
    def declines(self) -> bool:
        return self.answer is not None and self.answer.kind == "decline"

    @model_validator(mode="after")
    def _possible(self) -> Turn:
        if self.declines and self.calls and self.calls.expect and self.calls.mode != "subset":
            raise ValueError("a decline makes no call, so kind: decline and expected calls can never both hold")
        return self


class Limits(_Record):
    """Bounds of each turn."""

    seconds: float | None = Field(default=None, gt=0)
    model_calls: int | None = Field(default=None, ge=1)


class Case(_Record):
    """One conversation."""

    id: Words
    tags: WordList = []
    turns: list[Turn] = Field(min_length=1)
    limits: Limits = Limits()

    @property
    def checked(self) -> bool:
        """Whether anything at all is expected; without that the case is only asked and reported."""
        limited = self.limits.seconds is not None or self.limits.model_calls is not None
        return limited or any(turn.calls or turn.facts or turn.answer for turn in self.turns)


@dataclass(frozen=True)
class Suite:
    """The cases of a file, in its order, or of all files of a folder."""

    path: Path
    cases: tuple[Case, ...]


def load_suite(path: Path) -> Suite:
    """Read a suite: a file, or all .yaml files of a folder and of the folders in it, by name.

    Raises AnalystError that names the file, the line, the case and what is wrong with it.
    """
    cases: dict[str, Case] = {}
    places: dict[str, str] = {}
    for file in _files(path):
        for number, (node, raw) in enumerate(_documents(file), start=1):
            case, place = _case(file, number, node, raw), f"{file}, line {_line(node)}"
            if case.id in cases:
                raise AnalystError(
                    f"The case {case.id!r} is there twice: its id is taken in {places[case.id]}",
                    where=place,
                    todo="Give each case an id of its own.",
                )
            cases[case.id], places[case.id] = case, place
    if not cases:
        raise AnalystError(
            "This suite holds no case",
            where=str(path),
            todo="Write one YAML document a case, with an `id` and a list of `turns`, each with an `ask`.",
        )
    return Suite(path, tuple(cases.values()))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for ending in ("*.yaml", "*.yml") for file in path.rglob(ending))
    if not files:
        raise AnalystError("This folder holds no suite", where=str(path), todo="Put .yaml files with cases in it.")
    return files


class _Loader(yaml.SafeLoader):
    """YAML as people mean it: dates, yes/no and 14:30 stay words, and a key that is given twice is an error."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)  # here and not later: merge keys (<<) do repeat names
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} is given twice", problem_mark=key.start_mark)
            seen.add(str(key.value))
        return node


_TAG = "tag:yaml.org,2002:"
_KEPT = {_TAG + "null", _TAG + "merge"}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_TAG + "bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(_TAG + "int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(_TAG + "float", re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)$"), list("-+.0123456789"))


def _documents(path: Path) -> Iterator[tuple[yaml.Node, Any]]:
    """The cases of the file as plain data, each with the node that tells its lines."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8-sig"))
        while loader.check_node():
            node = loader.get_node()
            assert node is not None  # check_node has seen it
            raw = loader.construct_document(node)
            json.dumps(raw)  # plain data only: no sets, no bytes, nothing that holds itself
            if isinstance(raw, list):
                yield from zip(node.value, raw, strict=True)
            elif raw is not None:  # what stands before the first --- or after the last
                yield node, raw
    except OSError as error:
        what = f"The suite cannot be read: {error.strerror or error}"
        raise AnalystError(what, where=str(path), todo="Check the name of the file.") from error
    except UnicodeDecodeError as error:
        raise AnalystError("The suite is not UTF-8 text", where=str(path), todo="Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        raise _not_yaml(path, error) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise AnalystError(
            "The suite holds something other than plain words, numbers, lists and mappings, or refers to itself",
            where=str(path),
            todo=f"Take it out; the reader says: {error}.",
        ) from error


def _not_yaml(path: Path, error: yaml.YAMLError) -> AnalystError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    where = f"{path}, line {mark.line + 1}" if mark else str(path)
    return AnalystError(f"The suite is not valid YAML: {problem}", where=where, todo="Mend that line.")


def _case(path: Path, number: int, node: yaml.Node, raw: Any) -> Case:
    named = isinstance(raw, dict) and isinstance(raw.get("id"), (str, int))
    name = f"The case {str(raw['id'])!r}" if named else f"Case {number} of the suite"
    if not isinstance(raw, dict):
        raise AnalystError(
            f"{name} is not a mapping with an id and turns",
            where=f"{path}, line {_line(node)}",
            todo="Separate the cases by --- or write them as one list.",
        )
    try:
        return Case.model_validate(raw)
    except ValidationError as error:
        problems = error.errors(include_url=False)
        first = problems[0]["loc"]
        raise AnalystError(
            f"{name} is not right: {'; '.join(_problem(problem) for problem in problems)}",
            where=f"{path}, line {_line(node, first)}",
            todo="Mend it and run the suite again.",
        ) from error


_PARTS: dict[str, type[_Record]] = {
    "turns": Turn,
    "calls": CallsCheck,
    "expect": ExpectedCall,
    "facts": Fact,
    "approx": Approx,
    "answer": AnswerCheck,
    "limits": Limits,
}


def _problem(problem: Any) -> str:
    """A sentence of pydantic's, in the words of the file."""
    loc: tuple[int | str, ...] = problem["loc"]
    place = ".".join(map(str, loc))
    if problem["type"] == "extra_forbidden":
        parent = next((part for part in reversed(loc[:-1]) if isinstance(part, str)), "")
        record = _PARTS.get(parent, Case)
        known = ", ".join(field.alias or name for name, field in record.model_fields.items())
        return f"{place} is not a known key; known here are {known}"
    if problem["type"] == "missing":
        return f"{place} is missing"
    if problem["type"] == "string_type":
        return f"{place} should be words (in quotes where they look like something else), not {problem['input']!r:.60}"
    if problem["type"] == "string_pattern_mismatch":
        return f"{place} is empty"
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{place} {message}" if message.startswith("should") else f"{place}: {message}"


def _line(node: yaml.Node, loc: tuple[int | str, ...] = ()) -> int:
    """The line of the file where ``loc`` stands, or of the nearest thing around it that the file has."""
    for part in loc:
        inner = _inner(node, part)
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1


def _inner(node: yaml.Node, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    return None
