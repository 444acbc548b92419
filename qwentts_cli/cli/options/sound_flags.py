"""What the files are, and what they say about themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qwentts_cli.cli.options.flag_groups import FlagGroup
from qwentts_cli.documents.options import TagOptions
from qwentts_cli.speech.options import OutputOptions

FormatFlag = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT", help="wav, flac, mp3, opus, ogg, m4a, m4b or pcm (default: as named)."
    ),
]
ForceFlag = Annotated[bool, typer.Option("--force", help="Overwrite what exists.")]


class SoundFlags(FlagGroup, frozen=True, kw_only=True):
    format_: FormatFlag = None
    bitrate: Annotated[
        int | None,
        typer.Option("--bitrate", metavar="KBPS", min=1, help="Bit rate in kbit/s of mp3, opus, ogg, m4b."),
    ] = None
    sample_rate: Annotated[
        str | None, typer.Option("--sample-rate", metavar="HZ", help="Samples a second (usual: 24000).")
    ] = None
    loudness: Annotated[
        float | None,
        typer.Option(
            "--loudness",
            metavar="LUFS",
            min=-40,
            max=-8,
            help="Loudness of the file, such as -18; in a batch with --join, of the joined one.",
        ),
    ] = None
    title: Annotated[
        str | None,
        typer.Option("--title", metavar="TEXT", help="Title of the file (default: the document's)."),
    ] = None
    artist: Annotated[
        str | None,
        typer.Option(
            "--artist",
            "--author",
            metavar="NAME",
            help="Author (default: the document's, else the voices).",
        ),
    ] = None
    album: Annotated[
        str | None, typer.Option("--album", metavar="TEXT", help="Album or series of the file.")
    ] = None
    cover: Annotated[
        Path | None, typer.Option("--cover", metavar="FILE", help="JPEG or PNG (default: the book's own).")
    ] = None
    force: ForceFlag = False

    def output(self, path: str | None) -> OutputOptions:
        """What is written to `path`, where `-` is stdout and `None` writes nothing."""
        return OutputOptions(
            path=path,
            format=self.format_,
            bitrate_kbps=self.bitrate,
            overwrite=self.force,
            loudness=self.loudness,
        )

    @property
    def tags(self) -> TagOptions:
        return TagOptions(title=self.title, artist=self.artist, album=self.album, cover=self.cover)
