"""``up``: server, UI and schedules."""

from __future__ import annotations

from typing import Annotated

import typer

from deployments.terminal import Home, settings_of, warehouse_of

commands = typer.Typer()


@commands.command()
def up(
    home: Home = None,
    port: Annotated[int | None, typer.Option(help="Port of the Prefect UI on this machine. [default: 4200]")] = None,
) -> None:
    """Start the Prefect server and UI here and run every registered study on its schedule, until Ctrl-C."""
    from deployments.serve import up as serve

    settings = settings_of(home)
    warehouse_of(home).prepare()
    serve(settings.home, port or settings.prefect_port)
