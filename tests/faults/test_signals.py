"""Ctrl-C and kill -9 while a real process is indexing: what was there before stays, and the next run goes on."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import app
from index.manifest import read_manifest
from tests.conftest import ROOT

PATIENCE = 300  # seconds after which something hangs
ROW = '{"id": "%d", "author": "ana", "text": "tea again"}\n'


@pytest.fixture
def old(tiny_index: Path, tmp_path: Path) -> Path:
    """The index that a build would replace."""
    return shutil.copytree(tiny_index, tmp_path / "indexes" / "mine")


@contextmanager
def indexing(out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in the middle of indexing: it has begun to write and waits for more posts."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, app.__file__, "index", "-", "--out", str(out)]
    # Where the tests themselves run in the background Ctrl-C is ignored, and children inherit that.
    heeding = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, preexec_fn=heeding, **pipes) as process:  # type: ignore[call-overload]
        try:
            assert process.stdin
            process.stdin.write("".join(ROW % number for number in range(9)).encode())
            process.stdin.flush()
            until = time.monotonic() + PATIENCE
            while len(list((out / "versions").iterdir())) == 1:
                assert process.poll() is None and time.monotonic() < until, process.communicate()
                time.sleep(0.02)
            yield process
        finally:
            process.kill()


def test_ctrl_c_leaves_nothing_half_made(old: Path) -> None:
    before = read_manifest(old)
    with indexing(old) as process:
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=PATIENCE)
    assert process.returncode in (1, 130) and out == b""
    assert told.decode().splitlines()[-1].startswith("Stopped") and b"Traceback" not in told
    assert [path.name for path in old.parent.iterdir()] == ["mine"]
    assert read_manifest(old) == before


def test_after_kill_9_the_old_index_is_whole_and_the_next_run_works(old: Path) -> None:
    before = read_manifest(old)
    with indexing(old) as process:
        process.kill()
        process.wait(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    assert read_manifest(old) == before
    with indexing(old) as process:
        out, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, told.decode()
    assert b"Indexed 9 posts" in out and read_manifest(old).posts == 9


def test_a_build_that_is_killed_again_and_again_makes_the_same_index() -> None:
    """At random moments, with a fake in place of the models."""
    command = [sys.executable, str(ROOT / "tests" / "faults" / "kill_resumes.py")]
    command += ["--kills", "10", "--posts", "600", "--batch", "8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["differences"] == [] and told["left"] == []
    *killed, last = told["analysed"]
    assert sum(killed) > 0 and last < told["posts"]  # the last run did not begin anew
    # Of a run that is killed the batch that was read last may be lost, and the one that is being stored.
    assert told["posts"] <= sum(told["analysed"]) <= told["posts"] + 2 * told["batch"] * len(killed)
