"""The repository as a Hugging Face Space: its front matter, its lock, and who is let in."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from typer.testing import CliRunner, Result

import agent.page.serving
import app
from agent.page.serving import POLICY, headers, policy

SPACE = {"SPACE_ID": "me/analyst", "GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "7999"}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """How the page was served, in place of serving it."""
    for name in (*SPACE, "ANALYST_INDEX", "ANALYST_AUTH", "ANALYST_MCP"):
        monkeypatch.delenv(name, raising=False)
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(agent.page.serving, "serve_page", lambda *things, **how: calls.append(how))
    return calls


def run(*words: str, **surroundings: str) -> Result:
    return CliRunner().invoke(app.app, words, env=surroundings)


def pins() -> dict[str, str]:
    lines = (Path(app.__file__).parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, _, version in pairs}


def test_the_front_matter_says_how_to_run_it() -> None:
    front = yaml.safe_load((Path(app.__file__).parent / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert front["sdk"] == "gradio" and front["sdk_version"] == pins()["gradio"]
    assert front["python_version"] == "3.11" and (Path(app.__file__).parent / front["app_file"]).is_file()
    assert len(front["short_description"]) <= 60  # the hub refuses more


def test_the_lock_fits_beside_what_a_space_installs() -> None:
    """A Space installs gradio[oauth,mcp] in one go with requirements.txt: one pin out of range and nothing builds."""
    locked = pins()
    wanted = [Requirement(line) for line in requires("gradio") or []]
    wanted = [need for need in wanted if need.marker is None or any(map(_holds(need), ("", "mcp", "oauth")))]
    pinned = [need for need in wanted if need.name.lower() in locked]
    assert {"pydantic", "mcp"} <= {need.name.lower() for need in pinned}
    assert [str(need) for need in pinned if not need.specifier.contains(locked[need.name.lower()])] == []


def _holds(need: Requirement) -> Any:
    return lambda extra: need.marker is None or need.marker.evaluate({"extra": extra})


def test_a_space_listens_where_it_is_told_and_asks_for_no_login(served: list[dict[str, Any]]) -> None:
    done = run(**SPACE)
    assert done.exit_code == 0, done.stderr
    assert served == [{"host": "0.0.0.0", "port": 7999, "login": None, "mcp": False}]
    assert run(**SPACE, ANALYST_AUTH="me:secret").exit_code == 0 and served[1]["login"] == ("me", "secret")


def test_any_other_machine_asks_for_one(served: list[dict[str, Any]]) -> None:
    open_to_all = {name: value for name, value in SPACE.items() if name != "SPACE_ID"}
    done = run(**open_to_all)
    assert done.exit_code == 2 and "--auth user:password" in done.stderr and served == []
    assert run("serve", "--mcp", **open_to_all).exit_code == 2 and served == []
    assert run(**open_to_all, ANALYST_AUTH="me:secret").exit_code == 0
    assert run("serve", "--host", "127.0.0.1", **open_to_all).exit_code == 0
    assert run("serve", "--mcp").exit_code == 0
    assert [how["host"] for how in served] == ["0.0.0.0", "127.0.0.1", "127.0.0.1"]
    assert [how["mcp"] for how in served] == [False, False, True]


def test_only_in_a_space_the_hub_may_frame_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert policy() == f"{POLICY}'none'" and POLICY.endswith("frame-ancestors ")
    assert (b"x-frame-options", b"DENY") in headers()
    monkeypatch.setenv("SPACE_ID", "me/analyst")
    assert policy() == f"{POLICY}'self' https://huggingface.co"
    assert "x-frame-options" not in {name.decode() for name, _ in headers()}
