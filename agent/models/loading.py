"""Which chat model answers: the shipped one, one on this machine or the hub, or one behind an address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agent.models.address import is_endpoint, parse
from agent.models.policy import ReplyPolicy, SchemaPolicy
from index.errors import AnalystError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from agent.models.endpoint import EndpointChatModel
    from agent.models.files import ModelFiles

SHIPPED = Path(__file__).parents[1] / "weights"


def load_chat_model(name: str | None = None, *, quantize: str | None = None) -> BaseChatModel:
    """The chat model that ``--model`` names, None for the shipped one; ``quantize`` is "8bit" or "4bit".

    Raises AnalystError.
    """
    if name is not None and is_endpoint(name):
        if quantize:
            raise AnalystError(
                "A model behind an address is loaded by its server",
                where=name,
                todo="Leave out --quantize, and quantize the model where it is served.",
            )
        return load_endpoint(name)
    from agent.models.files import load_files
    from agent.models.local import LocalChatModel

    files = load_files(SHIPPED if name is None else name, quantize=quantize)
    model = LocalChatModel.from_files(files, policy=policy_of(files))
    if name is None:
        model.name_or_path = "shipped"
    return model


def policy_of(files: ModelFiles) -> ReplyPolicy:
    """What the replies of a model are held to, as its config asks."""
    if files.policy != "shipped":
        return SchemaPolicy()
    from agent.models.shipped import ShippedPolicy

    return ShippedPolicy.load()


def load_endpoint(name: str) -> EndpointChatModel:
    """The chat model at an address, once the server has said that it serves it. Raises AnalystError."""
    endpoint = parse(name)
    try:
        from agent.models.endpoint import EndpointChatModel
    except ImportError as error:
        raise AnalystError(
            "Models behind an address need the extra [endpoint], which is not installed",
            where=name,
            todo='Install it with `pip install "audience-analyst[endpoint]"`.',
        ) from error
    return EndpointChatModel.connect(endpoint)
