"""`fairday staff`: the way back in for somebody who has the machine but lost their password or second factor."""

from pathlib import Path

import click

from fairday.cli.state import state_option, with_shop
from fairday.domain.access import SYSTEM
from fairday.usecases.manage_staff import list_staff, reissue_password
from fairday.usecases.shop import Shop


@click.group()
def staff() -> None:
    """List who works here, and let somebody back in."""


@staff.command("list")
@state_option
def show(state: Path | None) -> None:
    """Everybody with their role."""

    async def work(shop: Shop) -> list[str]:
        return [
            f"{one.login}\t{one.role}\t{'active' if one.active else 'off'}" for one in await list_staff(shop, SYSTEM)
        ]

    for line in with_shop(state, work):
        click.echo(line)


@staff.command()
@click.argument("login")
@click.option("--drop-factors", is_flag=True, help="Forget the second factors too; new ones are asked for at sign-in.")
@state_option
def reset(login: str, state: Path | None, *, drop_factors: bool) -> None:
    """Give LOGIN a new password, shown once, to be changed at the next sign-in."""

    async def work(shop: Shop) -> str:
        known = {one.login: one.id for one in await list_staff(shop, SYSTEM)}
        if login not in known:
            raise click.UsageError(f"nobody works here as {login!r}; there are: {', '.join(sorted(known)) or 'none'}")
        return (await reissue_password(shop, SYSTEM, known[login], drop_factors=drop_factors)).password

    click.echo(f"{login} signs in with: {with_shop(state, work)}")
