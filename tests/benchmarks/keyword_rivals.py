"""Other people's key phrases, on the same texts: KeyBERT with the same MiniLM, YAKE, and TF-IDF.

Each is a function texts → phrases of each text, best first; all see phrases of one to three words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

LONGEST = 3  # words in a phrase, for each rival alike
MOST = 15  # phrases asked for: more than are scored, since some fall together when stemmed
INSTALL = "pip install 'audience-analyst[dev]'"
Phrases = list[list[str]]


def tfidf(texts: Sequence[str]) -> Phrases:
    """TF-IDF over 1–3-grams without English stop words; document frequencies are those of ``texts`` themselves."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(ngram_range=(1, LONGEST), stop_words="english", sublinear_tf=True)
    weights = vectorizer.fit_transform(texts).tocsr()
    names = vectorizer.get_feature_names_out()
    found = []
    for row in range(weights.shape[0]):
        columns, values = weights[row].indices, weights[row].data
        found.append([str(names[i]) for i in columns[np.argsort(-values, kind="stable")[:MOST]]])
    return found


def yake(texts: Sequence[str]) -> Phrases:
    """YAKE (Campos et al., 2020) with its own defaults."""
    from yake import KeywordExtractor

    extractor = KeywordExtractor(lan="en", n=LONGEST, top=MOST)
    return [[phrase for phrase, _ in extractor.extract_keywords(text)] for text in texts]


def keybert(texts: Sequence[str]) -> Phrases:
    """KeyBERT (Grootendorst, 2020) on the trunk that we use ourselves."""
    from keybert import KeyBERT
    from sentence_transformers import SentenceTransformer

    from index.encoding.trunk import trunk_path

    model = KeyBERT(model=SentenceTransformer(str(trunk_path()), local_files_only=True))  # type: ignore[arg-type]
    found = []
    for text in texts:
        # Asked text by text: in one call KeyBERT would hold the vectors of all texts' phrases at once.
        said = model.extract_keywords(text, keyphrase_ngram_range=(1, LONGEST), stop_words="english", top_n=MOST)
        found.append([str(phrase) for phrase, _ in said])
    return found


RIVALS: dict[str, Callable[[Sequence[str]], Phrases]] = {"keybert": keybert, "yake": yake, "tfidf": tfidf}
