"""The client of the service, loaded with the first request: what is in the cache needs no HTTP library."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol, Self

from qwentts_cli.errors import QwenTTSError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from qwentts_cli.dashscope.client import Download, SpeechClient
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.dashscope.wire import Answer


class SpeechService(Protocol):
    """What speaks: the client, or the one that loads it."""

    def synthesize(self, request: SynthesisRequest) -> Answer: ...
    def stream(self, request: SynthesisRequest) -> Iterator[Answer]: ...
    def download(self, url: str) -> Download: ...


class ClientOnDemand:
    """Opens the client once, when it is first needed; safe to share between threads.

    Args:
        open_client: loads and opens it.
    """

    def __init__(self, open_client: Callable[[], SpeechClient]) -> None:
        self._open_client = open_client
        self._client: SpeechClient | None = None
        self._failure: QwenTTSError | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client:
            self._client.__exit__(kind, error, trace)

    def open(self) -> None:
        """Open it now, unless it is open.

        Raises:
            QwenTTSError: that failed, and is not tried again.
        """
        self._opened()

    def synthesize(self, request: SynthesisRequest) -> Answer:
        return self._opened().synthesize(request)

    def stream(self, request: SynthesisRequest) -> Iterator[Answer]:
        return self._opened().stream(request)

    def download(self, url: str) -> Download:
        return self._opened().download(url)

    def _opened(self) -> SpeechClient:
        with self._lock:
            if self._failure:
                raise self._failure
            if self._client is None:
                try:
                    self._client = self._open_client()
                except QwenTTSError as error:
                    self._failure = error
                    raise
            return self._client
