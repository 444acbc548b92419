"""What the settings choose: configuration, key, server, model and voice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from qwentts_cli.checks.check import Check, failed, passed, warned
from qwentts_cli.dashscope.catalog import load_catalog, load_shipped_catalog
from qwentts_cli.dashscope.catalog.own import read_own_catalog
from qwentts_cli.dashscope.names import end_notice
from qwentts_cli.errors import LocalError, QwenTTSError
from qwentts_cli.observer import Observer
from qwentts_cli.settings.credentials import ApiKey, mask
from qwentts_cli.settings.own_voices import load_own_voices
from qwentts_cli.settings.paths import catalog_file
from qwentts_cli.speech.voice_settings import choose_voice_settings
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.settings.config import Config
    from qwentts_cli.settings.resolve import Settings
    from qwentts_cli.speech.context import Context


def check_config(config: Config) -> Check:
    if not config.path.exists():
        return passed("configuration", f"{config.path} does not exist, which is in order")
    if config.is_exposed:
        return warned(
            "configuration", f"others can read the key in {config.path}", f"chmod 600 {config.path}"
        )
    profiles = f", profiles: {', '.join(config.profiles)}" if config.profiles else ""
    return passed("configuration", f"{config.path}{profiles}")


def check_catalog() -> Check | None:
    """What the user adds to the catalogue, if anything."""
    path = catalog_file()
    if not path.exists():
        return None
    try:
        own = read_own_catalog(path, load_shipped_catalog())
    except QwenTTSError as error:
        return failed("catalogue", error, error.hint or f"mend {path}")
    added = (
        plural(len(own.models), "model"),
        plural(len(own.voices), "voice"),
        plural(len(own.regions), "region"),
    )
    return passed("catalogue", f"{path}: {', '.join(added)}")


def check_key_setting(context: Context) -> tuple[Check, ApiKey | None]:
    try:
        key = context.key
    except QwenTTSError as error:
        return failed("key", error, "qwentts config init"), None
    shown = f"{mask(key.secret)} from {key.origin}"
    if key.is_of_a_plan:
        host = load_catalog().plan_hosts[0]
        return warned(
            "key",
            f"{shown}, of a Coding or Token Plan: it works on that plan's host only, and not with qwen3-tts",
            f"qwentts config set base_url https://{host}",
        ), key
    return passed("key", f"{shown}, an ordinary key"), key


def check_server(context: Context) -> Check:
    """Region and workspace, or the base URL instead of them, and who says so."""
    found = context.settings.first("base_url", "region")
    origin = found.origin if found else "the default"
    if context.is_sandbox:
        return passed("server", f"the sandbox of this program, from {origin}: free, offline, no key")
    try:
        endpoint = context.endpoint
    except QwenTTSError as error:
        return failed("server", error)
    workspace = context.settings.first("workspace")
    whose = f"; workspace {workspace.value} from {workspace.origin}" if workspace else "; no workspace"
    return passed("server", f"{endpoint.label} from {origin}{whose if endpoint.region else ''}")


def check_voice(settings: Settings) -> Iterator[Check]:
    """The model and the voice that would speak, and what is wrong with them."""
    heard = _Heard()
    try:
        voice = choose_voice_settings(settings, heard)
    except QwenTTSError as error:
        yield failed("voice", error, error.hint or "qwentts voices")
        return
    yield passed("voice", f"{voice.voice} of {voice.model}")
    for warning in heard.warnings:
        yield warned("voice", warning, "qwentts models")


def check_own_voices() -> Iterator[Check]:
    """The voices of the user's own that have lost their model, and with it their use."""
    try:
        voices = load_own_voices()
    except LocalError as error:
        yield failed("your voice", error)
        return
    catalog, today = load_catalog(), datetime.now().astimezone().date()
    for voice in voices:
        model = catalog.models.get(voice.model)
        if model and any(end.date <= today for end in model.ends.values()):
            notice = end_notice(catalog, voice.model, today)
            yield warned("your voice", f"{voice.name}: {notice}", "make it anew: qwentts voices clone")


class _Heard(Observer):
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)
