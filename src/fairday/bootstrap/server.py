"""Serve a shop over HTTP until told to stop."""

import asyncio
import contextlib
import ipaddress
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from msgspec import Struct
from msgspec.structs import replace

from fairday.bootstrap.app import build_app
from fairday.bootstrap.processes import ALONE, PROCESSES
from fairday.bootstrap.running import background, one_server
from fairday.bootstrap.settings import Settings, SettingsError, scheme_of
from fairday.bootstrap.wiring import open_shop
from fairday.usecases.settle_orders import settle_orders
from fairday.usecases.shop import Shop

GRACE_S = 10
KEEP_ALIVE_S = 75


class Bind(Struct, frozen=True, kw_only=True):
    """Where to listen. Anything but the loopback is refused unless `plain_http` says that TLS ends in front of us."""

    host: str = "127.0.0.1"
    port: int = 8000
    plain_http: bool = False


def check_bind(bind: Bind) -> None:
    """SettingsError when this would send passwords over a network in clear text."""
    try:
        loopback = bind.host == "localhost" or ipaddress.ip_address(bind.host).is_loopback
    except ValueError:
        raise SettingsError(f"{bind.host!r} is not an address to listen on; try 127.0.0.1") from None
    if not (loopback or bind.plain_http):
        raise SettingsError(
            f"{bind.host} is not the loopback, and this is plain HTTP: put TLS in front and say --plain-http"
        )


def check_process(settings: Settings, name: str) -> None:
    """SettingsError when this kind of process cannot run on these settings."""
    if name not in PROCESSES:
        raise SettingsError(f"there is no process {name!r}; there are: {', '.join(PROCESSES)}")
    if name != ALONE and scheme_of(settings.database) == "sqlite":
        raise SettingsError(f"{name!r} needs a database that several processes share: set FAIRDAY_DATABASE")


async def serve(settings: Settings, name: str, bind: Bind, *, started: Callable[[Shop], None] | None = None) -> None:
    """Run process `name` until SIGINT or SIGTERM; `started` is called once it answers."""
    url = settings.url or f"http://{bind.host}:{bind.port}"
    with one_server(Path(settings.state)):
        async with open_shop(replace(settings, url=url)) as shop:
            process = PROCESSES[name]
            if process.sweeps:
                await settle_orders(shop, stale_ms=0)  # whoever held these orders is gone
            app = build_app(shop, replace(settings, url=url), process)
            server = _server(app, bind)
            async with _beside(background(shop, process)):
                await _run(server, (lambda: started(shop)) if started else None)


def _server(app: object, bind: Bind) -> uvicorn.Server:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application
        host=bind.host,
        port=bind.port,
        http="httptools",
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """uvicorn, with our own signals: the first asks it to finish what it is doing, and the process ends with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(server: uvicorn.Server, started: Callable[[], None] | None) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    serving = asyncio.ensure_future(server.serve())
    while not (server.started or serving.done()):
        await asyncio.sleep(0.01)
    if server.started and started:
        started()
    await serving


@asynccontextmanager
async def _beside(work: list) -> AsyncIterator[None]:  # type: ignore[type-arg]
    tasks = [asyncio.ensure_future(task) for task in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
