"""`fairday up` opens the whole store on this machine; `fairday serve` runs one process of the table."""

import dataclasses
from pathlib import Path

import click
import uvloop

from fairday.bootstrap.demo import staff_the_shop, stock_the_shelves
from fairday.bootstrap.demo_pictures import Gallery, is_unfinished
from fairday.bootstrap.processes import PROCESSES
from fairday.bootstrap.running import AlreadyRunningError
from fairday.bootstrap.server import Bind, Opening, check_bind, check_process, check_public
from fairday.bootstrap.server import serve as run_server
from fairday.bootstrap.settings import Settings
from fairday.cli.state import settings_for, state_option
from fairday.usecases.manage_staff import FIRST_LOGIN
from fairday.usecases.shop import Shop

PORTS = click.IntRange(1, 65_535)


@click.command()
@click.option("--port", type=PORTS, default=8000, show_default=True, help="The port to listen on.")
@state_option
@click.option("--no-demo", is_flag=True, help="Leave an empty store empty.")
def up(port: int, state: Path | None, *, no_demo: bool) -> None:
    """Open the whole store on this machine, with demo goods if it has none. Ctrl-C closes it; its state stays."""
    settings = settings_for(state)
    bind = Bind(port=port)
    folder = Path(settings.state)
    password = ""
    gallery: Gallery | None = None

    async def before(shop: Shop) -> Shop:
        nonlocal password, gallery
        password = await staff_the_shop(shop)
        if not no_demo and not await shop.products.page("", 1):
            click.echo("Stocking the shelves with demo goods ...")
            await stock_the_shelves(shop, folder)
        if no_demo or not is_unfinished(folder):
            return shop
        gallery = Gallery(shop.media, folder)
        return dataclasses.replace(shop, media=gallery)

    async def beside(_shop: Shop) -> None:
        if gallery:
            await gallery.fill()

    def started(shop: Shop) -> None:
        _greet(shop, bind, folder, password)

    _run(settings, "all", bind, Opening(before=before, started=started, beside=beside))


@click.command()
@click.argument("process", metavar="PROCESS", type=click.Choice(list(PROCESSES)))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=PORTS, default=8000, show_default=True, help="The port to listen on.")
@click.option("--plain-http", is_flag=True, help="Listen beyond the loopback: TLS ends in front of this process.")
@state_option
def serve(process: str, host: str, port: int, state: Path | None, *, plain_http: bool) -> None:
    """Run one process of the table: all, storefront, backoffice, products, carts, orders, users, search, worker."""
    settings = settings_for(state, quiet=False)
    bind = Bind(host=host, port=port, plain_http=plain_http)
    check_bind(bind)
    check_public(bind, settings)
    check_process(settings, process, bind)
    _run(settings, process, bind, Opening())


def _run(settings: Settings, process: str, bind: Bind, opening: Opening) -> None:
    try:
        uvloop.run(run_server(settings, process, bind, opening))
    except AlreadyRunningError as error:
        raise click.UsageError(str(error)) from None


def _greet(shop: Shop, bind: Bind, folder: Path, password: str) -> None:
    """Where everything is, once it is there."""
    root = f"http://{bind.host}:{bind.port}"
    click.echo(f"{shop.settings.name} is open. Ctrl-C closes it; its state stays in {folder}.")
    click.echo(f"  storefront   {root}/")
    click.echo(f"  back office  {root}/backoffice")
    click.echo(f"  API docs     {root}/api/v1/docs")
    click.echo(f"  mail         {root}/mail")
    if password:
        click.echo("The first owner signs in to the back office with this; it is shown only now.")
        click.echo(f"  login          {FIRST_LOGIN}")
        click.echo(f"  owner password: {password}")
