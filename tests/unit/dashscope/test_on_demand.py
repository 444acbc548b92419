"""The client is opened once, when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from qwentts_cli.dashscope.on_demand import ClientOnDemand
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.errors import AuthError

if TYPE_CHECKING:
    from qwentts_cli.dashscope.client import SpeechClient

REQUEST = SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash")


class Client:
    """Answers with the name of what it was asked."""

    is_closed = False

    def synthesize(self, _request: SynthesisRequest) -> str:
        return "synthesize"

    def stream(self, _request: SynthesisRequest) -> str:
        return "stream"

    def download(self, url: str) -> str:
        return url

    def __exit__(self, *_: object) -> None:
        self.is_closed = True


def test_it_is_opened_once_and_closed_at_the_end() -> None:
    """Each question goes to it."""
    opened: list[Client] = []

    def open_client() -> SpeechClient:
        opened.append(Client())
        return cast("SpeechClient", opened[-1])

    with ClientOnDemand(open_client) as service:
        assert opened == []
        service.open()
        answers: list[Any] = [service.synthesize(REQUEST), service.stream(REQUEST), service.download("u")]
        assert answers == ["synthesize", "stream", "u"]
    [client] = opened
    assert client.is_closed


def test_what_is_not_needed_is_not_opened() -> None:
    with ClientOnDemand(pytest.fail):
        pass


def test_what_failed_is_not_tried_again() -> None:
    """Nobody is asked for a key twice."""
    tried: list[int] = []

    def open_client() -> SpeechClient:
        tried.append(1)
        raise AuthError("no key")

    with ClientOnDemand(open_client) as service:
        for ask in (service.open, lambda: service.synthesize(REQUEST)):
            with pytest.raises(AuthError, match="no key"):
                ask()
    assert tried == [1]
