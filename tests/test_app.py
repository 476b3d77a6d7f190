"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import app
import index.build
from agent import sample
from agent.events import ToolFinished
from index.build import Tally
from index.posts.report import Report
from tests.conftest import small_rows
from tests.fake_analyst import FakeAnalyst, finished, index_folder, manifest
from tools.library import Library
from tools.registry import call_tool

ROOT = Path(app.__file__).parent


@pytest.fixture
def analyst(monkeypatch: pytest.MonkeyPatch) -> FakeAnalyst:
    """Stands where the real one would be opened."""
    fake, module = FakeAnalyst(), ModuleType("agent.analyst")

    class Analyst:
        @classmethod
        def open(
            cls, folder: Path, *, model: str | None = None, quantize: str | None = None, memory: Any = None
        ) -> FakeAnalyst:
            fake.model_name = " ".join(filter(None, [model or "fake", quantize]))
            return fake

    module.Analyst = Analyst  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "agent.analyst", module)
    return fake


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ANALYST_INDEX", raising=False)
    return index_folder(tmp_path / "index")


def run(*words: str | Path, typed: str | None = None) -> Result:
    return CliRunner().invoke(app.app, [str(word) for word in words], input=typed)


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys, app\ntry: app.app(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'gradio', 'transformers', 'chromadb', 'spacy', 'langchain', 'numpy', 'pandas', 'duckdb'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in ("index", "ask", "chat", "call", "info", "eval", "serve"))


def test_ask_puts_the_final_answer_on_stdout_and_the_steps_on_stderr(analyst: FakeAnalyst, folder: Path) -> None:
    done = run("ask", "Who drinks tea?", "--index", folder)
    assert done.exit_code == 0
    assert "They like **tea**, asked 'Who drinks tea?'." in done.stdout
    assert "99 teas" not in done.stdout and "search_posts" not in done.stdout
    assert '→ search_posts(query="tea", limit=5)' in done.stderr and "2 posts nearest" in done.stderr


def test_ask_json_prints_one_object_and_nothing_else(analyst: FakeAnalyst, folder: Path) -> None:
    done = run("ask", "Who drinks tea?", "--index", folder, "--json", "--model", "some/model")
    assert done.exit_code == 0
    assert set(json.loads(done.stdout)) == {
        "answer", "calls", "results", "not_covered", "grounded", "sources", "seconds", "model",
    }  # fmt: skip
    assert "chatter" in done.stderr and analyst.model_name == "some/model"


def test_larger_models_are_named_quantized_and_said_to_be_elsewhere(analyst: FakeAnalyst, folder: Path) -> None:
    assert run("ask", "q", "--index", folder, "--model", "some/model", "--quantize", "4bit").exit_code == 0
    assert analyst.model_name == "some/model 4bit"
    away, here = (
        run("ask", "q", "--index", folder, "--model", f"http://{host}:8000/v1#x") for host in ("10.0.0.7", "localhost")
    )
    assert "are sent to http://10.0.0.7:8000/v1." in away.stderr and "are sent to" not in here.stderr
    assert run("ask", "q", "--index", folder, "--quantize", "3bit").exit_code == 2


def test_ask_says_when_an_answer_is_not_grounded(analyst: FakeAnalyst, folder: Path) -> None:
    analyst.script = lambda question: iter([finished("42.", grounded=False)])
    assert "traced" in run("ask", "How many?", "--index", folder).stderr


def test_terminal_commands_in_posts_are_taken_out(analyst: FakeAnalyst, folder: Path) -> None:
    analyst.script = lambda question: iter([finished("a \x1b[2J\x1b]0;hacked\x07 b \u202edcba")])
    assert not set("\x1b\x07\u202e") & set(run("ask", "q", "--index", folder).stdout)


@pytest.mark.parametrize("question", ["", "   ", "x" * 50_000])
@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_impossible_questions_end_with_a_sentence(
    analyst: FakeAnalyst, folder: Path, question: str, extra: list[str]
) -> None:
    done = run("ask", question, "--index", folder, *extra)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("The question") and "Traceback" not in done.stderr


