"""Nothing that only POSIX has stands where Windows comes along."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "qwentts_cli"
POSIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
POSIX_NAMES = {
    "os": {
        *(
            "chown",
            "fchmod",
            "fchown",
            "fork",
            "forkpty",
            "getegid",
            "geteuid",
            "getgid",
            "getpgid",
            "getppid",
        ),
        *(
            "getuid",
            "killpg",
            "mkfifo",
            "mknod",
            "nice",
            "openpty",
            "O_NOFOLLOW",
            "O_NONBLOCK",
            "O_DIRECTORY",
        ),
        *(
            "posix_fadvise",
            "pread",
            "preadv",
            "pwrite",
            "register_at_fork",
            "sendfile",
            "set_blocking",
            "setpgid",
        ),
        *(
            "setsid",
            "setuid",
            "statvfs",
            "sync",
            "sysconf",
            "ttyname",
            "uname",
            "wait",
            "wait3",
            "wait4",
            "waitid",
        ),
    },
    "signal": {
        *("SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP"),
        *("SIGUSR1", "SIGUSR2", "SIGWINCH", "alarm", "pause", "pthread_kill", "pthread_sigmask", "setitimer"),
    },
    "select": {"epoll", "kqueue", "poll", "POLLIN", "POLLOUT", "POLLHUP", "POLLERR"},
    "socket": {"AF_UNIX", "socketpair"},
    "time": {"tzset"},
}
# Without one of these imports there is nothing to find.
IMPORTED = re.compile(rf"\b(import|from) .*\b({'|'.join([*POSIX_MODULES, *POSIX_NAMES])})\b")
# What asks for the system, or for the name itself.
_ASKS = ("win32", "'nt'", "hasattr(")


def breaches_in(source: str) -> list[str]:
    """What only POSIX has, where nothing asked for the system; a class called Posix... is chosen by that."""
    found: list[str] = []

    def visit(node: ast.AST, *, is_safe: bool) -> None:
        if not is_safe:
            found.extend(names_of(node))
        if isinstance(node, ast.ClassDef) and node.name.startswith("Posix"):
            is_safe = True
        if isinstance(node, ast.If | ast.IfExp | ast.BoolOp) and asks(node):
            is_safe = True
        for _, value in ast.iter_fields(node):
            safe_from_here = is_safe
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child, is_safe=safe_from_here)
                    safe_from_here = safe_from_here or is_way_out(child)

    visit(ast.parse(source), is_safe=False)
    return found


def asks(node: ast.If | ast.IfExp | ast.BoolOp) -> bool:
    question = node.values[0] if isinstance(node, ast.BoolOp) else node.test
    return any(word in ast.unparse(question) for word in _ASKS)


def is_way_out(node: ast.AST) -> bool:
    """Whether what follows is not for Windows: `if sys.platform == "win32": ... return`."""
    return isinstance(node, ast.If) and asks(node) and isinstance(node.body[-1], ast.Return | ast.Raise)


def names_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.name in POSIX_MODULES]
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or ""] if node.module in POSIX_MODULES else []
        return modules + [
            f"{node.module}.{alias.name}"
            for alias in node.names
            if alias.name in POSIX_NAMES.get(node.module or "", ())
        ]
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return [ast.unparse(node)] if node.attr in POSIX_NAMES.get(node.value.id, ()) else []
    return []


def test_no_posix_only_call_is_on_a_path_that_windows_takes() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    breaches = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path, source in sources.items()
        if IMPORTED.search(source)
        for name in breaches_in(source)
    ]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", ["fcntl"]),
        ("def f():\n    import termios", ["termios"]),
        ("from signal import SIGHUP", ["signal.SIGHUP"]),
        ("os.geteuid()", ["os.geteuid"]),
        ("if sys.platform != 'win32':\n    import fcntl", []),
        (
            "def f():\n    if sys.platform == 'win32':\n        return\n    import fcntl",
            [],
        ),
        ("def f():\n    if sys.platform == 'win32':\n        pass\n    os.fork()", ["os.fork"]),
        ("os.geteuid() if hasattr(os, 'geteuid') else 0", []),
        ("os.name == 'nt' or os.getuid()", []),
        ("os.getuid() or os.name == 'nt'", ["os.getuid"]),
        ("class PosixLocks:\n    def f(self):\n        import fcntl", []),
    ],
)
def test_the_reading_of_sources_sees_what_it_should(source: str, found: list[str]) -> None:
    assert breaches_in(source) == found
