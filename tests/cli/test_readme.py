"""What the README promises of the network and of files, looked at from outside while the program runs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

TEXT = "It was a dark and stormy night."
# Python itself tells of each connection and each name that is looked up.
WATCHED = """
import json, os, sys
told = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_CREAT)
def note(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        os.write(told, json.dumps([event, str(args[1])]).encode() + b"\\n")
sys.addaudithook(note)
from qwentts_cli.__main__ import main
main()
"""


def test_texts_go_to_the_server_and_nowhere_else(online: Qwentts, sandbox: Sandbox) -> None:
    """No telemetry, no look for updates: every connection is one to the server that was named."""
    told = online.folder / "told"
    env = online.environment({"TOLD": str(told)})
    command = [sys.executable, "-c", WATCHED, "say", TEXT, "-o", "a.wav"]
    subprocess.run(command, cwd=online.folder, env=env, check=True, capture_output=True)
    seen = [json.loads(line) for line in told.read_text().splitlines()]
    addresses = {address for event, address in seen if event == "socket.connect"}
    port = urlsplit(sandbox.base_url).port
    assert addresses == {str(("127.0.0.1", port))}
    assert {looked_up for event, looked_up in seen if event == "socket.getaddrinfo"} <= {str(port)}


def test_files_are_written_where_the_readme_says_and_the_cache_has_no_text(online: Qwentts) -> None:
    """Sound in the cache, what was spent in the state, the journal of a batch beside its files."""
    (online.folder / "in.txt").write_text(TEXT)
    online("say", TEXT, "-o", "a.wav")
    online("batch", "in.txt", "-d", "out", "--no-cache")
    made = [path for path in online.home.rglob("*") if path.is_file()]
    places = (".config/qwentts/", ".cache/qwentts/", ".local/state/qwentts/", ".local/share/qwentts/")
    assert {path.relative_to(online.home).as_posix().startswith(places) for path in made} == {True}
    cached = [path.read_bytes() for path in made if ".cache" in path.parts]
    assert cached
    assert not any(TEXT.encode() in content for content in cached)
    names = {path.relative_to(online.folder).parts[0] for path in online.folder.rglob("*")}
    assert names == {"a.wav", "in.txt", "out"}
    assert {path.name for path in (online.folder / "out").iterdir()} == {"in.wav", ".qwentts"}