def test_what_nobody_foresaw_is_a_sentence_too_unless_debugging(analyst: FakeAnalyst, folder: Path) -> None:
    def broken(question: str) -> Any:
        raise ZeroDivisionError("oh")

    analyst.script = broken
    done = run("ask", "q", "--index", folder)
    assert done.exit_code == 1 and "ZeroDivisionError: oh" in done.stderr and "--debug" in done.stderr
    assert isinstance(run("--debug", "ask", "q", "--index", folder).exception, ZeroDivisionError)


def test_an_index_that_is_not_there(analyst: FakeAnalyst, tmp_path: Path) -> None:
    for words in (
        ["ask", "q", "--index"],
        ["info"],
        ["serve", "--index"],
        ["call", "search_posts", "query=a", "--index"],
    ):
        done = run(*words, tmp_path / "none")
        assert done.exit_code == 1 and "no index" in done.stderr and analyst.asked == []


def test_the_index_comes_from_the_environment(
    analyst: FakeAnalyst, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYST_INDEX", str(folder))
    assert run("ask", "q").exit_code == 0
    assert json.loads(run("info", "--json").stdout)["index"] == str(folder)


def test_without_an_index_the_sample_is_indexed_once(
    analyst: FakeAnalyst, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []

    def build(files: list[str], out: Path) -> None:
        built.append(files)
        index_folder(out)

    monkeypatch.setattr(sample, "SAMPLE_INDEX", tmp_path / "indexes" / "sample")
    monkeypatch.setattr(sample, "build", build)
    assert [run("ask", "q").exit_code, run("ask", "q").exit_code] == [0, 0]
    assert built == [[str(ROOT / "index" / "sample" / "posts.jsonl")]]


def test_chat_is_one_conversation_and_outlives_errors(analyst: FakeAnalyst, folder: Path) -> None:
    done = run("chat", "--index", folder, typed="one\n\n" + "x" * 5000 + "\ntwo\nexit\nthree\n")
    assert done.exit_code == 0
    assert [question[:3] for question, _ in analyst.asked] == ["one", "xxx", "two"]
    assert len({thread for _, thread in analyst.asked}) == 1 and None not in {thread for _, thread in analyst.asked}
    assert "5,000 characters" in done.stderr and "asked 'two'" in done.stdout


def test_a_chat_is_resumed_over_the_same_index_only(
    analyst: FakeAnalyst, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYST_STATE", str(tmp_path / "state"))
    assert "no earlier conversation" in run("chat", "--resume", "--index", folder, typed="one\n").stderr
    run("chat", "--index", folder, typed="two\n")
    assert "Going on with: two" in run("chat", "--resume", "--index", folder, typed="three\n").stderr
    other = index_folder(tmp_path / "other")
    assert "no earlier conversation" in run("chat", "--resume", "--index", other, typed="four\n").stderr
    threads = [thread for _, thread in analyst.asked]
    assert threads[1] == threads[2] and len(set(threads)) == 3


def test_ctrl_c_in_a_chat_stops_the_answer_only(analyst: FakeAnalyst, folder: Path) -> None:
    def script(question: str) -> Any:
        if question == "one":
            raise KeyboardInterrupt
        return iter([finished("second answer")])

    analyst.script = script
    done = run("chat", "--index", folder, typed="one\ntwo\n")
    assert done.exit_code == 0 and "Stopped" in done.stderr and "second answer" in done.stdout


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["call", "find_people"], "search_posts"),
        (["call", "search_posts", "tea"], "key=value"),
        (["serve", "--host", "0.0.0.0"], "--auth user:password"),
        (["serve", "--host", "example.org"], "--auth user:password"),
        (["serve", "--host", "0.0.0.0", "--auth", "me"], "user:password"),
        (["index", "a.jsonl", "--out", "x", "--map", "text"], "key=value"),
    ],
)
def test_wrong_usage_ends_with_2_and_names_the_choices(words: list[str], named: str) -> None:
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "") and named in done.stderr


