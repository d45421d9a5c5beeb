"""`fairday bench orders`: the command. It never touches a store that exists."""

import asyncio
from collections.abc import Callable
from typing import Any

import click
import msgspec

from fairday.bootstrap.settings import Settings
from fairday.bootstrap.wiring import open_shop
from fairday.cli.bench.audit import broken_rules
from fairday.cli.bench.load import CONNECTIONS_LIMIT, SECONDS_LIMIT, client
from fairday.cli.bench.run import Plan, Result, Runner, Watch, result_of, unwatched
from fairday.cli.bench.scratch import scratch_folder, scratch_settings, serving
from fairday.cli.bench.traffic import LINES, fill, sell
from fairday.cli.state import settings_for


@click.group()
def bench() -> None:
    """Measure this machine as a store. What is stored already is not touched."""


@bench.command("orders")
@click.option(
    "--database", default="sqlite:", show_default=True, metavar="URL",
    help="The engine. On a server, a database is made beside the one named here, and dropped afterwards.",
)  # fmt: skip
@click.option(
    "--clients",
    default=32,
    show_default=True,
    type=click.IntRange(1, CONNECTIONS_LIMIT),
    help="Connections that ask at once.",
)
@click.option(
    "--seconds", default=10.0, show_default=True, type=click.FloatRange(0.1, SECONDS_LIMIT), help="How long to order."
)
@click.option("--hot/--spread", default=False, help="One SKU that is in every order, or all alike (the default).")
@click.option("--rate", default=0.0, type=click.FloatRange(0), help="Orders a second to send, whether or not answered.")
@click.option(
    "--products",
    default=1_000,
    show_default=True,
    type=click.IntRange(LINES, 2_000_000),
    help="Products on the shelves.",
)
@click.option("--orders", default=0, type=click.IntRange(0, 20_000_000), help="Orders that were placed before.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def orders(*, as_json: bool, hot: bool, **given: Any) -> int:  # noqa: ANN401 - the options above, as `Plan` names them
    """Whole orders over HTTP against a server of their own, rate limits lifted. Exit code 1 when the audit fails."""
    plan = Plan(skus="hot" if hot else "spread", **given)
    client()  # before anything else is done: there may be no compiler
    result = measure(plan, settings_for(None), _tell)
    if as_json:
        click.echo(msgspec.json.encode(result).decode())
    else:
        _show(result)
    return 0 if result.audit == "ok" else 1


def measure(plan: Plan, settings: Settings, tell: Callable[[str], None], watch: Watch = unwatched) -> Result:
    """Make a store, fill it, order from it, audit it, take it away."""
    with scratch_folder() as folder, scratch_settings(settings, plan.database, folder) as scratch:
        asyncio.run(_fill(scratch, plan))
        with serving(scratch, folder) as server:
            runner = Runner(server, folder, plan)
            carts, placed = runner.measure(tell, watch)
        broken = asyncio.run(_audit(scratch, runner.acknowledged))
    return result_of(plan, carts, placed, broken)


async def _fill(settings: Settings, plan: Plan) -> None:
    async with open_shop(settings) as shop:
        await fill(shop, plan.products)
        if plan.orders:
            await sell(shop, plan.orders, plan.products)


async def _audit(settings: Settings, acknowledged: list[str]) -> list[str]:
    async with open_shop(settings) as shop:
        return await broken_rules(shop, acknowledged)


def _tell(what: str) -> None:
    click.echo(what, err=True)


def _show(result: Result) -> None:
    for name, value in msgspec.structs.asdict(result).items():
        click.echo(f"{name:<24}{value}")
