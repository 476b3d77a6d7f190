"""Which chat model answers: the shipped one, one on this machine or the hub, or one behind an address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agent.models.endpoint import is_endpoint, load_endpoint
from index.errors import AnalystError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

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
    from agent.models.local import LocalChatModel

    model = LocalChatModel.load(SHIPPED if name is None else name, quantize=quantize)
    if name is None:
        model.name_or_path = "shipped"
    return model
