"""The program for a script that a test runs: asks `fork_server.py` for a run with its own streams.

It is started as `python -I -S forked_program.py SOCKET ARGUMENTS`, and imports only what is in the
interpreter: a start of the program itself takes ten times as long.
"""

from __future__ import annotations

import _socket
import os
import sys


def main() -> None:
    """Run it to its end, and end with its code; Ctrl-C is handed on."""
    order = {"args": sys.argv[2:], "cwd": os.getcwd(), "env": dict(os.environ)}  # noqa: PTH109 - costs a start
    streams = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
    line = _socket.socket(_socket.AF_UNIX)
    line.connect(sys.argv[1])
    line.sendmsg([ascii(order).encode() + b"\n"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
    news = b""
    while news.count(b"\n") < 2:
        try:
            news += line.recv(64)
        except KeyboardInterrupt:
            import signal  # half of a start, and seldom needed

            os.kill(int(news), signal.SIGINT)
    os._exit(int(news.split()[1]))


main()
