"""Finding a voice of the user's own by what it is called here, or by the service's id of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.names import find_owners, find_voice, refuse_slip
from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.settings.own_voices import OwnVoice, load_own_voices
from qwentts_cli.speech.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.settings.resolve import Settings

_NAME = re.compile(r"\w[\w.-]{0,63}")


def find_own_voice(settings: Settings, warn: Callable[[str], None], name: str) -> OwnVoice | None:
    """Find one that the server of these settings has; `None` if no voice is called so.

    Where what is remembered cannot be read, a voice of the service is spoken with all the same.

    Raises:
        UsageError: only another server has it, or the name is a slip of one's own.
        LocalError: what is remembered cannot be read, and it may have this name.
    """
    try:
        return _find(settings, name)
    except LocalError as error:
        if not find_owners(load_catalog(), name.strip()):
            raise
        warn(f"your own voices are not known: {error.message}. {error.hint}".rstrip())
        return None


def _find(settings: Settings, name: str) -> OwnVoice | None:
    found = _called(name.strip())
    if not found:
        return None
    server = Context(settings).billing_region
    for voice in found:
        if voice.server == server:
            return voice
    raise _elsewhere(found[0], server)


def get_own_voice(settings: Settings, name: str) -> OwnVoice:
    """Find one, as `find_own_voice` does.

    Raises:
        UsageError: there is none of that name.
        LocalError: what is remembered cannot be read.
    """
    voice = _find(settings, name)
    if voice is None:
        raise UsageError(
            f"there is no voice of your own called {name!r}",
            hint="'qwentts voices list --mine' lists them, and finds what was made elsewhere.",
        )
    return voice


def voices_of(server: str) -> list[OwnVoice]:
    """All that are remembered of a server."""
    return [voice for voice in load_own_voices() if voice.server == server]


def check_new_name(name: str, server: str) -> None:
    """Check what a voice is to be called here.

    Raises:
        UsageError: it is no name, or something else is called so.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"a voice cannot be called {name!r}", hint="Use letters, digits, '_', '.' and '-', 64 at most."
        )
    if find_voice(load_catalog(), name):
        raise UsageError(f"{name} is a voice of the service", hint="Choose another name.")
    if any(name in {voice.name, voice.id} for voice in voices_of(server)):
        raise UsageError(
            f"you already have a voice called {name}",
            hint=f"Choose another name, or give it another one: 'qwentts voices rename {name} NEW'.",
        )


def _called(name: str) -> list[OwnVoice]:
    own = load_own_voices()
    found = [voice for voice in own if name in {voice.name, voice.id}]
    found = found or [voice for voice in own if voice.name.casefold() == name.casefold()]
    if own and not found and not find_voice(load_catalog(), name):
        refuse_slip(name, [voice.name for voice in own], "voice")
    return found


def _elsewhere(voice: OwnVoice, server: str) -> UsageError:
    option = _server_option(voice.server) + (f", or --profile {voice.profile}" if voice.profile else "")
    return UsageError(
        f"your voice {voice.name} was made at {voice.server}, and {server} does not have it",
        hint=f"Use {option}.",
    )


def _server_option(server: str) -> str:
    return f"--region {server}" if server in load_catalog().regions else f"the --base-url of {server}"
