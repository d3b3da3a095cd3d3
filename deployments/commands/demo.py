"""``demo``: the model study, simulated and run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deployments.commands.runs import run_and_tell
from deployments.terminal import Home, tell
from schemas.errors import UserError

commands = typer.Typer()


@commands.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder to write the simulated study to.")] = Path(
        "demo"
    ),
    home: Home = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the simulation: the same seed, the same bytes.")] = None,
) -> None:
    """Write a **simulated** copy of the model study, with its known truth, and run it in DIR/.benchlake."""
    from tasks.simulation.study import SEED, simulate

    if folder.exists() and any(folder.iterdir()) and not (folder / "truth.json").is_file():
        raise UserError(
            f"{folder} is not empty and holds no simulated study. Give a new folder: `benchlake demo NEW_DIR`."
        )
    for name, data in simulate(SEED if seed is None else seed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
    tell(f"simulated study written to {folder} (not real measurements; its truth is in {folder / 'truth.json'})")
    run_and_tell(str(folder), home or folder / ".benchlake", move=False, strict=False)
