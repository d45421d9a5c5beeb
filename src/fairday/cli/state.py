"""Where the state is: the option that every command takes, and `migrate`."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec.structs import replace

from fairday.bootstrap.logs import configure_logs
from fairday.bootstrap.running import is_served
from fairday.bootstrap.settings import Settings, from_environment, runs_alone
from fairday.bootstrap.wiring import bring_up, newest_revision, open_database, open_shop
from fairday.kernel.clock import MINUTE_MS
from fairday.usecases.shop import Shop

BEHIND = 1
ON_THE_WAY_MS = 2 * MINUTE_MS
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def state_option(command: F) -> F:
    """`--state DIR`, as every command has it."""
    return click.option(
        "--state",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="The folder the store keeps its state in (FAIRDAY_STATE, else var).",
    )(command)


def settings_for(state: Path | None, *, quiet: bool = True, database: str = "") -> Settings:
    """The environment's settings, with the state folder and database given on the command line if there are any."""
    settings = from_environment()
    configure_logs("warning" if quiet and settings.log_level == "info" else settings.log_level)
    settings = replace(settings, database=database) if database else settings
    return replace(settings, state=str(state)) if state else settings


def in_flight_ms(settings: Settings) -> int:
    """How young moved money may be and not be in the books yet: none is on its way where nobody can be serving."""
    return ON_THE_WAY_MS if is_served(Path(settings.state)) or not runs_alone(settings) else 0


def with_shop(state: Path | None, work: Callable[[Shop], Coroutine[Any, Any, T]], *, database: str = "") -> T:
    """Open the shop, do the work, close it."""

    async def run() -> T:
        async with open_shop(settings_for(state, database=database)) as shop:
            return await work(shop)

    return asyncio.run(run())


@click.command()
@state_option
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when there is something to do.")
def migrate(state: Path | None, *, check: bool) -> None:
    """Bring the database's schema up to date. Safe to repeat and to interrupt."""
    sys.exit(asyncio.run(_migrate(settings_for(state), check=check)))


async def _migrate(settings: Settings, *, check: bool) -> int:
    async with open_database(settings) as database:
        at, newest = await database.revision(), newest_revision()
        if check:
            click.echo(f"The schema is at {at or 'nothing'}; this version is written for {newest}.")
            return BEHIND if at < newest else 0
        for revision in (await bring_up(database)).ran():
            click.echo(f"Ran {revision}.")
        click.echo(f"The schema is up to date: {await database.revision()}.")
        return 0
