"""What the commands that train a head have in common: their options, and the head on its layers, made ready."""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from index.encoding.network import SHARED_LAYERS, WEIGHTS, Head, LowerLayers
from index.encoding.trunk import load_tokenizer, load_trunk
from index.training.adapt import start_from
from index.training.loop import Recipe, device


def head_options(description: str | None, name: str, rate: float) -> argparse.ArgumentParser:
    """Options of a command that trains the head ``name``, by default at this learning rate."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work") / name)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=Recipe.batch)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--shared", type=int, default=SHARED_LAYERS, help="lower layers that stay the trunk's")
    parser.add_argument("--start", type=Path, help="layers made by index.training.adapt, or a deeper head")
    parser.add_argument("--inner", type=int, help="inner values that each layer keeps (index/training/prune.py)")
    parser.add_argument("--teachers", type=Path, nargs="*", default=[], help="heads that are learned from too")
    parser.add_argument("--untold", type=Path, nargs="*", default=[], help="further texts for the teachers to label")
    parser.add_argument("--most", type=int, default=20_000, help="texts of each of these files")
    parser.add_argument("--out", type=Path, default=WEIGHTS / f"{name}.safetensors")
    return parser


def recipe_of(options: argparse.Namespace) -> Recipe:
    return Recipe(options.epochs, options.batch, options.rate, seed=options.seed)


def made_ready(
    kind: Callable[[Any, int], Head], options: argparse.Namespace, tokens: int
) -> tuple[Any, Any, Head, LowerLayers]:
    """The trunk, its tokenizer cutting texts after ``tokens``, the head to train and the layers below it; seeded."""
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    trunk, tokenizer = load_trunk(), load_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(tokens)
    tokenizer.no_padding()
    head, lower = kind(trunk, options.shared), LowerLayers(trunk, options.shared)
    start_from(head, options.start)
    return trunk, tokenizer, head.to(device()), lower
