"""`python -m engine.train.judge`: trains the judge with ``--train``, then prints the table of held-out figures."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.train.judge.data import decoded, shelves
from engine.train.judge.fit import JudgeConfig, fit_judge, held_out, table
from engine.train.judge.judge import DEFAULT_FOLDER, Judge


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m engine.train.judge", description="Train or test the judge.")
    parser.add_argument("--train", action="store_true", help="train it anew and write it; without, only test it")
    parser.add_argument("--judge", type=Path, default=DEFAULT_FOLDER, metavar="DIR", help="its folder (%(default)s)")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the drawn figures here for the next time")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw; up to 1: this one (%(default)s)")
    for name in ("num_figures", "num_held_out", "epochs", "batch_size", "seed"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(JudgeConfig(), name))
    parser.add_argument("--autoencoder", type=Path, metavar="DIR", help="also judge figures this AutoencoderKL decoded")
    parser.add_argument("--num-decoded", type=int, default=6000, help="figures to learn from decoded (%(default)s)")
    parser.add_argument("--initial", type=Path, metavar="DIR", help="start from this judge")
    parser.add_argument("--learning-rate", type=float, default=JudgeConfig().learning_rate, help="peak (%(default)s)")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        config = JudgeConfig(
            num_figures=options.num_figures,
            num_held_out=options.num_held_out,
            epochs=options.epochs,
            batch_size=options.batch_size,
            seed=options.seed,
            learning_rate=options.learning_rate,
            autoencoder=options.autoencoder,
            num_decoded=options.num_decoded if options.autoencoder else 0,
            initial=options.initial,
        )
        judge = None if options.train else Judge.load(options.judge)
        if options.train:
            _try_to_write(options.judge)
        unseen = shelves(config.held_out_seed, config.num_held_out, options.cache, options.workers)
        judge = judge or fit_judge(config, options.cache, options.workers)
    except (ValueError, OSError) as error:
        logging.getLogger(__name__).error("%s", error)
        return 2
    judge.network.to(config.device)
    crisp, others = held_out(judge, unseen), {"softened": held_out(judge, unseen, softened=True)}
    if options.autoencoder:
        others["decoded"] = held_out(judge, decoded(unseen, options.autoencoder, config.num_held_out, config.device))
    if options.train:
        judge.facts["held_out"] = {line.key: round(line.right / max(1, line.decidable), 4) for line in crisp}
        judge.save(options.judge)
    sys.stdout.write(table(crisp, **others) + "\n")
    return 0


def _try_to_write(folder: Path) -> None:
    """Notices before hours of training that nothing can be kept there."""
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.TemporaryFile(dir=folder).close()


if __name__ == "__main__":
    sys.exit(main())
