"""What a question means, from tags to calls; the network with random weights, and the shipped one if it is there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.earlier import Earlier
from agent.numbers import as_number
from agent.question_reader import (
    CARRIED,
    CHOICES,
    CONTEXT,
    KINDS,
    MARKS,
    SLOTS,
    SMALL_TALK,
    SUBJECT,
    SURE,
    TAGS,
    TOOLS,
    QuestionReader,
    QuestionReading,
    _constants,
    decode,
    joined,
    likeliest_tags,
    marks_of,
    question_pieces,
    quoted,
    spans,
    trimmed,
)
from agent.question_reader import arguments as arguments_after
from agent.question_reader import proposals as proposals_after
from index.errors import AnalystError
from tools.registry import TOOLS as REGISTERED
from tools.registry import arguments_model


def arguments(tool: str, reading: QuestionReading, args: dict[str, Any]) -> dict[str, Any] | None:
    """After a call with ``args`` whose result listed nobody."""
    return arguments_after(tool, reading, Earlier(args=args))


def proposals(reading: QuestionReading, args: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return proposals_after(reading, Earlier(args=args))


def reading(
    kind: str = "find_audience",
    chance: float = 0.9,
    *,
    second: str = "search_posts",
    carried: Iterable[str] = (),
    choices: dict[str, str] | None = None,
    **slots: list[str],
) -> QuestionReading:
    return QuestionReading([(kind, chance), (second, 1 - chance)], slots, choices or {}, frozenset(carried))


def cut(question: str, said: str, *, keep_marks: bool = False) -> str:
    """``said`` as ``trimmed`` cuts it out of ``question``."""
    start = question.index(said)
    return trimmed(question, start, start + len(said), keep_marks=keep_marks)


def words_of(question: str) -> list[tuple[int, int, int]]:
    """As ``question_pieces`` gives them: words without spaces, marks on their own."""
    encoding = SimpleNamespace(sequence_ids=[], word_ids=[], offsets=[])
    place = 0
    for number, word in enumerate(question.split()):
        start = question.index(word, place)
        place = start + len(word)
        encoding.sequence_ids.append(0)
        encoding.word_ids.append(number)
        encoding.offsets.append((start, place))
    return question_pieces(encoding)


def test_the_tools_are_those_that_exist() -> None:
    assert tuple(REGISTERED) == TOOLS and not set(TOOLS) & set(SMALL_TALK)


def test_every_argument_of_a_tool_can_be_read() -> None:
    """By a slot, as a constant that the head knows, or as the subject."""
    known = {*SLOTS, *CHOICES, *SUBJECT.values()}
    for tool in TOOLS:
        fields = arguments_model(tool).model_fields
        assert set(fields) <= known, tool
        for name in CHOICES.keys() & fields.keys():
            assert _constants(fields[name].annotation) <= set(CHOICES[name]), (tool, name)
    assert {"since", "until"} <= set(CARRIED) and set(CARRIED) <= {*SLOTS, *CHOICES}


@pytest.mark.parametrize(
    ("said", "number"),
    [
        *[("5", 5), ("top 5", 5), ("1,000", 1000), ("100 people", 100), ("ten", 10), ("Seven", 7), ("couple", 2)],
        *[("twenty", 20), ("twenty-five", 25), ("Twenty  five", 25), ("ninety-nine", 99), ("a hundred", 100)],
        *[("a dozen", 12), ("dozen", 12), ("half a dozen", 6), ("two dozen", 24), ("a couple of dozen", 24)],
        *[("a couple of", 2), ("a few", 3), ("top thirty", None)],
        *[("lots", None), ("", None), ("everyone", None), ("twenty-ten", None)],
    ],
)
def test_numbers(said: str, number: int | None) -> None:
    assert as_number(said) == number


@pytest.mark.parametrize(
    ("question", "said", "trim"),
    [
        ("What is Nike's mood?", "Nike", "Nike"),
        ("who would eat at McDonald's?", "McDonald's", "McDonald's"),
        ("who likes “Air Max”?", "“Air Max”", "Air Max"),
        ("who likes 'Air Max' ads", "'Air Max'", "Air Max"),
        ('is "Dune" worth the hype', '"Dune"', "Dune"),
        ("themes in r/Coffee?", "r/Coffee?", "r/Coffee"),
        ("themes in r/Coffee?", "Coffee", "Coffee"),
        ("who is @jo.van-dyk?", "@jo.van-dyk?", "@jo.van-dyk"),
        ("who is @olive_7", "@olive", "@olive_7"),
        ("visit the Café Müller, please", "Café Müller,", "Café Müller"),
        ("visit the Café Müller", "af", "Café"),
        ("posts about 寿司!", "寿司!", "寿司"),
        ("a  coffee \n shop", "coffee \n shop", "coffee shop"),
        ("C++ or C#?", "C++", "C++"),
        ("really?!", "?!", ""),
        ("is Metro (Australia) ok", "Metro (Australia)", "Metro (Australia)"),
        ("who likes Metro (Australia)?", "Metro (Australia)?", "Metro (Australia)"),
        ("mood of [this](http://a.b/c)", "[this](http://a.b/c)", "[this](http://a.b/c)"),
        ("who (likes Nike)?", "Nike)?", "Nike"),
        ("who likes [Wednesday] talk", "[Wednesday] talk", "[Wednesday] talk"),
        ("mood of @j.doe_88?", "@j.doe_88?", "@j.doe_88"),
        ("tomasz.hikes!", "tomasz.hikes!", "tomasz.hikes"),
    ],
)
def test_words_are_whole_and_without_marks(question: str, said: str, trim: str) -> None:
    assert cut(question, said) == trim


@pytest.mark.parametrize(
    ("said", "kept"), [('"I hate it."', "I hate it."), ("(so good!)", "so good!"), ("It's Ana's", "It's Ana's")]
)
def test_a_text_keeps_its_end(said: str, kept: str) -> None:
    assert cut(f"Is {said} positive?", said, keep_marks=True) == kept


def test_tags_become_spans() -> None:
    words = words_of("show ten Nike Air posts by ana ben")
    tags = ["O", "B-limit", "B-subject", "I-subject", "O", "O", "B-user", "B-user"]
    assert spans(words, tags) == [("limit", 5, 8), ("subject", 9, 17), ("user", 27, 30), ("user", 31, 34)]


def test_an_inside_without_a_beginning_begins() -> None:
    words = words_of("a b c d")
    assert spans(words, ["I-user", "I-text", "O", "I-text"]) == [("user", 0, 1), ("text", 2, 3), ("text", 6, 7)]


def test_pieces_of_a_word_are_one_and_the_question_before_is_left_out() -> None:
    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, None, 1, None],
        word_ids=[None, 0, 0, 1, None, 0, None],
        offsets=[(0, 0), (0, 2), (2, 5), (6, 9), (0, 0), (0, 4), (0, 0)],
    )
    assert question_pieces(encoding) == [(1, 0, 5), (3, 6, 9)]


@given(st.text(max_size=60), st.data())
def test_spans_stay_within_the_question(question: str, data: st.DataObject) -> None:
    words = words_of(question)
    tags = data.draw(st.lists(st.sampled_from(TAGS), min_size=len(words), max_size=len(words)))
    last = 0
    for slot, start, end in spans(words, tags):
        assert last <= start < end <= len(question)
        last = end
        for keep in (False, True):
            said = trimmed(question, start, end, keep_marks=keep)
            assert said in " ".join(question.split()) and said == said.strip() and slot


def test_outputs_become_a_reading() -> None:
    import torch

    question = "do people love Nike Air?"
    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, 0, 0, 0, None],
        word_ids=[None, 0, 1, 2, 3, 4, 5, None],
        offsets=[(0, 0), (0, 2), (3, 9), (10, 14), (15, 19), (20, 23), (23, 24), (0, 0)],
    )
    out = {"kind": torch.zeros(len(KINDS)), "tags": torch.zeros(8, len(TAGS)), "carried": torch.zeros(len(CARRIED))}
    out |= {name: torch.zeros(len(values)) for name, values in CHOICES.items()}
    out["kind"][KINDS.index("search_posts")] = 5
    for piece, tag in ((4, "B-subject"), (5, "I-subject"), (6, "B-user")):  # a mark alone is no user
        out["tags"][piece][TAGS.index(tag)] = 1
    out["sentiment"][1] = out["carried"][CARRIED.index("limit")] = 1
    alone, follow = (decode(question, encoding, out, before) for before in (False, True))
    assert alone.kinds[0][0] == "search_posts" and sum(chance for _, chance in alone.kinds) == pytest.approx(1)
    assert alone.slots == {"subject": ["Nike Air"]}
    assert alone.choices == {"sentiment": "positive", "by": "", "type": ""}
    assert (alone.carried, follow.carried) == (frozenset(), {"limit"})


def test_a_name_before_the_word_community_is_one() -> None:
    import torch

    question = "divide the trees community"
    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, 0, None],
        word_ids=[None, 0, 1, 2, 3, None],
        offsets=[(0, 0), (0, 6), (7, 10), (11, 16), (17, 26), (0, 0)],
    )
    out = {"kind": torch.zeros(len(KINDS)), "tags": torch.zeros(6, len(TAGS)), "carried": torch.zeros(len(CARRIED))}
    out |= {name: torch.zeros(len(values)) for name, values in CHOICES.items()}
    out["tags"][3][TAGS.index("B-subject")] = 1
    assert decode(question, encoding, out, False).slots == {"community": ["trees"]}


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("find_audience", "campaign"),
        ("search_posts", "query"),
        *[(tool, "topic") for tool in ("analyze_sentiment", "extract_entities", "extract_keywords")],
        *[(tool, "topic") for tool in ("measure_engagement", "list_segments")],
    ],
)
def test_the_subject_has_the_name_that_the_tool_gives_it(tool: str, name: str) -> None:
    assert arguments(tool, reading(subject=["Nike"]), {}) == {name: "Nike"}


def test_arguments_are_those_of_the_tool_in_its_order() -> None:
    said = reading(
        during=["2023"], community=["r/Coffee"], limit=["a dozen"], user=["@ana"], interests=["tea"], subject=["cups"]
    )
    said.choices.update(sentiment="positive", by="", type="person")
    dates = {"since": "2023", "until": "2023"}
    searched = {"query": "cups", "user": "ana", "sentiment": "positive", "limit": 12, **dates, "community": "r/Coffee"}
    found = arguments("search_posts", said, {})
    assert found == searched and list(found) == list(searched)
    audience = {"campaign": "cups", "interests": ["tea"], "limit": 12, **dates, "community": "r/Coffee"}
    assert arguments("find_audience", said, {}) == audience
    assert arguments("get_profile", said, {}) == {"user": "ana", **dates, "community": "r/Coffee"}


@pytest.mark.parametrize("tool", ["describe_data", "list_segments", "measure_engagement"])
def test_a_tool_may_be_called_with_nothing(tool: str) -> None:
    assert arguments(tool, reading(tool), {}) == {}
    assert proposals(reading(tool), {}) == [(tool, {})]
    before = {"topic": "Nike", "user": "ana", "community": "Coffee", "limit": 3, "brands": ["Nike", "Puma"]}
    assert arguments(tool, reading(tool), before) == {}  # "what gets likes overall?" is not about Nike
    about = arguments(tool, reading(tool, carried=["subject"]), before)
    assert about == ({} if tool == "describe_data" else {"topic": "Nike"})


@pytest.mark.parametrize(("said", "count"), [("5", 5), ("twelve", 12), ("20", 20)])
def test_a_count_is_a_number(said: str, count: int) -> None:
    assert arguments("list_segments", reading(count=[said]), {}) == {"count": count}
    assert arguments("list_segments", reading(limit=[said], subject=["tea"]), {}) == {"count": count, "topic": "tea"}
    assert arguments("find_audience", reading(count=[said], subject=["tea"]), {}) == {"campaign": "tea", "limit": count}


def test_a_count_is_carried_over() -> None:
    before = {"count": 5, "topic": "tea"}
    assert arguments("list_segments", reading(carried=["count"], subject=["yoga"]), before) == {
        "count": 5,
        "topic": "yoga",
    }
    assert arguments("list_segments", reading(carried=["subject"], count=["six"]), before) == {
        "count": 6,
        "topic": "tea",
    }
    assert arguments("search_posts", reading(carried=["count", "subject"]), before) == {"query": "tea"}


@pytest.mark.parametrize(
    ("tool", "choice", "taken"),
    [
        *[("measure_engagement", by, True) for by in ("hour", "weekday", "month", "year", "community")],
        *[("measure_engagement", by, False) for by in ("user", "day", "week")],
        *[("analyze_sentiment", by, True) for by in ("day", "week", "month", "year", "community", "user")],
        *[("analyze_sentiment", by, False) for by in ("hour", "weekday")],
    ],
)
def test_a_constant_that_the_tool_does_not_know_is_dropped(tool: str, choice: str, taken: bool) -> None:
    expected = {"topic": "tea", "by": choice} if taken else {"topic": "tea"}
    assert arguments(tool, reading(subject=["tea"], choices={"by": choice}), {}) == expected
    assert arguments(tool, reading(carried=["subject", "by"]), {"topic": "tea", "by": choice}) == expected


@pytest.mark.parametrize(
    ("said", "carried", "before", "brands"),
    [
        (["Nike", "Puma", "Hoka"], [], {}, ["Nike", "Puma", "Hoka"]),
        (["Hoka"], ["brands"], {"brands": ["Nike", "Puma"]}, ["Nike", "Puma", "Hoka"]),
        (["Hoka", "Asics"], ["brands"], {"brands": ["Nike", "Puma"]}, ["Nike", "Puma", "Hoka", "Asics"]),
        ([], ["brands"], {"brands": ["Nike", "Puma"]}, ["Nike", "Puma"]),
        (["Hoka", "Asics"], [], {"brands": ["Nike", "Puma"]}, ["Hoka", "Asics"]),
        (["Puma"], ["subject"], {"topic": "Nike"}, ["Nike", "Puma"]),
        (["Puma", "Hoka"], ["subject"], {"campaign": "Nike"}, ["Nike", "Puma", "Hoka"]),
        (["Puma"], ["subject"], {"query": "Nike", "user": "ana"}, ["Nike", "Puma"]),
        (["Puma"], [], {"topic": "Nike"}, ["Nike", "Puma"]),  # one alone is compared with what was talked of
        (["Puma", "Hoka"], [], {"topic": "Nike"}, ["Puma", "Hoka"]),
        (["puma", "Hoka"], ["brands"], {"brands": ["Nike", "Puma"]}, ["Nike", "puma", "Hoka"]),
        (["Puma"], [], {}, ["Puma"]),  # the tool says that it needs two
    ],
)
def test_brands_to_compare(said: list[str], carried: list[str], before: dict[str, Any], brands: list[str]) -> None:
    slots = {"brands": said} if said else {}
    assert arguments("compare_brands", reading(carried=carried, **slots), before) == {"brands": brands}


def test_brands_with_a_time_and_a_place() -> None:
    follow = reading(carried=["brands", "community"], since=["May"])
    before = {"brands": ["Nike", "Puma"], "community": "Coffee", "until": "June"}
    assert arguments("compare_brands", follow, before) == {
        **{"brands": ["Nike", "Puma"], "since": "May", "community": "Coffee"}
    }
    assert arguments("compare_brands", reading(since=["May"]), {}) is None


def test_brands_and_subjects_stand_for_each_other() -> None:
    assert arguments("compare_brands", reading(subject=["Nike"], brands=["Puma"]), {}) == {"brands": ["Nike", "Puma"]}
    assert arguments("analyze_sentiment", reading(brands=["Nike"]), {}) == {"topic": "Nike"}
    assert arguments("find_audience", reading(subject=["tea"], brands=["Nike"]), {}) == {"campaign": "tea"}
    assert arguments("get_profile", reading(user=["ana"], brands=["Nike"]), {}) == {"user": "ana"}


def test_a_match_needs_a_person_and_a_campaign() -> None:
    said = reading(user=["@j.doe_88"], subject=["Nike"])
    assert arguments("explain_match", said, {}) == {"user": "j.doe_88", "campaign": "Nike"}
    assert arguments("explain_match", reading(user=["ana"]), {}) is None
    assert arguments("explain_match", reading(subject=["Nike"]), {}) is None


@pytest.mark.parametrize("carried", [[], ["subject"]])
@pytest.mark.parametrize("name", ["campaign", "query", "topic"])
def test_why_a_person_is_asked_of_the_campaign_before(name: str, carried: list[str]) -> None:
    before = {name: "Nike", "limit": 5}
    follow = reading(user=["@ana"], carried=carried)
    assert arguments("explain_match", follow, before) == {"user": "ana", "campaign": "Nike"}


@pytest.mark.parametrize("carried", [[], ["user"]])
def test_another_campaign_is_asked_of_the_person_before(carried: list[str]) -> None:
    before = {"user": "ana", "campaign": "Nike"}
    follow = reading(subject=["Puma"], carried=carried)
    assert arguments("explain_match", follow, before) == {"user": "ana", "campaign": "Puma"}
    assert arguments("explain_match", reading(), before) == before


def test_engagement_of_a_person_is_not_about_the_topic_before() -> None:
    follow, before = reading(user=["@ben"], carried=["subject", "by"]), {"topic": "Nike", "by": "hour"}
    assert arguments("measure_engagement", follow, before) == {"user": "ben", "by": "hour"}


def test_a_pasted_text_can_be_a_campaign() -> None:
    before = {"text": "Run farther."}
    assert arguments("find_audience", reading(), before) == {"campaign": "Run farther."}
    assert arguments("get_profile", reading(), before) is None
    assert arguments("analyze_sentiment", reading(), before) == before


def test_a_number_that_is_none_is_left_out() -> None:
    assert arguments("find_audience", reading(subject=["Nike"], limit=["lots"]), {}) == {"campaign": "Nike"}


def test_interests_alone_are_the_campaign() -> None:
    assert arguments("find_audience", reading(interests=["tea", "yoga"]), {}) == {"campaign": "tea and yoga"}


def test_interests_narrow_the_campaign_that_is_carried_over() -> None:
    follow = reading(interests=["yoga"], carried=["subject"])
    assert arguments("find_audience", follow, {"campaign": "Nike"}) == {"campaign": "Nike", "interests": ["yoga"]}


def test_a_pasted_text_stands_alone() -> None:
    said = reading(text=["@nike is great."], subject=["Nike"], during=["2023"], carried=["community", "limit"])
    before = {"community": "Coffee", "limit": 3}
    assert arguments("analyze_sentiment", said, before) == {"text": "@nike is great."}
    said.choices["type"] = "person"
    assert arguments("extract_entities", said, before) == {"text": "@nike is great.", "type": "person"}


def test_a_carried_text_stands_alone_and_gives_way() -> None:
    before = {"text": "I love it.", "topic": "x"}
    kept = reading(carried=["text"], choices={"type": "work", "by": "day"})
    assert arguments("extract_entities", kept, before) == {"text": "I love it.", "type": "work"}
    assert arguments("analyze_sentiment", reading(carried=["text"], user=["ben"]), before) == {"user": "ben"}


@pytest.mark.parametrize("name", ["campaign", "topic", "query"])
def test_a_carried_subject_takes_the_name_that_the_tool_has_for_it(name: str) -> None:
    follow, before = reading(carried=["subject", "limit"], community=["Coffee"]), {name: "Nike", "limit": 5}
    assert arguments("find_audience", follow, before) == {"campaign": "Nike", "limit": 5, "community": "Coffee"}
    assert arguments("search_posts", follow, before) == {"query": "Nike", "limit": 5, "community": "Coffee"}
    assert arguments("analyze_sentiment", follow, before) == {"topic": "Nike", "community": "Coffee"}


def test_what_is_said_replaces_what_is_carried() -> None:
    follow = reading(carried=["subject", "since", "until"], subject=["Adidas"], since=["May"])
    before = {"topic": "Nike", "since": "2022", "until": "2023"}
    assert arguments("extract_keywords", follow, before) == {"topic": "Adidas", "since": "May", "until": "2023"}


def test_another_person_is_not_asked_about_the_subject_before() -> None:
    follow = reading(carried=["subject"], user=["@ben"])
    assert arguments("analyze_sentiment", follow, {"topic": "Nike"}) == {"user": "ben"}


def test_a_follow_up_without_a_subject_takes_that_of_the_call_before() -> None:
    assert arguments("search_posts", reading(), {"topic": "iPhone"}) == {"query": "iPhone"}
    monthly = reading(choices={"by": "month"})
    assert arguments("analyze_sentiment", monthly, {"campaign": "Nike"}) == {"topic": "Nike", "by": "month"}
    assert arguments("get_profile", reading(), {"user": "ana", "query": "tea"}) == {"user": "ana"}
    assert arguments("extract_keywords", reading(community=["Coffee"]), {"topic": "x"}) == {"community": "Coffee"}


@pytest.mark.parametrize("tool", ["find_audience", "search_posts", "get_profile"])
def test_without_a_required_argument_there_is_no_call(tool: str) -> None:
    assert arguments(tool, reading(tool, limit=["5"]), {}) is None
    assert arguments(tool, reading(tool, user=["@"], subject=["@"]), {}) is None
    assert proposals(reading(tool, limit=["5"]), {}) == []


def test_one_tool_when_sure_and_two_when_not() -> None:
    first, second = ("find_audience", {"campaign": "Nike"}), ("search_posts", {"query": "Nike"})
    assert proposals(reading(chance=SURE, subject=["Nike"]), {}) == [first]
    assert proposals(reading(chance=SURE - 0.01, subject=["Nike"]), {}) == [first, second]
    assert proposals(reading(chance=0.5, second="get_profile", subject=["Nike"]), {}) == [first]
    assert proposals(reading(chance=0.5, second="greet", subject=["Nike"]), {}) == [first]


@pytest.mark.parametrize("kind", SMALL_TALK)
def test_small_talk_is_no_call(kind: str) -> None:
    assert proposals(reading(kind, 0.5, second="find_audience", subject=["Nike"]), {"topic": "Nike"}) == []


SAID = st.text(min_size=1, max_size=8)
BEFORE = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("campaign", "topic", "query", "user", "text", "community", "since"), SAID),
        "brands": st.lists(SAID, min_size=2, max_size=3),
        "count": st.integers(2, 20),
        "by": st.sampled_from(CHOICES["by"][1:]),
    },
)


@given(
    st.sampled_from(TOOLS),
    st.dictionaries(st.sampled_from(SLOTS), st.lists(SAID, min_size=1, max_size=3)),
    st.frozensets(st.sampled_from(CARRIED)),
    BEFORE,
    st.sampled_from(CHOICES["by"]),
)
def test_whatever_was_read_the_arguments_fit_the_tool(
    tool: str, slots: dict[str, list[str]], carried: frozenset[str], before: dict[str, Any], by: str
) -> None:
    args = arguments(tool, QuestionReading([(tool, 1.0)], slots, {"sentiment": "neutral", "by": by}, carried), before)
    fields = arguments_model(tool).model_fields
    if args is None:
        assert any(field.is_required() for field in fields.values())
    elif 1 <= args.get("limit", 1) <= 500:
        arguments_model(tool).model_validate(args)
        assert not ("text" in args and {"topic", "user"} & args.keys())


@pytest.fixture(scope="module")
def trunk() -> Any:
    """Four layers of width 8, so that one is the reader's own."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    shape = {"hidden_size": 8, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=50, max_position_embeddings=32, **shape)
    return BertModel(config, add_pooling_layer=False).eval()