def test_call_runs_a_tool(tiny_index: Path) -> None:
    done = run("call", "get_profile", "user=@Ana", "--index", tiny_index, "--json")
    assert json.loads(done.stdout)["tool"] == "get_profile", done.stderr
    assert "ana" in run("call", "get_profile", "user=ana", "--index", tiny_index).stdout


@pytest.mark.parametrize("argument", ["colour=red", "limit=many", "sentiment=angry"])
def test_bad_arguments_of_a_tool_are_wrong_usage(tiny_index: Path, argument: str) -> None:
    done = run("call", "search_posts", "query=nike", argument, "--index", tiny_index)
    assert done.exit_code == 2 and argument.partition("=")[0] in done.stderr


def test_what_a_tool_cannot_find_is_no_wrong_usage(tiny_index: Path) -> None:
    done = run("call", "get_profile", "user=nobody_here", "--index", tiny_index, "--json")
    assert (done.exit_code, done.stdout) == (1, "") and "nobody_here" in done.stderr


def test_call_draws_and_exports(tiny_index: Path, tmp_path: Path) -> None:
    words = ("call", "find_audience", "campaign=Nike", "--index", tiny_index, "--json")
    done = run(*words, "--chart", tmp_path / "a.svg", "--export", tmp_path / "a.csv")
    assert json.loads(done.stdout)["tool"] == "find_audience", done.stderr
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml") and f"Saved {tmp_path / 'a.csv'}." in done.stderr
    assert (tmp_path / "a.csv").read_text().startswith("handle,probability,low,high,reasons,against,evidence,")
    assert run(*words, "--export", tmp_path / "b.json").exit_code == 0
    assert json.loads((tmp_path / "b.json").read_text())["index"]["people"] == 6


@pytest.mark.parametrize(
    ("words", "name", "begin"),
    [
        (["count", "of=people", "topic=Nike"], "a.csv", b"of,value,whole,share,posts,people,subject,index,question,"),
        (["search_posts", "query=Nike", "limit=2"], "a.xlsx", b"PK"),
        (["get_profile", "user=ana"], "a.md", b"# Profile of @ana\n"),
        (["cannot_tell", "why=future"], "a.json", b'{\n "call"'),
        (["write_brief", "campaign=Nike", "limit=2"], "a.html", b"<!doctype html>"),
    ],
)
def test_every_tool_is_exported(tiny_index: Path, tmp_path: Path, words: list[str], name: str, begin: bytes) -> None:
    done = run("call", *words, "--index", tiny_index, "--export", tmp_path / name)
    assert done.exit_code == 0 and f"Saved {tmp_path / name}." in done.stderr, done.stderr
    assert (tmp_path / name).read_bytes().startswith(begin)


def test_ask_exports_what_the_tools_found(analyst: FakeAnalyst, tiny_index: Path, tmp_path: Path) -> None:
    library = Library.open(tiny_index)
    analyst.library = library

    def script(question: str) -> Any:
        for args in ({"of": "people"}, {"of": "posts"}, {"of": "people"}):
            yield ToolFinished("1", "count", "told", call_tool(library, "count", args), 0.1, args)
        yield ToolFinished("2", "count", "failed", None, 0.1)
        yield finished("done")

    analyst.script = script
    for extra in ([], ["--json"]):
        done = run("ask", "How many?", "--index", tiny_index, "--export", tmp_path / "a.json", *extra)
        assert done.exit_code == 0 and f"Saved {tmp_path / 'a-2.json'}." in done.stderr, done.stderr
        assert "done" in done.stdout and "Saved" not in done.stdout
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "a-2.json"))
    assert [first["of"], second["of"]] == ["posts", "people"] and first["export"]["question"] == "How many?"
    assert first["export"]["model"] == analyst.model_name and not (tmp_path / "a-3.json").exists()


def test_an_answer_without_results_exports_nothing(analyst: FakeAnalyst, folder: Path, tmp_path: Path) -> None:
    analyst.script = lambda question: iter([finished("Hello.")])
    done = run("ask", "Hi", "--index", folder, "--export", tmp_path / "a.csv")
    assert done.exit_code == 1 and "Hello." in done.stdout and "nothing to export" in done.stderr
    refused = run("ask", "Hi", "--index", folder, "--export", tmp_path / "a.pdf")
    assert (refused.exit_code, refused.stdout) == (1, "") and "An export ends in" in refused.stderr
    assert len(analyst.asked) == 1 and not list(tmp_path.glob("a.*"))


