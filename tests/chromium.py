"""A real browser for tests, driven over the pipe of its DevTools protocol."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
    "--remote-debugging-pipe",
)
# The browser speaks on the descriptors 3 and 4, which this process may have in use itself.
LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3), os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """Chromium with one tab, driven by the DevTools protocol: JSON between NULs."""

    def __init__(self, folder: Path) -> None:
        assert CHROMIUM
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out)),
                *(CHROMIUM, *FLAGS, f"--user-data-dir={folder}"),
            ],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._out = os.fdopen(ours_out, "wb", buffering=0)
        self._in = ours_in
        self._read = b""
        self._number = 0
        self._session: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        tab = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=tab, flatten=True)
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        self._session = {}
        self.call("Browser.close")
        self._out.close()
        os.close(self._in)
        self._process.wait(100)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters} | self._session
        self._out.write(json.dumps(request).encode() + b"\0")
        while True:
            message = self._receive()
            if message.get("id") == self._number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result
            self.events.append(message)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            piece = os.read(self._in, 1 << 20)
            assert piece, "the browser has gone"
            self._read += piece
        data, _, self._read = self._read.partition(b"\0")
        message: dict[str, Any] = json.loads(data)
        return message

    def open(self, url: str) -> Self:
        self.events.clear()
        self.call("Page.navigate", url=url)
        while all(event["method"] != "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())
        return self

    def run(self, script: str) -> Any:
        """Evaluate in the page, as the user's console would; a promise is awaited."""
        done = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until it holds in the page."""
        self.run(
            "new Promise((yes, no) => { const end = performance.now() + 10000; (function look() {"
            f"if ({condition}) yes(); else if (performance.now() > end) no(new Error('in vain'));"
            "else setTimeout(look, 5); })(); })"
        )

    def press(self, key: str) -> None:
        text = {"Enter": "\r", "Escape": ""}.get(key, key)
        common = {"key": key, "windowsVirtualKeyCode": {"Enter": 13, "Escape": 27, " ": 32}.get(key, 0)}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def resize(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )

    def texts(self, selector: str) -> list[str]:
        """What each element that matches and is not hidden says."""
        found: list[str] = self.run(
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            ".filter(one => one.checkVisibility()).map(one => one.textContent)"
        )
        return found
