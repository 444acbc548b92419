"""Where finished audio waits for its download: signed URLs that live 24 hours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from qwentts_cli.sandbox.http.reply import ServiceError
from qwentts_cli.sandbox.speech_file import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.speech_file import SpeechFile
    from qwentts_cli.sandbox.voices.engine import VoiceEngine

LIFETIME_S = 24 * 3600

_ACCESS_KEY_ID = "LTAI-qwentts-sandbox"
_MAX_ENTRIES = 20_000
_MAX_RECENT_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Published:
    """A URL that was handed out, and until when (Unix seconds) it works."""

    url: str
    path: str
    expires_at: int


class AudioStore:
    """Remembers what was said, not the sound: only the latest sounds are kept, an older one is spoken again.

    So its memory is bounded (some 32 MB of sound, the texts of 20,000 requests) while URLs work for a day.

    Args:
        engine: speaks again what is no longer kept; the same text always sounds the same.
        base: scheme, host and port of the URLs.
        clock: Unix seconds.
    """

    def __init__(self, engine: VoiceEngine, *, base: str, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._base = base
        self._clock = clock
        self._secret = os.urandom(20)
        self._lock = threading.Lock()
        self._said: OrderedDict[str, SpeechFile] = OrderedDict()
        self._recent: OrderedDict[str, bytes] = OrderedDict()
        self._recent_bytes = 0

    def publish(self, speech: SpeechFile) -> Published:
        """Hand out a URL for the sound of `speech`."""
        now = self._clock()
        expires_at = int(now) + LIFETIME_S
        path = f"/audio/{time.strftime('%Y%m%d', time.gmtime(now))}/{uuid.uuid4()}.{speech.sound.container}"
        with self._lock:
            self._said[path] = speech
            if len(self._said) > _MAX_ENTRIES:
                self._said.popitem(last=False)
        signed = {
            "Expires": str(expires_at),
            "OSSAccessKeyId": _ACCESS_KEY_ID,
            "Signature": self._sign(path, str(expires_at)),
        }
        return Published(f"{self._base}{path}?{urlencode(signed)}", path, expires_at)

    def keep(self, path: str, pcm: bytes) -> None:
        """Keep a sound at hand while there is room."""
        if len(pcm) > _MAX_RECENT_BYTES:
            return
        with self._lock:
            self._recent_bytes += len(pcm) - len(self._recent.pop(path, b""))
            self._recent[path] = pcm
            while self._recent_bytes > _MAX_RECENT_BYTES:
                _, dropped = self._recent.popitem(last=False)
                self._recent_bytes -= len(dropped)

    def said(self, path: str) -> SpeechFile | None:
        with self._lock:
            return self._said.get(path)

    def fetch(self, path: str, query: str) -> tuple[SpeechFile, bytes]:
        """Give what a URL stands for, and its samples.

        Raises:
            ServiceError: 403 when the signature is wrong or too old, 404 when there is nothing.
            EngineFailed: the sound had to be made again and could not.
        """
        self._check(path, query)
        speech = self.said(path)
        if speech is None:
            raise ServiceError(404, "NoSuchKey", "The specified key does not exist.")
        with self._lock:
            pcm = self._recent.get(path)
        if pcm is None:
            pcm = b"".join(record(self._engine, speech))
            self.keep(path, pcm)
        return speech, pcm

    def _check(self, path: str, query: str) -> None:
        given = {name: values[0] for name, values in parse_qs(query).items()}
        expires = given.get("Expires", "")
        signature = given.get("Signature", "").encode("utf-8", "replace")
        if not hmac.compare_digest(self._sign(path, expires).encode(), signature):
            raise ServiceError(403, "SignatureDoesNotMatch", "The signature does not match the request.")
        if self._clock() >= int(expires):
            raise ServiceError(403, "AccessDenied", "Request has expired.")

    def _sign(self, path: str, expires: str) -> str:
        message = f"GET\n\n\n{expires}\n{path}".encode()
        return base64.b64encode(hmac.digest(self._secret, message, hashlib.sha1)).decode()
