"""Make the chat model's tokenizer: byte-level BPE, each digit a token of its own so that figures are copied exactly."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

VOCABULARY = 8192
START, END = "<|im_start|>", "<|im_end|>"
SPECIAL = ("<|pad|>", START, END, "<tool_call>", "</tool_call>")
# Qwen's split: a word keeps the blank before it, a digit never does ("@fern_88" and "2023-05-01" stay clean).
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEMPLATE = Path(__file__).parents[1] / "prompts" / "shipped_template.jinja"


def train_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """A tokenizer of ``VOCABULARY`` entries learned from ``texts``, with the chat template of the shipped model."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    core.decoder = decoders.ByteLevel()
    core.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=list(SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            min_frequency=2,
        ),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="<|pad|>",
        eos_token=END,
        additional_special_tokens=[START, "<tool_call>", "</tool_call>"],
        clean_up_tokenization_spaces=False,
        model_max_length=4096,
        chat_template=TEMPLATE.read_text(encoding="utf-8"),
    )


def starting_embeddings(tokenizer: PreTrainedTokenizerFast) -> Tensor:
    """(vocabulary, 384): each token starts as the mean of MiniLM's word pieces for its text (after WECHSEL,
    Minixhofer et al., 2022).
    """
    import torch

    from index.encoding.trunk import load_tokenizer, load_trunk

    pieces = load_tokenizer()
    source = load_trunk().embeddings.word_embeddings.weight.detach()
    source = (source - source.mean(0)) / source.std()
    generator = torch.Generator().manual_seed(11)
    vectors = torch.randn(len(tokenizer), source.shape[1], generator=generator)
    for token in range(len(SPECIAL), len(tokenizer)):
        ids = pieces(tokenizer.decode([token]), add_special_tokens=False)["input_ids"]
        ids = [piece for piece in ids if piece != pieces.unk_token_id]
        if ids:
            # A little noise parts tokens that differ in case or a leading blank only.
            vectors[token] = source[ids].mean(0) + 0.25 * vectors[token]
    return vectors * 0.02
