"""Where previews go: the loudspeaker, files in a folder, or a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.target import Target, check_path
from qwentts_cli.cli.voices.facts import find_facts
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.output_names import safe_value, with_extension
from qwentts_cli.settings.schema import SETTINGS
from qwentts_cli.storage.os_errors import os_errors_as_local

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qwentts_cli.settings.resolve import Settings
    from qwentts_cli.speech.preview.preview import Preview


class PreviewPlace(Struct, frozen=True, kw_only=True):
    """What was typed: a folder for files, a page, or neither of them for the loudspeaker."""

    folder: Path | None
    page: Path | None
    format: str | None
    overwrite: bool

    @property
    def is_loudspeaker(self) -> bool:
        return not (self.folder or self.page)

    def check(self) -> None:
        """Find out before anything is paid for whether it can be used.

        Raises:
            UsageError: the options contradict each other, or the page cannot be written there.
        """
        if self.folder and self.page:
            raise UsageError("-d and --html are two places", hint="Give one of them.")
        if self.format and not self.folder:
            raise UsageError("--format is for the files of -d", hint="Add -d DIR.")
        if self.page:
            check_path(self.page, overwrite=self.overwrite)

    def targets(self, folder: Path, previews: Sequence[Preview], settings: Settings) -> dict[str, Target]:
        """The file of each voice in `folder`, which is made.

        Raises:
            UsageError: one of them is there already.
        """
        typed = SETTINGS["format"].read(self.format, "--format") if self.format else None
        format_ = AudioFormat(str(typed or settings.text("format", AudioFormat.WAV)))
        with os_errors_as_local(folder):
            folder.mkdir(parents=True, exist_ok=True)
        catalog = load_catalog()
        names = {preview.voice.voice: find_facts(catalog, preview.voice.voice).id for preview in previews}
        targets = {
            voice: Target(
                folder / with_extension(safe_value(name), format_.value), format_, overwrite=self.overwrite
            )
            for voice, name in names.items()
        }
        for target in targets.values():
            target.check()
        return targets
