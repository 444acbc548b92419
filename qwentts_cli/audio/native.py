"""The libraries of audio that are costly or optional, loaded when they are used."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_LOCK = threading.Lock()


def load_soundfile() -> ModuleType:
    """Import soundfile; takes about 80 ms the first time, so a caller may do it early on a thread.

    Raises:
        LocalError: the library is not there for this machine.
    """
    hint = "Install libsndfile ('apt install libsndfile1', 'brew install libsndfile'), or write wav."
    with _loading("the encoders", hint):
        import soundfile
    return soundfile  # type: ignore[no-any-return]  # it ships no types


def sound_error_text(error: Exception) -> str:
    """What libsndfile, or soundfile itself, says went wrong."""
    return str(getattr(error, "error_string", error)).rstrip(".")


def load_lame() -> ModuleType:
    """Import lameenc.

    Raises:
        LocalError: the library is not there for this machine.
    """
    with _loading("the MP3 encoder", "Choose another format, such as opus or flac."):
        import lameenc
    return lameenc  # type: ignore[no-any-return]  # it ships no types


def load_av() -> ModuleType:
    """Import PyAV, FFmpeg's libraries in Python; takes about 90 ms.

    Raises:
        LocalError: the library is not there for this machine.
    """
    hint = "Install it with pip install 'qwentts[m4b]', or choose another format, such as mp3."
    with _loading("the library for AAC", hint):
        import av
    return av


def load_miniaudio() -> ModuleType | None:
    """Import miniaudio if it is installed and works here."""
    try:
        with _LOCK, _without_numpy():
            import miniaudio
    except (ImportError, OSError):
        return None
    return miniaudio  # type: ignore[no-any-return]  # it ships no types


@contextmanager
def _loading(what: str, hint: str) -> Iterator[None]:
    try:
        with _LOCK:
            yield
    except (ImportError, OSError) as error:
        raise LocalError(f"{what} cannot be loaded: {error}", hint=hint) from error


@contextmanager
def _without_numpy() -> Iterator[None]:
    """Keep miniaudio from importing numpy, which it does not need and which takes 70 ms."""
    if "numpy" in sys.modules:
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]  # how the import system says "there is none"
    try:
        yield
    finally:
        del sys.modules["numpy"]