@pytest.mark.parametrize("name", ["nike.html", "nike.md"])
def test_report_writes_one_file_and_tells_the_brief(tiny_index: Path, tmp_path: Path, name: str) -> None:
    words = ("report", "Nike", "limit=2", "never_names=Adidas", "--index", tiny_index, "--out", tmp_path / name)
    done = run(*words)
    assert done.exit_code == 0 and done.stdout.startswith("Brief for Nike: 3 posts are about it"), done.stderr
    assert f"Saved {tmp_path / name}." in done.stderr
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert "Campaign brief: Nike" in text and "Only people who never mention" in text and "1 person left out" in text
    told = json.loads(run(*words, "--json").stdout)
    assert told["tool"] == "write_brief" and len(told["audience"]["people"]) == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["Nike", "--out", "{}/a.pdf"], 1, "A report ends in .html or .md"),
        (["Nike", "--out", "{}/none/a.html"], 1, "no such folder"),
        (["Nike", "running", "--out", "{}/a.html"], 2, "key=value"),
        (["Nike", "colour=red", "--out", "{}/a.html"], 2, "colour"),
        (["Nike", "community=nowhere_here", "--out", "{}/a.html"], 1, "no community named"),
        (["people with depression", "--out", "{}/a.html"], 1, "never inferred"),
        (["Nike"], 2, "--out"),
    ],
)
def test_a_report_that_cannot_be_leaves_no_file(
    tiny_index: Path, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    done = run("report", *(word.format(tmp_path) for word in words), "--index", tiny_index)
    assert (done.exit_code, done.stdout) == (code, "") and said in done.stderr and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("tool", "option", "name", "said"),
    [
        ("find_audience", "--chart", "a.gif", "A chart ends in .png or .svg"),
        ("find_audience", "--chart", ".", "This is a directory"),
        ("find_audience", "--export", "a.pdf", "An export ends in .csv, .xlsx, .json or .md"),
        ("get_profile", "--export", "a.html", "An export ends in .csv, .xlsx, .json or .md"),
        ("get_profile", "--export", "none/a.csv", "There is no such folder"),
    ],
)
def test_files_that_cannot_be_are_refused_at_once(
    folder: Path, tmp_path: Path, tool: str, option: str, name: str, said: str
) -> None:
    done = run("call", tool, "user=ana", option, tmp_path / name, "--index", folder)
    assert (done.exit_code, done.stdout) == (1, "") and said in done.stderr


def test_a_result_without_a_picture_is_still_shown(tiny_index: Path, tmp_path: Path) -> None:
    done = run("call", "search_posts", "query=nike", "--chart", tmp_path / "a.png", "--index", tiny_index)
    assert done.exit_code == 1 and "Nike" in done.stdout and "nothing to draw" in done.stderr


def test_index_reports_what_it_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "posts.jsonl"
    source.write_text("{}\n")
    report = Report(posts=12345, duplicates=2, rejected=Counter({"no text": 2, "no author": 1}))
    tally = Tally(posts=12345, report=report)
    seen: dict[str, Any] = {}

    def build(sources: list[str], out: Path, **options: Any) -> Any:
        seen.update(options)
        options["watch"].advance(3, 12345)
        return manifest(rejected=3, duplicates=2), tally

    monkeypatch.setattr(index.build, "build_index", build)
    done = run("index", source, "--out", tmp_path / "out", "--map", "text=body", "--ner", "xx_small")
    assert done.exit_code == 0 and seen["options"].columns == {"text": "body"} and seen["ner"] == "xx_small"
    for part in ("12,345 posts by 678 people", "2013-01-03 to 2023-06-30", "2 × no text", "2 duplicates", "617 posts/s",
                 "900 MB", str(tmp_path / "out")):  # fmt: skip
        assert part in done.stdout
    told = json.loads(run("index", source, "--out", tmp_path / "out", "--json").stdout)
    assert told["posts"] == 12345 and told["reasons"] == {"no text": 2, "no author": 1}


