"""What a synthesis took, added up and told."""

from __future__ import annotations

from qwentts_cli.metered import Metered, Tally
from qwentts_cli.synthesis.usage import Doubt, Gap, Usage


def test_all_of_it_is_added_up() -> None:
    """The order of passages and requests is that of the text."""
    first, second = (
        Usage(
            characters=number,
            billed=Tally({"m": Metered(number)}),
            requests=number,
            request_ids=(f"r-{number}",),
            gaps=(Gap(number, 1, 1),),
            doubts=(Doubt(line=number, column=1, had_s=1, expected_s=2),),
        )
        for number in (1, 2)
    )
    assert first + second == Usage(
        characters=3,
        billed=Tally({"m": Metered(3)}),
        requests=3,
        request_ids=("r-1", "r-2"),
        gaps=first.gaps + second.gaps,
        doubts=first.doubts + second.doubts,
    )
    assert first + Usage() == first


def test_a_doubt_is_told_to_hundredths() -> None:
    doubt = Doubt(line=3, column=5, had_s=1.2345, expected_s=6.789)
    assert doubt.document() == {"line": 3, "column": 5, "had_s": 1.23, "expected_s": 6.79}