def test_network_outputs(trunk: Any) -> None:
    import torch

    from agent.question_network import QuestionNetwork

    network = QuestionNetwork(trunk, 1).eval()
    mask = torch.tensor([[1] * 7, [1] * 4 + [0] * 3])
    ids, marks = torch.randint(1, 50, (2, 7)) * mask, torch.randint(0, MARKS, (2, 7))
    with torch.inference_mode():
        out = network(ids, mask, marks)
        alone = network(ids[1:, :4], mask[1:, :4], marks[1:, :4])
        other = network(ids, mask, (marks + 1) % MARKS)
    sizes = {"kind": len(KINDS), "carried": len(CARRIED)} | {name: len(values) for name, values in CHOICES.items()}
    assert {name: tuple(value.shape) for name, value in out.items()} == {
        "tags": (2, 7, len(TAGS)),
        **{name: (2, size) for name, size in sizes.items()},
    }
    torch.testing.assert_close(out["kind"][1], alone["kind"][0])  # what is padded does not count
    assert not torch.allclose(out["kind"], other["kind"])  # letter case and context are seen
    torch.testing.assert_close(out["tags"][1, :4], alone["tags"][0])


def test_saved_network_has_no_lower_layers(trunk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from agent.question_network import QuestionNetwork, load_question_network
    from index.network import save_branch

    monkeypatch.setattr("agent.question_network.load_trunk", lambda: trunk)
    network = QuestionNetwork(trunk, 2)
    names = set(network.state_dict())
    assert {name.split(".")[0] for name in names} == {"layers", "heads", "marks"}
    assert {name.split(".")[1] for name in names if name.startswith("layers")} == {"0", "1"}
    save_branch(network, tmp_path / "reader.safetensors")
    again = load_question_network(tmp_path / "reader.safetensors")  # tells by itself how many layers it has
    assert not again.training and len(again.layers) == 2
    head = "heads.kind_head.weight"
    torch.testing.assert_close(again.state_dict()[head], network.state_dict()[head].bfloat16().float())


def test_what_lies_below_goes_where_the_network_goes(trunk: Any) -> None:
    import torch

    from agent.question_network import QuestionNetwork

    network = QuestionNetwork(trunk, 1).to("meta")
    mask = torch.ones(1, 3, dtype=torch.long, device="meta")
    assert network(mask, mask, mask)["kind"].device.type == "meta"


def test_missing_weights_are_a_sentence(tmp_path: Path, trunk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.question_network.load_trunk", lambda: trunk)
    with pytest.raises(AnalystError, match="missing"):
        QuestionReader.load(tmp_path / "none.safetensors")


def test_shipped_reader() -> None:
    reader = QuestionReader.load()
    audience = proposals(reader.read("who would engage with a Nike ad?"), {})
    feeling = proposals(reader.read("how do people feel about the iPhone?"), {})
    assert audience[0] == ("find_audience", {"campaign": "Nike"})
    assert feeling[0][0] == "analyze_sentiment" and feeling[0][1]["topic"].removeprefix("the ") == "iPhone"
    assert reader.read("hello").kinds[0][0] == "greet" and proposals(reader.read("hello"), {}) == []


def test_a_pasted_text_in_quotation_marks_is_taken_whole() -> None:
    question = 'who likes this ad: "Slow mornings, one good cup." and why'
    start, end = quoted(question, question.index("mornings"), question.index(", one"))
    assert question[start:end] == "Slow mornings, one good cup."


def test_a_quoted_name_stays_as_it_was_tagged() -> None:
    question = 'posts about "Blue Bottle" please'
    place = question.index("Bottle")
    assert quoted(question, place, place + 6) == (place, place + 6)


def test_tags_that_follow_no_beginning_are_not_taken() -> None:
    import torch

    logits = torch.zeros(3, len(TAGS))
    logits[0, TAGS.index("B-subject")] = logits[0, TAGS.index("B-user")] = 3
    logits[1, TAGS.index("I-user")] = 2  # wins with the beginning that belongs to it
    logits[2, TAGS.index("I-text")] = 1
    assert likeliest_tags(logits) == ["B-user", "I-user", "O"] or likeliest_tags(logits)[:2] == ["B-user", "I-user"]
    assert likeliest_tags(logits)[2] != "I-text"


def test_marks_tell_letter_case_and_context() -> None:
    from index.spans import HANDLE, LOWER, OTHER, TITLE

    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, 0, None, 1, None],
        word_ids=[None, 0, 1, 2, 3, None, 0, None],
        offsets=[(0, 0), (0, 3), (4, 8), (9, 10), (10, 13), (0, 0), (0, 4), (0, 0)],
    )
    marks = marks_of("who Nike @ana", encoding)
    assert marks == [OTHER, LOWER, TITLE, OTHER, HANDLE, OTHER, CONTEXT, OTHER]
    assert max(marks) < MARKS


