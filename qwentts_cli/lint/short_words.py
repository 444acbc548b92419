"""Abbreviations that a voice says as it should."""

# ruff: noqa: SIM905 - words that are easier to read in a row
from __future__ import annotations

from typing import Final

# Of English, German, French and Spanish, in lower case and without spaces.
_SAID_RIGHT: Final = frozenset(
    (
        "mr mrs ms messrs dr prof st jr sr mt ft vs etc cf ph.d a.m p.m e.g i.e "
        "z.b d.h u.a z.t o.ä u.ä s.o s.u i.d.r z.zt v.a u.s.w u.u i.a m.e v.chr n.chr a.d bzw usw usf bspw "
        "bzgl vgl ggf nr hr hrn fr frl jh jhd mrd mio tgl zzgl inkl evtl "
        "m mm mme mmes mlle mlles me mgr ste p.ex n.b bd boul av apr vol chap "
        "d sra srs sres sras srta srtas dra drs dña ud uds vd vds p.ej ee.uu a.c d.c pág págs núm núms "
        "avda gral lic"
    ).split()
)
_STREET: Final = "str"  # German joins it to the name: Hauptstr.


def is_said_right(short: str) -> bool:
    """Tell whether abbreviations, without the last full stop, are such as nobody reads wrong: `d. h. u. a`.

    Capitals with full stops between them, such as U.S. and J. R., are letters, and read as such.
    """
    return _are_known(short.replace(" ", "").split("."))


def _are_known(parts: list[str]) -> bool:
    if not parts:
        return True
    if len(parts[0]) == 1 and parts[0].isupper() and _are_known(parts[1:]):
        return True
    beginnings = range(1, len(parts) + 1)
    return any(_is_known(".".join(parts[:end]).lower()) and _are_known(parts[end:]) for end in beginnings)


def _is_known(short: str) -> bool:
    return short in _SAID_RIGHT or short.endswith(_STREET)
