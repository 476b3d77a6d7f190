"""llguidance at work: grammars compiled for one tokenizer, asked token by token while a reply is written."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import numpy as np
    from llguidance import LLMatcher, LLTokenizer
    from transformers import PreTrainedTokenizerBase

COMPILED_KEPT = 32


class GrammarConstraint:
    """One reply's way through a grammar (see ``agent.models.decoding.Constraint``)."""

    def __init__(self, matcher: LLMatcher) -> None:
        self._matcher = matcher

    def forced(self) -> list[int]:
        """Tokens that the grammar leaves no choice about; they are taken."""
        tokens = list(self._matcher.compute_ff_tokens())
        # Forced text that spells a control token is tokenised as that token, which the grammar then rightly refuses.
        tokens = tokens[: self._matcher.validate_tokens(tokens)] if tokens else []
        if tokens:
            self._matcher.consume_tokens(tokens)
        return tokens

    def allowed(self) -> np.ndarray:
        """(vocabulary,) of bool."""
        import numpy as np

        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        return np.unpackbits(bits, bitorder="little").astype(bool)

    def accept(self, token: int) -> None:
        """Take the token that was chosen."""
        self._matcher.consume_token(token)

    def finished(self) -> bool:
        """Whether only the end may follow. Also true when the grammar outgrew its limits, which ends the reply."""
        return bool(self._matcher.is_stopped())


class Grammars:
    """Compiles grammars for one tokenizer. Building its token trie takes up to a second, so it waits for first use."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, *, vocabulary: int, stop_ids: Sequence[int]) -> None:
        self._hf_tokenizer = tokenizer
        self._vocabulary = vocabulary
        self._stop_ids = list(stop_ids)
        self._tokenizer: LLTokenizer | None = None
        self._compiled: OrderedDict[str, LLMatcher] = OrderedDict()
        self._lock = threading.Lock()

    def constraint(self, grammar: str) -> GrammarConstraint:
        """A fresh start in ``grammar`` (Lark form); ``ValueError`` if it does not compile."""
        with self._lock:
            matcher = self._compiled.get(grammar) or self._compile(grammar)
            self._compiled[grammar] = matcher
            self._compiled.move_to_end(grammar)
            if len(self._compiled) > COMPILED_KEPT:
                self._compiled.popitem(last=False)
            return GrammarConstraint(matcher.deep_copy())

    def _compile(self, grammar: str) -> LLMatcher:
        import llguidance.hf

        if self._tokenizer is None:
            self._tokenizer = llguidance.hf.from_tokenizer(
                cast(Any, self._hf_tokenizer), n_vocab=self._vocabulary, eos_token=self._stop_ids
            )
        matcher = llguidance.LLMatcher(self._tokenizer, llguidance.LLMatcher.grammar_from_lark(grammar))
        if matcher.is_error():
            raise ValueError(f"The grammar does not compile: {matcher.get_error()}\n{grammar}")
        return matcher
