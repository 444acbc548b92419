"""Where in a TOML file something stands."""

from __future__ import annotations

import pytest

from qwentts_cli.settings.toml_places import TomlPath, TomlPlaces

FILE = '''# [[models]]
[[models]]
id = "a#]"
price.intl = { amount = 1, "currency" = "USD" }

[[models]]
id = 'b'
[models.price.cn]
amount = 2026-01-01 10:00:00
[regions."my own"]
host = "x" # y
[[voices]]
models = [
  "a",
  "b", "c" ]
text = """
host = [ "
"""
last = {a={b=[{c=1}]}}
[end]
x = [[{y = 1}], [2, 3]]
z = { u = [] }
t = 2026-01-01 10:00:00
last = 1
'''


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("models", 0), (2, 1)),
        (("models", 0, "price", "intl", "currency"), (4, 28)),
        (("models", 1), (6, 1)),
        (("models", 1, "price", "cn", "amount"), (9, 1)),
        (("models", 1, "missing"), (6, 1)),
        (("regions", "my own", "host"), (11, 1)),
        (("voices", 0, "models", 2), (15, 8)),
        (("voices", 0, "last", "a", "b", 0, "c"), (19, 16)),
        (("end",), (20, 1)),
        (("end", "x", 0, 0, "y"), (21, 8)),
        (("end", "x", 1, 1), (21, 21)),
        (("end", "z", "u"), (22, 7)),
        (("end", "last"), (24, 1)),
        (("nothing",), (1, 1)),
    ],
)
def test_a_key_is_found_wherever_it_may_stand(path: TomlPath, place: tuple[int, int]) -> None:
    """In a table, dotted, in braces, in a list; not in a comment or a text."""
    assert TomlPlaces(FILE).find(path) == place


def test_a_file_may_begin_with_its_first_key() -> None:
    assert TomlPlaces("a = 1").find(("a",)) == (1, 1)
    assert TomlPlaces("  [a]").find(("a",)) == (1, 3)
    assert TomlPlaces("\na = 1").find(("a",)) == (2, 1)
