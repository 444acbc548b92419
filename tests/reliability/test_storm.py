"""Nothing is lost, doubled or spoilt, and every extra bill has its cause in the server's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reliability.storm import LOSING, each_once, run_storm, true_sound

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = 220


def test_hundreds_of_texts_through_a_storm(tmp_path: Path) -> None:
    """A fifth of all answers goes wrong, in some forty ways in each phase."""
    faults = each_once(5)
    storm = run_storm(texts=TEXTS, workers=16, seed=2, faults=",".join(faults), patience_s=6, folder=tmp_path)
    assert set(faults) == {record.fault for record in storm.ledger} - {""}
    assert storm.failures == {}
    assert {len(sounds) for sounds in storm.sounds.values()} == {1}
    assert [text for text, sounds in storm.sounds.items() if sounds[0].data != true_sound(text)] == []
    extra = storm.bills.total() - TEXTS
    assert extra == storm.lost_answers + storm.dead_links
    assert storm.lost_answers == len(LOSING)
    assert sum(receipt.requests for receipt in storm.receipts.values()) == TEXTS + storm.dead_links
    # What may have been billed and was not cannot be told apart from what was.
    assert storm.suspected >= storm.lost_answers
    assert storm.problems == []
    assert not [*tmp_path.rglob(".qwentts-*"), *(tmp_path / "pending").iterdir()]
    assert all(not record.header("Authorization") for record in storm.ledger if record.phase == "get")
