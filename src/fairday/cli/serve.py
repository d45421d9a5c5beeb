"""`fairday up` opens the whole store on this machine; `fairday serve` runs one process of the table."""

import asyncio
from pathlib import Path

import click

from fairday.bootstrap.demo import prepare, staff_the_shop
from fairday.bootstrap.processes import PROCESSES
from fairday.bootstrap.running import AlreadyRunningError
from fairday.bootstrap.server import Bind, check_bind, check_process
from fairday.bootstrap.server import serve as run_server
from fairday.bootstrap.settings import Settings
from fairday.cli.state import settings_for, state_option
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
    check_process(settings, "all")
    password = asyncio.run(staff_the_shop(settings))
    work = () if no_demo else (prepare,)
    _run(settings, "all", bind, lambda shop: _greet(shop, bind, password), work)


@click.command()
@click.argument("process", metavar="PROCESS", type=click.Choice(list(PROCESSES)))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=PORTS, default=8000, show_default=True, help="The port to listen on.")
@click.option("--plain-http", is_flag=True, help="Listen beyond the loopback: TLS ends in front of this process.")
@state_option
def serve(process: str, host: str, port: int, state: Path | None, *, plain_http: bool) -> None:
    """Run one process of the table: all, storefront, backoffice, worker."""
    settings = settings_for(state, quiet=False)
    bind = Bind(host=host, port=port, plain_http=plain_http)
    check_bind(bind)
    check_process(settings, process)
    _run(settings, process, bind, None, ())