def test_ctrl_c_while_indexing_ends_calmly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    source = tmp_path / "posts.jsonl"
    source.write_text("{}\n")
    monkeypatch.setattr(index.build, "build_index", build)
    done = run("index", source, "--out", tmp_path / "out")
    assert (done.exit_code, done.stderr) == (1, "Stopped; nothing was left behind.\n")


def test_ctrl_c_tells_how_to_go_on(tmp_path: Path, fake_reader: Any) -> None:
    """And so does any other end; the next run says where it goes on."""
    source, words = tmp_path / "posts.jsonl", ("index", tmp_path / "posts.jsonl", "--out", tmp_path / "out")
    source.write_text("".join(json.dumps(row) + "\n" for row in small_rows()))
    kept = "posts are analysed and kept: the same command goes on from there."

    def stop(number: int) -> None:
        if number:
            raise KeyboardInterrupt if number == 1 else RuntimeError("head")

    fake_reader.on_read = stop
    done = run(*words)
    assert (done.exit_code, done.stderr) == (1, f"2 {kept}\nStopped.\n")
    fake_reader.forget()
    fake_reader.on_read = lambda number: stop(2 * number)
    done = run(*words)
    assert done.stderr.splitlines()[:2] == ["Resumed at 2 posts.", f"4 {kept}"] and "head" in done.stderr
    fake_reader.forget()
    done = run(*words)
    assert done.exit_code == 0 and "Resumed at 4 posts." in done.stderr and "Indexed 11 posts" in done.stdout


@pytest.mark.parametrize(
    ("read", "posts", "total", "said"),
    [
        (300, 12_000, 1_000, " of about 40,000"),
        (333, 12_000, 1_000, " of about 36,000"),
        (1, 3, 2, " of about 6"),
        (1_000, 12_000, 1_000, ""),  # a small file is read at once
        (300, 12_000, None, ""),
        (0, 5, 10, ""),
    ],
)
def test_how_many_posts_there_may_be(read: int, posts: int, total: int | None, said: str) -> None:
    from agent.console import _of_about

    assert _of_about(read, posts, total) == said


def test_index_and_info_on_real_posts(tiny_index: Path, encoder: Any, tmp_path: Path) -> None:
    done = run("index", tiny_index.parent / "posts.jsonl", "--out", tmp_path / "again")
    assert done.exit_code == 0 and "11 posts by 6 people" in done.stdout and "Rejected" in done.stdout
    assert "11" in run("info", tmp_path / "again").stdout
    assert json.loads(run("info", tmp_path / "again", "--json").stdout)["people"] == 6


@pytest.mark.parametrize(("mention", "code"), [("tea", 0), ("coffee", 1)])
def test_eval_ends_with_1_if_a_case_fails(
    analyst: FakeAnalyst, folder: Path, tmp_path: Path, mention: str, code: int
) -> None:
    analyst.script = lambda question: iter([finished("They like tea.")])
    suite = tmp_path / "suite.yaml"
    suite.write_text(f"id: tea\nturns:\n  - ask: Who drinks tea?\n    answer: {{mentions: [{mention}]}}\n")
    done = run("eval", suite, "--index", folder, "--json", "--out", tmp_path / "report.json")
    assert done.exit_code == code, done.stderr
    report = json.loads(done.stdout)
    assert [case["passed"] for case in report["cases"]] == [code == 0]
    assert json.loads((tmp_path / "report.json").read_text())["summary"]["passed"] == 1 - code
    assert run("eval", suite, "--index", folder).exit_code == code


def test_telemetry_is_off_whatever_the_surroundings_say() -> None:
    names = ["HF_HUB_DISABLE_TELEMETRY", "GRADIO_ANALYTICS_ENABLED", "ANONYMIZED_TELEMETRY", "LANGSMITH_TRACING"]
    code = f"import os, app; app.hush_libraries(); print([os.environ[name] for name in {names}])"
    outside = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "True", "LANGSMITH_TRACING": "true"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=outside, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['1', 'False', 'False', 'false']"
