"""Finds a chat model, by path or by hub id, and loads it safely: safetensors or GGUF, no code from the model.

Nothing is fetched but what somebody named by its hub id, and nothing is loaded that does not fit into free memory: how
much a model takes is told from its config before a byte of its weights is read.
"""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.models.gguf import gguf_file, unpacked
from agent.models.size import free_memory, gigabytes, size_of
from index.errors import AnalystError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
WIDTHS = ("8bit", "4bit")
PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt")
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

    @property
    def policy(self) -> str:
        """What the model's config asks its replies to be held to ("shipped"); empty if it does not say."""
        return str(getattr(self.model.config, "reply_policy", "") or "")

    def stop_ids(self) -> list[int]:
        """Tokens that end a reply: those of the generation config, the tokenizer and the chat template."""
        named = [self.model.generation_config.eos_token_id, self.tokenizer.eos_token_id]
        ids = [number for entry in named for number in (entry if isinstance(entry, list) else [entry])]
        template = str(self.tokenizer.chat_template)
        known = self.tokenizer.added_tokens_encoder
        ids += [known[token] for token in TURN_ENDS if token in known and token in template]
        return list(dict.fromkeys(int(number) for number in ids if number is not None))


def load_files(name_or_path: str | Path, *, quantize: str | None = None) -> ModelFiles:
    """Load a model and its tokenizer, with ``quantize`` ("8bit", "4bit") its linear layers at that width.

    ``AnalystError`` says what is wrong and what to do.
    """
    name = str(name_or_path)
    packed = gguf_file(Path(name).expanduser())
    local_only = packed is not None or _is_local(name)
    options: dict[str, Any] = {"local_files_only": local_only, "trust_remote_code": False}
    source = str(Path(name).expanduser()) if Path(name).expanduser().is_dir() else name
    if packed is not None:
        source, options = str(packed.parent), options | {"gguf_file": packed.name}
    if quantize:
        _check_quantizing(name, quantize, packed is not None)
    try:
        config = _load_config(source, options)
        _check_memory(name, config, quantize)
        tokenizer = _load_tokenizer(source, options)
        model = _load_model(source, config, quantize, options)
    except AnalystError:
        raise
    except Exception as error:  # whatever is wrong with somebody's files, people get one clear message
        raise _unreadable(name, error, local_only) from error
    if not tokenizer.chat_template:
        raise AnalystError("This model has no chat template", where=name, todo="Choose a chat (instruct) model.")
    _check_tools(name, tokenizer)
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
        _check_weights(path)
        return True
    if path.exists() or not HUB_ID.fullmatch(name) or name.startswith((".", "~")):
        what = "This file is not a model directory" if path.exists() else "There is no model directory here"
        raise AnalystError(what, where=name, todo="Check the path, or give a hub id such as Qwen/Qwen3-0.6B.")
    return offline()


def _check_weights(folder: Path) -> None:
    """Raises AnalystError if weights are missing, or are pickles, which can run code when they are read."""
    listed = folder / "model.safetensors.index.json"
    if listed.is_file():
        named = set(re.findall(r'"([\w.-]+\.safetensors)"', listed.read_text(encoding="utf-8", errors="replace")))
        if missing := sorted(name for name in named if not (folder / name).is_file()):
            raise AnalystError(
                f"The weights of this model are incomplete: {', '.join(missing)} is missing",
                where=str(folder),
                todo="Download the model again.",
            )
    if any(folder.glob("*.safetensors")):
        return
    if pickles := sorted(path.name for pattern in PICKLES for path in folder.glob(pattern)):
        raise AnalystError(
            f"The weights of this model are pickles ({pickles[0]}), which could run any program; they are not opened",
            where=str(folder),
            todo="Choose a model with safetensors, or have its makers convert it.",
        )
    raise AnalystError(
        "This directory holds no weights: there is no .safetensors file in it",
        where=str(folder),
        todo="Download the model again, whole.",
    )


