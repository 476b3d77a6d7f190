"""The page is there soon: nothing is imported or done before it that can wait."""

from __future__ import annotations

import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from agent.page import serving
from agent.page.answering import LOADING, THINKING, ask
from agent.page.conversation import Conversation
from agent.page.limiter import FifoLimiter
from agent.page.opening import Opening
from tests.fake_analyst import FakeAnalyst

PROGRAM = """
import inspect, sys
found = inspect.getfile
from agent.page.serving import import_gradio
import_gradio()
assert inspect.getfile is found
import agent.page.build, agent.page.serving
print(sorted({'torch', 'spacy', 'transformers', 'chromadb', 'duckdb', 'matplotlib'} & set(sys.modules)))
"""


def test_the_page_waits_for_no_model() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_no_stub_is_written() -> None:
    program = (
        "import jinja2\n"
        "made = []\n"
        "render = jinja2.Template.render\n"
        "jinja2.Template.render = lambda self, *a, **k: made.append('contents' in k) or render(self, *a, **k)\n"
        "from agent.page.serving import import_gradio\n"
        "import_gradio()\n"
        "import gradio\n"
        "gradio.Button\n"
        "print(sum(made))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "0", done.stderr


def test_models_are_loaded_although_nobody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_START", 0.01)
    started = threading.Event()
    serving._start_soon(SimpleNamespace(start=started.set))  # type: ignore[arg-type]
    assert started.wait(10)


def test_threads_share_heaps() -> None:
    program = (
        "import ctypes, threading\n"
        "from agent.page.serving import HEAPS, share_heaps\n"
        "share_heaps()\n"
        "libc = ctypes.CDLL(None)\n"
        "hold = threading.Barrier(9)\n"
        "def work():\n"
        "    kept = [bytes(400) for _ in range(2000)]\n"
        "    hold.wait(20); hold.wait(20)\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\n"
        "[thread.start() for thread in threads]\n"
        "hold.wait(20)\n"
        "libc.malloc_stats()\n"
        "hold.wait(20)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    if "Arena" in done.stderr:  # the C library is the one that has them
        assert done.stderr.count("Arena") <= serving.HEAPS


def test_something_is_seen_as_soon_as_a_question_is_put() -> None:
    going = threading.Event()
    opening = Opening(lambda: going.wait(10) and FakeAnalyst())  # type: ignore[arg-type, return-value]
    first, second, limiter = Conversation(), Conversation(), FifoLimiter(2)
    assert ask(first, "q", opening, limiter) is not None
    assert first.messages[0]["content"] == "q" and first.messages[1]["metadata"]["title"] == LOADING
    going.set()
    opening.get()
    assert ask(second, "q", opening, limiter) is not None
    assert second.messages[0]["content"] == "q" and len(second.messages) >= 2
    assert second.messages[1]["metadata"]["title"] in (
        THINKING,
        "Searching posts about tea",
        "Searched posts about tea",
    )
