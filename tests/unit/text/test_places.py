from __future__ import annotations

import pytest

from qwentts_cli.text.boundaries import Boundary
from qwentts_cli.text.places import best_place


def cuts(text: str) -> set[tuple[str, str]]:
    """Return what is before and behind every place that some target leads to."""
    last = len(text) - 1
    places = {best_place(text, low=1, target=target, high=last)[0] for target in range(1, last + 1)}
    return {(text[:place], text[place:]) for place in places}


@pytest.mark.parametrize(
    "text",
    [
        "他们说「好」又说「好」还说（好）又说",
        "カーテンとコーヒーをちょっとだけ買ってくださいませんか々",
        "เธอไปเที่ยวทะเลกับเพื่อนและแม่",
        "一共百分之５０％还有３０℃的水和２０°的角",
    ],
)
def test_punctuation_and_trailing_signs_stay_with_what_is_before(text: str) -> None:
    """Wherever the middle falls, no part begins with a closing or ends with an opening sign."""
    for before, behind in cuts(text):
        assert behind[0] not in "」）ーっょゃゅ々ะา％℃°"
        assert before[-1] not in "「（เแโใไ"


@pytest.mark.parametrize("space", [" ", "\u00a0"])
def test_french_quotation_marks_stay_with_what_they_hold(space: str) -> None:
    """Though there is a space between."""
    text = "elle dit «_Viens_!_» et «_Non_» et puis «_Oui_?_» et il dit «_Bon_», alors".replace("_", space)
    for before, behind in cuts(text):
        assert behind.lstrip()[0] not in "»?!"
        assert before.rstrip()[-1] != "«"


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("we met Mr. Brown and Mr. Green with Mr. White", "Mr. "),
        ("hier z. B. dort und z. B. da mit z. B. dem", "z. "),
        ("it was 10 000 and then 10 000 or 10 000", "10 "),
        ("es war 1\u00a0000\u00a0Euro und 2\u00a0000\u00a0Euro", "\u00a0"),
        ("don’t and can’t and won’t and isn’t", "’"),
        ("的don’t的can’t的won’t的", "’"),
        ("的cafe\u0301s的cafe\u0301s的", "\u0301"),
        ("的3.14的10:30的a@b.example的", ":"),
        ("在１０：３０和１，０００和", "："),
    ],
)
def test_no_part_ends_inside_of_what_belongs_together(text: str, bound: str) -> None:
    """A title and its name, the groups of a number, an accent and the rest of its word."""
    assert [before for before, _ in cuts(text) if before.endswith(bound)] == []


@pytest.mark.parametrize(
    ("text", "target", "expected", "boundary"),
    [
        ("one, two three four", 15, "one, ", Boundary.CLAUSE),
        ("one，two three four", 15, "one，", Boundary.CLAUSE),
        ("“Go!” he said to them", 15, "“Go!” ", Boundary.CLAUSE),
        ("one two three four", 9, "one two ", Boundary.SPACE),
        ("สวัสดี\u200bครับ", 2, "สวัสดี\u200b", Boundary.SPACE),
        ("1.5，1,000，2.5", 9, "1.5，1,000，", Boundary.CLAUSE),
        ("今天天气很好", 3, "今天天", Boundary.CHARACTER),
        ("今天weather很好", 5, "今天", Boundary.CHARACTER),
        ("weather", 3, "wea", Boundary.WORD),
        ("10:30", 2, "10", Boundary.WORD),
        ("a\u0301\u0301\u0301", 2, "a\u0301", Boundary.CLUSTER),
    ],
)
def test_the_kind_of_a_place_is_told(text: str, target: int, expected: str, boundary: Boundary) -> None:
    place, kind = best_place(text, low=1, target=target, high=len(text) - 1)
    assert (text[:place], kind) == (expected, boundary)
