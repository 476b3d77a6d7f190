"""Telemetry and chatter of libraries, off before the first of them is imported."""

from __future__ import annotations

import logging
import os
import warnings

QUIET = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_VERBOSITY": "error",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "TOKENIZERS_PARALLELISM": "true",
}
PRIVATE = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
}


def hush_libraries() -> None:
    """Telemetry off whatever the surroundings say; chatter of libraries off unless somebody asked for it."""
    os.environ.update(PRIVATE)
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    logging.getLogger().setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