def offline() -> bool:
    """Whether the user switched the hub off."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _load_tokenizer(source: str, options: dict[str, Any]) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(source, **options)
    return tokenizer


def _load_config(source: str, options: dict[str, Any]) -> Any:
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(source, **options)


def _load_model(source: str, config: Any, quantize: str | None, options: dict[str, Any]) -> PreTrainedModel:
    from transformers import AutoModelForCausalLM

    device = _device()
    if quantize:
        options = options | {"quantization_config": _quantization(quantize), "device_map": {"": device}}
    options = options | (unpacked() if "gguf_file" in options else {"use_safetensors": True})
    dtype = _dtype(config, device, quantize)
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(source, dtype=dtype, **options)
    if not quantize:
        model.to(device)  # type: ignore[arg-type]
    model.eval()
    return model


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _quantization(width: str) -> Any:
    """LLM.int8 (Dettmers et al., 2022), or 4-bit NormalFloat (Dettmers et al., 2023) computed in bf16."""
    import torch
    from transformers import BitsAndBytesConfig

    if width == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16)


def _check_quantizing(name: str, quantize: str, packed: bool) -> None:
    if packed:
        raise AnalystError(
            "A GGUF file has its own number of bits, and is unpacked when it is loaded",
            where=name,
            todo="Leave out --quantize; to keep it packed, serve it with llama.cpp (docs/models.md).",
        )
    if quantize not in WIDTHS:
        raise AnalystError(f"There is no width {quantize!r}", todo=f"--quantize takes {' or '.join(WIDTHS)}.")
    if not _can_quantize():
        raise AnalystError(
            f"Loading in {quantize} needs the extra [quantize], which is not installed",
            where=name,
            todo='Install it with `pip install "audience-analyst[quantize]"`, or leave out --quantize.',
        )


def _can_quantize() -> bool:
    return all(importlib.util.find_spec(package) for package in ("bitsandbytes", "accelerate"))


def _check_memory(name: str, config: Any, quantize: str | None) -> None:
    """Raises AnalystError, with what would fit, if the model is larger than the memory that is free."""
    if getattr(config, "quantization_config", None) is not None:
        return  # stored quantized, in one of many ways
    device = _device()
    wanted = quantize or str(_dtype(config, device)).replace("torch.float", "fp").replace("torch.bfloat", "bf")
    size, free = size_of(config), free_memory(device)
    if size.memory(wanted) <= free:
        return
    ways = [width for width in WIDTHS if quantize is None and size.memory(width) <= free]
    smaller = [f"load it with --quantize {ways[0]}, which takes {gigabytes(size.memory(ways[0]))}"] if ways else []
    todo = ", or ".join([*smaller, "choose a smaller model (docs/models.md has a table)", "close other programs"])
    raise AnalystError(
        f"This model has {size.parameters / 1e9:.2f} billion parameters and needs {gigabytes(size.memory(wanted))} in "
        f"{wanted}, but {gigabytes(free)} are free",
        where=name,
        todo=todo[0].upper() + todo[1:] + ".",
    )


def _check_tools(name: str, tokenizer: PreTrainedTokenizerBase) -> None:
    """A template that leaves the tools out makes a model that talks and never looks at the posts."""
    from langchain_core.messages import HumanMessage

    from agent.models.messages import render

    probe = {"name": "look_up", "description": "Look up.", "parameters": {"type": "object", "properties": {}}}
    ids = render(tokenizer, [HumanMessage("hello")], tools=[{"type": "function", "function": probe}])
    if "look_up" not in str(tokenizer.decode(ids)):
        raise AnalystError(
            "The chat template of this model has no place for tools, so it could not look at the posts",
            where=name,
            todo="Choose a model that can call tools; docs/models.md has a table.",
        )


def _dtype(config: Any, device: str, quantize: str | None = None) -> Any:
    """bf16 where the files are bf16 or are quantized; on a CPU everything else, fp16 too, is computed in fp32."""
    import torch

    wanted = torch.bfloat16 if quantize else getattr(config, "dtype", None)
    if wanted == torch.bfloat16 or (device == "cuda" and wanted == torch.float16):
        return wanted
    return torch.float32


def _unreadable(name: str, error: Exception, local_only: bool) -> AnalystError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    path = Path(name).expanduser()
    if local_only and not path.exists():
        return AnalystError(
            "This model is not on this machine, and HF_HUB_OFFLINE=1 forbids fetching it",
            where=name,
            todo="Unset HF_HUB_OFFLINE to download it once, or give the directory of a model.",
        )
    if path.is_file():
        todo = "Check that the file is whole, and that transformers knows its architecture; llama.cpp knows more."
    elif path.is_dir():
        todo = "A model needs config.json, a tokenizer and weights as safetensors; check that its files are complete."
    elif "gated" in str(error):
        todo = "Accept its licence on its page at huggingface.co, and put your token into HF_TOKEN."
    else:
        todo = "Check the id and the network, or give the directory of a model."
    return AnalystError(f"The chat model cannot be loaded: {reason}", where=name, todo=todo)
