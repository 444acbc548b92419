"""A thousand texts while many answers go wrong: what is lost, doubled, spoilt, and billed too much.

    python -m benchmarks.storm [--share 20] [--texts 1000]

Runs on the local sandbox. A row is one seed and number of workers; in the last columns, extra bills must
equal the answers that were lost on their way plus the addresses that the storage refused for good.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.reliability.storm import run_storm, shares, true_sound

WORKERS = (1, 4, 16, 64)
SEEDS = (1, 2, 3, 4, 5)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Faults in both phases, and what becomes of the texts.")
    parser.add_argument("--share", type=float, default=20, help="per cent of the answers of each phase")
    parser.add_argument("--texts", type=int, default=1000)
    wanted = parser.parse_args()
    print("workers seed  seconds  lost doubled spoilt  extra bills = lost answers + dead links")
    for workers in WORKERS:
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as folder:
                print(_row(workers, seed, wanted.texts, wanted.share, Path(folder)), flush=True)


def _row(workers: int, seed: int, texts: int, share: float, folder: Path) -> str:
    storm = run_storm(
        texts=texts,
        workers=workers,
        seed=seed,
        faults=shares(share),
        patience_s=6 * max(1, workers / 16),
        folder=folder,
    )
    sounds = [(text, heard) for text, heard in storm.sounds.items() if text not in storm.failures]
    doubled = sum(len(heard) > 1 for _, heard in sounds)
    spoilt = sum(heard[0].data != true_sound(text) for text, heard in sounds)
    extra = storm.bills.total() - texts
    return (
        f"{workers:7} {seed:4} {storm.seconds:8.1f} {len(storm.failures):5} {doubled:7} {spoilt:6}"
        f" {extra:12} = {storm.lost_answers:12} + {storm.dead_links:10}"
    )


if __name__ == "__main__":
    main()
