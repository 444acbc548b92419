"""Audio that was paid for and not yet fetched: its address, kept until it is fetched or dead."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from qwentts_cli.dashscope.wire import Answer
from qwentts_cli.errors import LocalError
from qwentts_cli.observer import once
from qwentts_cli.storage.atomic import atomic_write, remove_leftovers
from qwentts_cli.storage.locks import wait_for_lock
from qwentts_cli.storage.os_errors import reason
from qwentts_cli.storage.private import check_own_folder, make_private_folder, read_private
from qwentts_cli.synthesis.word_times import check_places, find_words, read_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_SUFFIX = ".json"
# Addresses live for 24 hours (the service's reference); twice that is past any clock's error.
_DEAD_S = 48 * 3600


class UnfetchedAudio:
    """One private file an address, named by the key of its request; only what `server` sold counts.

    The address is signed, so who has it can fetch the audio. A folder that cannot be written is told once to
    `warn`, and the run does without.
    """

    def __init__(self, folder: Path, *, server: str, warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._server = server
        self._warn = once(warn)

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Let one thread of one process at a time ask for `key`, so that nothing is bought twice at once."""
        with ExitStack() as stack:
            try:
                make_private_folder(self._folder)
                stack.enter_context(wait_for_lock(self._folder / f"{key}.lock"))
            except OSError:
                pass
            except LocalError as error:
                self._warn(f"the same text may be bought twice at once: {error.message}")
            yield

    def get(self, key: str, text: str) -> Answer | None:
        """What was kept for `key`, with the words of its `text`."""
        try:
            check_own_folder(self._folder)
            row = json.loads(read_private(self._path(key)))
            if row["server"] != self._server:
                return None
            words = tuple(read_words(text, check_places(row.get("words", ()))))
            return Answer(str(row["request_id"]), url=str(row["url"]), is_last=True, words=words)
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, LocalError):
            return None

    def put(self, key: str, text: str, answer: Answer) -> None:
        """Keep where the sound of `text` is, and of its words where they are and when they are said."""
        row = {
            "server": self._server,
            "request_id": answer.request_id,
            "url": answer.url,
            "words": list(find_words(text, answer.words)),
        }
        try:
            check_own_folder(self._folder)
            with atomic_write(self._path(key), mode=0o600) as file:
                file.write(json.dumps(row).encode())
        except (OSError, LocalError) as error:
            self._warn(f"if a download breaks off, its sound may be paid for again: {reason(error)}")

    def drop(self, key: str) -> None:
        with suppress(OSError, LocalError):
            check_own_folder(self._folder)
            self._path(key).unlink()

    def forget_dead(self) -> None:
        """Remove addresses that no longer open, whatever became of the runs that bought them."""
        oldest = time.time() - _DEAD_S
        with suppress(OSError, LocalError):
            check_own_folder(self._folder)
            remove_leftovers(self._folder)
            for path in self._folder.iterdir():
                if path.suffix in {_SUFFIX, ".lock"} and path.lstat().st_mtime < oldest:
                    path.unlink()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"
