"""Serve a shop over HTTP until told to stop."""

import asyncio
import contextlib
import gc
import ipaddress
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from msgspec import Struct
from msgspec.structs import replace

from fairday.adapters.database.damage import refuse_damaged
from fairday.bootstrap.app import build_app
from fairday.bootstrap.processes import ALONE, PROCESSES
from fairday.bootstrap.running import background, index_if_needed, one_server, settle_at_start
from fairday.bootstrap.settings import Settings, SettingsError, path_of, runs_alone
from fairday.bootstrap.wire import Protocol
from fairday.bootstrap.wiring import open_shop
from fairday.usecases.shop import Shop

GRACE_S = 10
YOUNG_OBJECTS = 50_000
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


def check_public(bind: Bind, settings: Settings) -> None:
    """SettingsError when others than this machine would be served as if the shop were under development."""
    if bind.plain_http and not settings.url.startswith("https://"):
        raise SettingsError("--plain-http says that TLS ends in front: set FAIRDAY_URL to the https:// address there")
    if settings.rate_limits == "off" and (bind.plain_http or settings.url.startswith("https://")):
        raise SettingsError("FAIRDAY_RATE_LIMITS=off is for measuring on this machine alone; leave it out")


def check_process(settings: Settings, name: str, bind: Bind) -> None:
    """SettingsError when this kind of process cannot run on these settings, or not where it would listen."""
    if name not in PROCESSES:
        raise SettingsError(f"there is no process {name!r}; there are: {', '.join(PROCESSES)}")
    if name != ALONE and runs_alone(settings):
        raise SettingsError(f"{name!r} needs a database that several processes share: set FAIRDAY_DATABASE")
    if bind.plain_http and not (runs_alone(settings) or settings.secret):
        raise SettingsError("processes of several hosts must share one secret: set FAIRDAY_SECRET")


class Opening(Struct, frozen=True, kw_only=True):
    """What else happens as a store opens: `before` it answers (which may dress it), once `started`, and `beside`."""

    before: Callable[[Shop], Awaitable[Shop]] | None = None
    started: Callable[[Shop], None] | None = None
    beside: Callable[[Shop], Coroutine[Any, Any, None]] | None = None


async def serve(settings: Settings, name: str, bind: Bind, opening: Opening) -> None:
    """Run process `name` until SIGINT or SIGTERM."""
    settings = replace(settings, url=settings.url or f"http://{bind.host}:{bind.port}")
    alone = runs_alone(settings)
    with _taken(bind) as address, one_server(Path(settings.state)) if alone else contextlib.nullcontext():
        if alone:
            refuse_damaged(path_of(settings.database, Path(settings.state), "fairday.db"))
        async with open_shop(settings) as opened:
            shop = opened
            process = PROCESSES[name]
            if process.sweeps:
                await settle_at_start(shop, alone=alone)
            if opening.before:
                shop = await opening.before(shop)
            if "search" in process.subscribers:
                await index_if_needed(shop)
            server, started = _server(build_app(shop, settings, process), bind), opening.started
            _leave_alone_what_stays()
            extra = [opening.beside(shop)] if opening.beside else []
            async with _beside([*background(shop, process, alone=alone), *extra]):
                await _run(server, address, partial(started, shop) if started else None)


def _server(app: object, bind: Bind) -> uvicorn.Server:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application
        host=bind.host,
        port=bind.port,
        http=Protocol,
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


def _leave_alone_what_stays() -> None:
    """What was made by now lives as long as the process: the garbage collector need not look at it ever again.

    A batch of orders makes tens of thousands of objects that are gone with it, so it may look less often, too.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 50)


class _Server(uvicorn.Server):
    """uvicorn, with our own signals: the first asks it to finish what it is doing, and the process ends with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _taken(bind: Bind) -> Iterator[socket.socket]:
    """The address, taken before anything else is done; SettingsError when somebody has it already."""
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((bind.host, bind.port))
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {bind.host}, port {bind.port}: {error.strerror}; try --port"
            ) from None
        yield taken


async def _run(server: uvicorn.Server, taken: socket.socket, started: Callable[[], None] | None) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    serving = asyncio.ensure_future(server.serve(sockets=[taken]))
    while not (server.started or serving.done()):  # noqa: ASYNC110 - uvicorn tells no other way
        await asyncio.sleep(0.01)
    if server.started and started:
        started()
    await serving


@asynccontextmanager
async def _beside(work: Sequence[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(task) for task in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
