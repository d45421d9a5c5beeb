"""`fairday check`: what must always be true of the stored shop."""

from pathlib import Path

import click
import msgspec

from fairday.cli.state import state_option, with_shop
from fairday.usecases.check_invariants import COMPUTED, INVARIANTS, Broken, check_invariants


@click.command()
@state_option
@click.option("--json", "as_json", is_flag=True, help="Print the broken rules as JSON.")
def check(state: Path | None, *, as_json: bool) -> int:
    """Run every package's invariants over the stored rows. Exit code 1, and the rows, when one is broken."""
    broken = with_shop(state, check_invariants)
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