PEOPLE = Earlier("Nike?", "find_audience", {"campaign": "Nike"}, ("ana", "ben.b", "cy_3"))


@pytest.mark.parametrize(
    ("said", "user"),
    [
        ("second", "ben.b"),
        ("2nd", "ben.b"),
        ("#3", "cy_3"),
        ("last", "cy_3"),
        ("first", "ana"),
        ("number two", "ben.b"),
    ],
)
def test_a_place_in_the_list_is_a_person(said: str, user: str) -> None:
    pointing = reading("explain_match", nth=[said], carried=["subject"])
    assert arguments_after("explain_match", pointing, PEOPLE) == {"user": user, "campaign": "Nike"}
    assert arguments_after("get_profile", reading("get_profile", nth=[said]), PEOPLE) == {"user": user}


def test_a_place_that_the_list_has_not_is_nobody() -> None:
    assert arguments_after("get_profile", reading("get_profile", nth=["fourth"]), PEOPLE) is None
    assert arguments_after("get_profile", reading("get_profile", nth=["second"]), Earlier()) is None


def test_she_is_the_person_before_or_the_first_of_the_list() -> None:
    her = reading("get_profile", carried=["user"])
    assert arguments_after("get_profile", her, PEOPLE) == {"user": "ana"}
    asked = Earlier("and ben?", "explain_match", {"user": "ben.b", "campaign": "Nike"}, PEOPLE.listed)
    assert arguments_after("get_profile", her, asked) == {"user": "ben.b"}
    assert arguments_after("get_profile", her, Earlier("brands?", "extract_entities", {}, ("Nike",), False)) is None


