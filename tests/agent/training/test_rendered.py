"""A conversation as the model reads it in training and in use: the chat template's own words, and what is learned."""

from __future__ import annotations

from typing import Any

import pytest

from agent.training.conversations import Turn, rendered
from agent.understanding.labels import TOOLS


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from agent.training.tokenizer import train_tokenizer

    return train_tokenizer(["who would like Nike? 62 % @ana_7\n"] * 4)


CONVERSATION = [
    Turn("user", "who's @ana_7? <b>“quotes” & 'more'</b>"),
    Turn("assistant", "", ("get_profile", {"user": "ana_7"})),
    Turn("tool", '@ana_7 wrote 7 posts.\nBest liked: "häagen"'),
    Turn("assistant", "This is how they come across.\n@ana_7 wrote 7 posts."),
    Turn("user", "posts on Ben & Jerry's, {50%}"),
    Turn("assistant", "", ("search_posts", {"query": "Ben & Jerry's", "limit": 5, "since": "März"})),
]


def as_messages(turns: list[Turn]) -> list[Any]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

    from agent.models.shipped import ShippedPolicy

    messages: list[Any] = [SystemMessage(ShippedPolicy().system)]
    for turn in turns:
        if turn.call:
            messages.append(AIMessage("", tool_calls=[{"name": turn.call[0], "args": turn.call[1], "id": "c"}]))
        elif turn.role == "tool":
            messages.append(ToolMessage(turn.content, tool_call_id="c"))
        else:
            messages.append(HumanMessage(turn.content) if turn.role == "user" else AIMessage(turn.content))
    return messages


def test_training_reads_what_the_chat_template_writes(tokenizer: Any) -> None:
    from agent.models.messages import to_template
    from agent.training.finetune import encode, prefix_ids, tool_schemas

    whole = tokenizer.apply_chat_template(to_template(as_messages(CONVERSATION)), tools=tool_schemas(), tokenize=False)
    prefix = tokenizer.decode(prefix_ids(tokenizer))
    assert whole == prefix + "".join(text for text, _ in rendered(CONVERSATION))
    ids, labels = encode(tokenizer, CONVERSATION)
    assert prefix_ids(tokenizer) + ids == tokenizer(whole, add_special_tokens=False)["input_ids"]
    assert all(label in (token, -100) for token, label in zip(ids, labels, strict=True))


def test_the_model_reads_in_use_what_it_read_in_training(tokenizer: Any) -> None:
    """Up to each reply, the prompt is the training text, id by id; the reply is what it learns."""
    from agent.models.messages import render
    from agent.models.shipped import ShippedPolicy
    from agent.toolbox import tool_schema
    from agent.training.finetune import encode, prefix_ids

    tools = ShippedPolicy(understanding=object()).shown([tool_schema(name) for name in TOOLS])  # type: ignore[arg-type]
    prefix = prefix_ids(tokenizer)
    for place, turn in enumerate(CONVERSATION):
        if turn.role == "assistant":
            prompt = render(tokenizer, as_messages(CONVERSATION[:place]), tools=tools)
            learned, labels = encode(tokenizer, CONVERSATION[: place + 1])
            assert (prefix + learned)[: len(prompt)] == prompt
            reply = [label for label in labels[len(prompt) - len(prefix) :] if label != -100]
            written = tokenizer.decode(reply)
            assert written.endswith("<|im_end|>")
            assert (turn.call[0] in written) if turn.call else written == turn.content + "<|im_end|>"


def test_only_replies_are_learned() -> None:
    learned = [text for text, wanted in rendered(CONVERSATION) if wanted]
    assert len(learned) == 3
    assert all(text.endswith("<|im_end|>") for text in learned)
    assert learned[0] == '<tool_call>\n{"name": "get_profile", "arguments": {"user": "ana_7"}}\n</tool_call><|im_end|>'
