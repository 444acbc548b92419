from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from qwentts_cli.text.punctuation import first_speakable, is_speakable, last_speakable


@given(st.characters())
@example("ー")
@example("ｰ")
@example("²")
@example("_")
@example("★")
@example("👍")
def test_where_a_character_stands_does_not_change_whether_it_is_spoken(char: str) -> None:
    """The first of a text is judged in a quicker way than the others."""
    assert is_speakable(char) == is_speakable(f" {char}")
    assert first_speakable(f" {char} a") == (1 if is_speakable(char) else 3)
    assert last_speakable(f"a {char}") == (2 if is_speakable(char) else 0)
