"""`fairday check`: what must always be true of the stored shop."""

from pathlib import Path

import click
import msgspec

from fairday.bootstrap.settings import path_of, runs_alone
from fairday.cli.state import in_flight_ms, settings_for, state_option, with_shop
from fairday.usecases.check_invariants import COMPUTED, INVARIANTS, Broken, check_invariants
from fairday.usecases.shop import Shop


@click.command()
@click.option("--database", metavar="URL", default="", help="The store's database, if not that of FAIRDAY_DATABASE.")
@state_option
@click.option("--json", "as_json", is_flag=True, help="Print the broken rules as JSON.")
def check(database: str, state: Path | None, *, as_json: bool) -> int:
    """Run every package's invariants over the stored rows. Exit code 1, and the rows, when one is broken.

    The books are also held against the payment providers' own records. While a store runs, what is younger than two
    minutes may be on its way and is left out of that.
    """
    settings = settings_for(state, database=database)
    if database and runs_alone(settings) and not path_of(database, Path(settings.state), "fairday.db").is_file():
        raise click.UsageError(f"there is no file {path_of(database, Path(settings.state), 'fairday.db')}")
    stale_ms = in_flight_ms(settings)

    async def work(shop: Shop) -> list[Broken]:
        return await check_invariants(shop, stale_ms=stale_ms)

    broken = with_shop(state, work, database=database)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(broken)).decode())
    elif broken:
        for rule in broken:
            _show(rule)
    else:
        click.echo(f"All {len(INVARIANTS) + len(COMPUTED)} rules hold.")
    return 1 if broken else 0


def _show(rule: Broken) -> None:
    click.echo(f"BROKEN {rule.name}: {rule.sentence}")
    click.echo("  " + " | ".join(rule.columns))
    for row in rule.rows:
        click.echo("  " + " | ".join(str(value) for value in row))
