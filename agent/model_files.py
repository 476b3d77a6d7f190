"""Finds a chat model, by path or by hub id, and loads it safely: safetensors only, no code from the model."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import AnalystError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
TURN_ENDS = ("<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<|end|>", "<|end_of_turn|>", "<turn|>", "</s>")


@dataclass(frozen=True)
class ModelFiles:
    """A loaded chat model. ``vocabulary`` is the width of its logits."""

    name: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase

    @property
    def vocabulary(self) -> int:
        """Tokens that have a place in the output, some of them perhaps without a spelling."""
        return max(int(self.model.get_output_embeddings().weight.shape[0]), len(self.tokenizer))

    @property
    def context(self) -> int:
        """The most tokens that the model can read and write together."""
        return int(getattr(self.model.config.get_text_config(), "max_position_embeddings", 0) or 2**31)

    def switch(self, name: str) -> bool:
        """A yes/no setting from config, generation config or tokenizer config; no if nobody says so."""
        places: list[Any] = [vars(self.model.config), vars(self.model.generation_config), self.tokenizer.init_kwargs]
        return any(place.get(name) is True for place in places)

    def stop_ids(self) -> list[int]:
        """Tokens that end a reply: those of the generation config, the tokenizer and the chat template."""
        named = [self.model.generation_config.eos_token_id, self.tokenizer.eos_token_id]
        ids = [number for entry in named for number in (entry if isinstance(entry, list) else [entry])]
        template = str(self.tokenizer.chat_template)
        known = self.tokenizer.added_tokens_encoder
        ids += [known[token] for token in TURN_ENDS if token in known and token in template]
        return list(dict.fromkeys(int(number) for number in ids if number is not None))


def load_files(name_or_path: str | Path) -> ModelFiles:
    """Load a model and its tokenizer; ``AnalystError`` says what is wrong and what to do."""
    name = str(name_or_path)
    local_only = _is_local(name)
    options: dict[str, Any] = {"local_files_only": local_only, "trust_remote_code": False}
    source = str(Path(name).expanduser()) if Path(name).expanduser().is_dir() else name
    try:
        tokenizer = _load_tokenizer(source, options)
        model = _load_model(source, options)
    except AnalystError:
        raise
    except Exception as error:  # whatever is wrong with somebody's files, people get one clear message
        raise _unreadable(name, error, local_only) from error
    if not tokenizer.chat_template:
        raise AnalystError("This model has no chat template", where=name, todo="Choose a chat (instruct) model.")
    return ModelFiles(name=name, model=model, tokenizer=tokenizer)


def _is_local(name: str) -> bool:
    """Whether only files on this machine may be read: for a directory, or when the hub is switched off."""
    path = Path(name).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise AnalystError(
                "This directory holds no chat model: there is no config.json in it",
                where=name,
                todo="Give a directory with a Hugging Face model and tokenizer, or a hub id such as Qwen/Qwen3-0.6B.",
            )
        return True
    if path.exists() or not HUB_ID.fullmatch(name) or name.startswith((".", "~")):
        what = "This file is not a model directory" if path.exists() else "There is no model directory here"
        raise AnalystError(what, where=name, todo="Check the path, or give a hub id such as Qwen/Qwen3-0.6B.")
    return offline()


def offline() -> bool:
    """Whether the user switched the hub off."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _load_tokenizer(source: str, options: dict[str, Any]) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(source, **options)
    return tokenizer


def _load_model(source: str, options: dict[str, Any]) -> PreTrainedModel:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(source, **options)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        source, dtype=_dtype(config, device), use_safetensors=True, **options
    )
    model.to(device)  # type: ignore[arg-type]
    model.eval()
    return model


def _dtype(config: Any, device: str) -> Any:
    """bf16 where the files are bf16; on a CPU everything else, fp16 too, is computed in fp32."""
    import torch

    wanted = getattr(config, "dtype", None)
    if wanted == torch.bfloat16 or (device == "cuda" and wanted == torch.float16):
        return wanted
    return torch.float32


def _unreadable(name: str, error: Exception, local_only: bool) -> AnalystError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if local_only and not Path(name).expanduser().is_dir():
        return AnalystError(
            "This model is not on this machine, and HF_HUB_OFFLINE=1 forbids fetching it",
            where=name,
            todo="Unset HF_HUB_OFFLINE to download it once, or give the directory of a model.",
        )
    todo = "A model needs config.json, a tokenizer and weights as safetensors; check that its files are complete."
    return AnalystError(f"The chat model cannot be loaded: {reason}", where=name, todo=todo)
