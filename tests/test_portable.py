"""Run-time code asks for nothing that only some systems have, but where it has looked which system it is on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "curses", "readline", "posix"}
MODULES |= {"msvcrt", "winreg", "winsound", "_winapi"}
OF_OS = {
    "fork", "forkpty", "wait", "waitpid", "getuid", "geteuid", "getgid", "getegid", "setuid", "setgid", "setsid",
    "chown", "lchown", "fchown", "fchmod", "killpg", "getpgid", "setpgid", "nice", "sync", "pread", "pwrite",
    "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC", "mkfifo", "mknod",
    "statvfs", "getloadavg", "sched_getaffinity", "sched_setaffinity",
    "uname", "startfile", "O_BINARY", "getpriority", "setpriority", "posix_fadvise",
}  # fmt: skip
OF_SIGNAL = {"SIGKILL", "SIGALRM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGQUIT", "SIGSTOP", "SIGCONT", "alarm",
             "setitimer", "pause"}  # fmt: skip
ASKED_FIRST = {"/sys/fs/cgroup"}  # where it is not, it is not read
PATHS = ("/proc/", "/dev/", "/sys/", "/tmp/", "/var/", "/etc/")


def parts_of_one_system(source: str) -> list[str]:
    """What a program uses that only some systems have, outside of branches that look at ``sys.platform``; each with its
    line.
    """
    return [f"line {line}: {what}" for line, what in _found(ast.parse(source), False)]


def _found(node: ast.AST, looked: bool) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.If | ast.IfExp) and "sys.platform" in ast.unparse(node.test):
        looked = True
    if isinstance(node, ast.Try) and any(
        "ImportError" in ast.unparse(each.type) for each in node.handlers if each.type
    ):
        looked = True  # it does without
    if not looked and (what := _of_one_system(node)):
        yield getattr(node, "lineno", 0), what
    for child in ast.iter_child_nodes(node):
        yield from _found(child, looked)


def _of_one_system(node: ast.AST) -> str | None:
    match node:
        case ast.Import(names=names):
            return next((each.name for each in names if each.name in MODULES), None)
        case ast.ImportFrom(module=module, names=names):
            if module in MODULES:
                return module
            own = {"os": OF_OS, "signal": OF_SIGNAL}.get(module or "", set())
            return next((f"{module}.{each.name}" for each in names if each.name in own), None)
        case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in OF_OS:
            return f"os.{name}"
        case ast.Attribute(value=ast.Name(id="signal"), attr=name) if name in OF_SIGNAL:
            return f"signal.{name}"
        case ast.Call(args=[ast.Constant(value="fork" | "forkserver"), *_]):
            return "processes by fork"
        case ast.Constant(value=str() as text) if text.startswith(PATHS) and text not in ASKED_FIRST:
            return f"the path {text!r}"
    return None


@pytest.mark.parametrize(
    "source",
    ["import fcntl", "from resource import getrusage", "import os\nos.geteuid()", "from os import fork",
     "import signal\nsignal.alarm(3)", "import multiprocessing as m\nm.get_context('fork')", "open('/proc/meminfo')",
     "import os\nx = os.O_RDONLY | os.O_DIRECTORY"],
)  # fmt: skip
def test_it_is_found(source: str) -> None:
    assert len(parts_of_one_system(source)) == 1
    guarded = "import sys\nif sys.platform == 'linux':\n    " + source.replace("\n", "\n    ")
    assert parts_of_one_system(guarded) == []


def test_run_time_code_runs_on_every_system() -> None:
    found = {}
    for path in [
        ROOT / "app.py",
        *(path for folder in ("agent", "tools", "index") for path in (ROOT / folder).rglob("*.py")),
    ]:
        if "training" not in path.parts and (parts := parts_of_one_system(path.read_text(encoding="utf-8"))):
            found[str(path.relative_to(ROOT))] = parts
    assert found == {}


def test_files_have_names_that_every_system_takes() -> None:
    """Nothing that Windows forbids, and no two names that differ in case alone."""
    names = [
        path.relative_to(ROOT).as_posix()
        for folder in ("agent", "tools", "index", "docs")
        for path in (ROOT / folder).rglob("*")
    ]
    assert [name for name in names if set(name) & set('<>:"|?*\\') or name.rpartition("/")[2].split(".")[0].lower() in
            {"con", "prn", "aux", "nul"}] == []  # fmt: skip
    assert len({name.casefold() for name in names}) == len(names)
