"""Starts the program as often as a table has rows: forked from a process that has it loaded already.

Each run is a process of its own, with its own environment, folder and streams. What is the same in every run
is done once, before the first: the imports, the reading of the catalogue and the commands, and the compiling
of patterns. A run does not take its interpreter apart, which costs a fork more than all else. Its pauses
between attempts, which are a random part of the longest that they may be, are a small part. What needs a
start or an end as a user has it is for `Qwentts.start`.
"""

from __future__ import annotations

import atexit
import gc
import os
import random
import selectors
import signal
import socket
import sys
import tempfile
import threading
from ast import literal_eval
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache, partial
from importlib import import_module
from io import StringIO
from pkgutil import walk_packages
from typing import Any, NoReturn

import typer.main

import qwentts_cli
from qwentts_cli.__main__ import main
from qwentts_cli.billing.price import price_list
from qwentts_cli.cli.app import app, run
from qwentts_cli.cli.parser import lazy_group
from qwentts_cli.cli.parser.lazy_group import LazyGroup
from qwentts_cli.dashscope.catalog import load_catalog, load_shipped_catalog
from qwentts_cli.dashscope.endpoints.route import find_route
from tests.reliability.broken_disk import Broken, break_disk

# What a run imports when it needs it, of others; what is optional may be missing.
_LIBRARIES = (
    *("fastcrc", "lameenc", "markdown_it", "platformdirs", "pysubs2", "requests", "rich.progress"),
    *("rich.table", "sentencex", "soundfile", "sqlite3", "tomlkit", "typer._click.decorators"),
)
_OPTIONAL_LIBRARIES = ("miniaudio", "pypdfium2", "truststore")
_LARGEST_PART = 0.1


def _serve(listener: socket.socket) -> None:
    """Fork a run for each order; tell its number at once and, when it has ended, its code."""
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for ready, _ in selector.select():
            if ready.data:
                selector.unregister(ready.fd)
                os.close(ready.fd)
                _tell_the_end(*ready.data)
            else:
                ended, *run = _begin(listener.accept()[0])
                selector.register(ended, selectors.EVENT_READ, run)


def _begin(line: socket.socket) -> tuple[int, int, socket.socket]:
    """Fork a run; gives a pipe that can be read when it has ended, its number, and who wants to know."""
    text, streams, _, _ = socket.recv_fds(line, 65536, 3)
    while not text.endswith(b"\n"):
        text += line.recv(65536)
    order = literal_eval(text.decode())
    ended, held = os.pipe()
    number = os.fork()
    if not number:
        _run(order, streams)
    for descriptor in (held, *streams):  # now the run alone has them
        os.close(descriptor)
    with suppress(OSError):
        line.sendall(f"{number}\n".encode())
    return ended, number, line


def _tell_the_end(number: int, line: socket.socket) -> None:
    code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
    with line, suppress(OSError):
        line.sendall(f"{code}\n".encode())


def _run(order: dict[str, Any], streams: list[int]) -> NoReturn:
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    encoding = order["env"].get("PYTHONIOENCODING")  # as the interpreter obeys it
    _open_again("stdin", 0, "r", encoding)
    _open_again("stdout", 1, "w", encoding)
    _open_again("stderr", 2, "w", encoding, buffering=1)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in what a terminal starts
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    if order.get("umask") is not None:
        os.umask(order["umask"])
    if order.get("broken"):
        break_disk(Broken(*order["broken"]))
    sys.argv = ["qwentts", *order["args"]]
    code: int | str | None = None
    try:
        main()
    except SystemExit as end:
        code = end.code
    _leave(int(code or 0))


def _open_again(name: str, number: int, mode: str, encoding: str | None, buffering: int = -1) -> None:
    """The stream that was there remembers of its file whether it is a terminal, and where it stands in it."""
    old = getattr(sys, name)
    encoding = encoding or old.encoding
    new = open(number, mode, buffering, encoding=encoding, errors=old.errors, closefd=False)  # noqa: SIM115
    setattr(sys, name, new)


def _leave(code: int) -> NoReturn:
    """Do what an interpreter does at its end, but for taking itself apart."""
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - waits for threads
    atexit._run_exitfuncs()  # noqa: SLF001 - as the line above, in no other way
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _load() -> None:
    """Import what a run would, and read the catalogue and the commands, which never change."""
    lazy_group.load_command = cache(lazy_group.load_command)  # before other modules take it from there
    typer.main.get_command = cache(typer.main.get_command)
    for module in walk_packages(qwentts_cli.__path__, f"{qwentts_cli.__name__}."):
        import_module(module.name)
    for name in _LIBRARIES:
        import_module(name)
    for name in _OPTIONAL_LIBRARIES:
        with suppress(ImportError):
            import_module(name)
    catalog = load_shipped_catalog()
    for table in ("regions", "models", "voices", "sources"):
        getattr(catalog, table)
    program = typer.main.get_command(app)
    assert isinstance(program, LazyGroup)
    _load_commands(program)
    _speak_once()
    atexit._clear()  # noqa: SLF001 - it is of libraries, which most runs would not have loaded
    random.random = partial(random.uniform, 0, _LARGEST_PART)
    gc.freeze()  # so that collecting in a fork does not copy what it shares


def _speak_once() -> None:
    """Go through what most runs do, without a request: the patterns that it takes are compiled then.

    What was found in this home, and what is done at a signal, is not for those that are forked.
    """
    environment = dict(os.environ)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    with tempfile.TemporaryDirectory() as home, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        os.environ.clear()
        os.environ["HOME"] = home
        assert run(["say", "--dry-run", "Hello."]) == 0
    os.environ.clear()
    os.environ.update(environment)
    for number, handler in handlers.items():
        signal.signal(number, handler)
    for found in (load_catalog, find_route, price_list):
        found.cache_clear()


def _load_commands(group: LazyGroup) -> None:
    """Load those of a group and of its groups."""
    for name in group.lines:
        command = lazy_group.load_command(group.package, name)
        if isinstance(command, LazyGroup):
            _load_commands(command)


if __name__ == "__main__":
    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
