"""Training: pictures and captions in, a stock diffusers pipeline folder out.

This package is the only part of the engine, besides export, that knows PyTorch; it is imported only when something is
trained.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path


def main(
    recipe: Path,
    overrides: list[str] | None = None,
    stage: str | None = None,
    resume: bool = False,
    out: Path = Path("out"),
    fetch: Callable[[str, str | None], Path] | None = None,
) -> int:
    """Run one stage of a recipe, or all in order, under `out`; 0 when done.

    A recipe with a base has two stages, unet and package, and probe before them if it asks for one; `fetch` brings a
    base that is on the hub (id, variant) here.
    With `resume` finished stages are left alone and the one under way continues from its newest checkpoint. Raises
    ValueError or FileNotFoundError with one clear line for a wrong recipe, folder or order.
    """
    _be_patient()
    from engine.train.recipe.reading import load_recipe
    from engine.train.run import Run

    run = Run(load_recipe(recipe, overrides or []), out, resume=resume, fetch=fetch)
    unfinished = [name for name in run.stages if name == "package" or not (resume and run.is_done(name))]
    names = [stage] if stage else unfinished
    run.check_initial(names)
    for name in names:
        run.stage(name)
    return 0


def dry_run(
    recipe: Path, overrides: Sequence[str] = (), fetch: Callable[[str, str | None], Path] | None = None
) -> list[str]:
    """Build every part of a recipe, load the weights it names and look at its data: a line each, and no step is taken.

    Nothing is written. Raises ValueError with one clear line for what does not go together.
    """
    _be_patient()
    from engine.train.recipe.reading import load_recipe
    from engine.train.recipe_check import check_recipe
    from engine.train.run import Run

    return check_recipe(Run(load_recipe(recipe, overrides), Path(), resume=False, fetch=fetch, writes=False))


def _be_patient() -> None:
    # libgomp reads this when torch loads it: threads that spin at barriers cost two thirds of a shared machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