def test_a_place_among_names_is_a_subject() -> None:
    names = Earlier("brands?", "extract_entities", {"topic": "shoes"}, ("Nike", "Puma"), False)
    pointing = reading("analyze_sentiment", nth=["second"])
    assert arguments_after("analyze_sentiment", pointing, names) == {"topic": "Puma"}
    assert arguments_after("find_audience", pointing, names) == {"campaign": "Puma"}


def test_the_pieces_of_a_long_text_are_one_and_two_names_stay_two() -> None:
    words = words_of("who likes We made boots you not make tracks now in tea or cake")
    question = "who likes We made boots you not make tracks now in tea or cake"

    def span(said: str, slot: str = "subject") -> tuple[str, int, int]:
        return slot, question.index(said), question.index(said) + len(said)

    parted = [span("We made boots you"), span("make tracks now")]
    assert joined(parted, words) == [span("We made boots you not make tracks now")]
    assert joined([span("tea"), span("cake")], words) == [span("tea"), span("cake")]
    assert joined([span("We made boots"), span("tea", "user"), span("cake")], words)[0] == span("We made boots")


@pytest.mark.parametrize("carried", [["since"], ["until"], ["since", "until"]])
def test_one_period_is_carried_over_as_a_whole(carried: list[str]) -> None:
    before = {"topic": "tea", "since": "2023", "until": "2023"}
    monthly = reading(carried=["subject", *carried], choices={"by": "month"})
    assert arguments("analyze_sentiment", monthly, before) == {
        **{"topic": "tea", "by": "month", "since": "2023", "until": "2023"}
    }
    later = reading(carried=["subject", *carried], since=["May"])
    assert arguments("analyze_sentiment", later, before) == {"topic": "tea", "since": "May"}
    assert arguments("analyze_sentiment", reading(carried=["subject"]), before) == {"topic": "tea"}


def test_a_person_whom_the_tool_does_not_take_is_looked_at() -> None:
    first = reading("find_audience", nth=["first"], carried=["subject"])
    assert proposals_after(first, PEOPLE) == [("get_profile", {"user": "ana"})]
    unsure = reading("find_audience", 0.5, second="get_profile", nth=["last"], carried=["subject"])
    assert proposals_after(unsure, PEOPLE) == [("get_profile", {"user": "cy_3"})]
    assert proposals_after(first, Earlier("x", "find_audience", {"campaign": "x"})) == [
        ("find_audience", {"campaign": "x"})
    ]
