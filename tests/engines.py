"""Real engines for tests: a PostgreSQL and a MariaDB of our own, and migrated, empty databases on either, quickly.

Each server is started when the first test of a process asks for it, on a socket in a folder of its own, and stopped by
its number when the process ends. Nothing listens on a port.
"""

import asyncio
import atexit
import itertools
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, func, select
from sqlalchemy.schema import CreateTable

from fairday.adapters.database import mysql_schema
from fairday.adapters.database.address import address_of
from fairday.adapters.database.mysql import MysqlDatabase
from fairday.adapters.database.mysql import connect_to as connect_to_mysql
from fairday.adapters.database.postgresql import PostgresDatabase
from fairday.adapters.database.postgresql import connect_to as connect_to_postgresql
from fairday.adapters.database.schema import METADATA
from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.adapters.database.upgrade import upgrade, upgrade_server
from fairday.kernel.errors import Busy
from fairday.kernel.sql import dialect_of

T = TypeVar("T")

NOW_MS = 1_790_000_000_000
ENGINES = ("sqlite", "postgresql", "mysql")
SERVERS = ("postgresql", "mysql")
START_DEADLINE_S = 60
SOCKET = "db"  # MariaDB's, in its folder
ADMIN = {"postgresql": "postgres", "mysql": "mysql"}  # a database that is always there
_NUMBERS = itertools.count(1)
AnyDatabase = SqliteDatabase | PostgresDatabase | MysqlDatabase


class MissingEngineError(RuntimeError):
    """There is no such server on this machine; the text says what to install."""


class Server:
    """A database server of ours, for as long as this process lives."""

    def __init__(self, engine: str, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.engine = engine
        self.process = process
        self.folder = folder

    def url(self, name: str) -> str:
        """A database of this name there, which need not exist."""
        socket = self.folder if self.engine == "postgresql" else self.folder / SOCKET
        return f"{self.engine}://fairday@localhost/{name}?socket={socket}"

    def stop(self, how: int) -> None:
        """End it, and wait until it has."""
        self.process.send_signal(how)
        self.process.wait(timeout=START_DEADLINE_S)


@cache
def server(engine: str) -> Server:
    """The running server; MissingEngineError when this machine has none."""
    return {"postgresql": _postgresql, "mysql": _mariadb}[engine]()


def found(engine: str) -> str:
    """Where the engine's server is on this machine; "" for nowhere. SQLite is everywhere."""
    if engine == "sqlite":
        return "built in"
    return str((_postgresql_bin() if engine == "postgresql" else _mariadbd()) or "")


def _postgresql_bin() -> Path | None:
    """The newest folder with a matching initdb and postgres: Debian's, else whatever the PATH names."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    folders += [Path(on_path).resolve().parent] if on_path else []
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def _mariadbd() -> str | None:
    return shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")


def _unprivileged() -> dict[str, Any]:
    """Neither server runs as root."""
    if os.getuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _folder(engine: str) -> Path:
    """An empty folder that the server may write, with a path short enough for a socket; gone with this process."""
    folder = Path(tempfile.mkdtemp(prefix=f"fd-{engine[:2]}-", dir="/tmp"))
    if not os.getuid():
        shutil.chown(folder, "nobody")
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _postgresql() -> Server:
    programs = _postgresql_bin()
    if programs is None:
        raise MissingEngineError("no PostgreSQL (tools/machine postgresql)")
    folder = _folder("postgresql")
    _run(
        programs / "initdb", "-D", folder / "data", "-U", "fairday", "-A", "trust", "-E", "UTF8", "--locale=C",
        "--no-sync",
    )  # fmt: skip
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "max_connections": "300",
        "shared_buffers": "128MB",
        "log_min_messages": "fatal",
        "deadlock_timeout": "100ms",
    }
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = _start(folder, programs / "postgres", "-D", folder / "data", *arguments)
    running = Server("postgresql", process, folder)
    _stop_at_exit(running, signal.SIGINT)
    _await_answer(running, "postgres")
    return running


def _mariadb() -> Server:
    program = _mariadbd()
    if program is None:
        raise MissingEngineError("no MariaDB (tools/machine mariadb)")
    folder = _folder("mysql")
    own = [f"--datadir={folder / 'data'}", "--no-defaults"]
    _run("mariadb-install-db", *reversed(own), "--auth-root-authentication-method=normal", "--skip-test-db")
    # Without grants every name is let in, over the socket only.
    process = _start(
        folder, program, *reversed(own), f"--socket={folder / SOCKET}", f"--pid-file={folder / 'pid'}",
        "--skip-networking", "--skip-grant-tables", "--character-set-server=utf8mb4", "--skip-log-bin",
        "--collation-server=utf8mb4_bin", "--innodb-flush-log-at-trx-commit=1", "--max-connections=200",
        "--innodb-buffer-pool-size=128M", "--max-prepared-stmt-count=100000", "--performance-schema=0", how="TERM",
    )  # fmt: skip
    running = Server("mysql", process, folder)
    _stop_at_exit(running, signal.SIGTERM)
    _await_answer(running, "mysql")
    return running


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd="/", **_unprivileged())


def _start(folder: Path, *command: object, how: str = "INT") -> subprocess.Popen[bytes]:
    """The server itself, not a script around it, so that its number is the one to stop. It does not outlive us."""
    with (folder / "log").open("wb") as log:
        arguments = ["setpriv", "--pdeathsig", how, *(str(part) for part in command)]
        return subprocess.Popen(arguments, stdout=log, stderr=log, cwd="/", process_group=0, **_unprivileged())


def _stop_at_exit(running: Server, how: int) -> None:
    owner = os.getpid()

    def stop() -> None:
        if os.getpid() == owner and running.process.poll() is None:
            running.stop(how)

    atexit.register(stop)


def _await_answer(running: Server, name: str) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while True:
        try:
            ask(running.url(name), "SELECT 1")
        except Busy as error:
            if running.process.poll() is not None or time.monotonic() > deadline:
                log = running.folder / "log"
                raise RuntimeError(f"{running.engine} did not start: {log.read_text()[-2000:]}") from error
            time.sleep(0.05)
        else:
            return


def apart(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine on a loop of its own, whether or not this thread has one running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


def ask(url: str, *statements: str) -> list[list[tuple[Any, ...]]]:
    """Run statements one by one, each committed by itself; the rows of each."""
    address = address_of(url)

    async def on_postgresql() -> list[list[tuple[Any, ...]]]:
        connection = await connect_to_postgresql(address)
        try:
            return [list(map(tuple, await connection.fetch(statement))) for statement in statements]
        finally:
            await connection.close()

    async def on_mysql() -> list[list[tuple[Any, ...]]]:
        connection = await connect_to_mysql(address)
        answers = []
        try:
            for statement in statements:
                async with connection.cursor() as cursor:
                    await cursor.execute(statement)
                    answers.append(list(await cursor.fetchall() or ()))
        finally:
            await connection.ensure_closed()
        return answers

    return apart(on_postgresql if address.scheme == "postgresql" else on_mysql)


# ------------------------------------------------------------------------------------------------- databases on them


@contextmanager
def fresh(engine: str, folder: Path) -> Iterator[str]:
    """The URL of a migrated, empty database, until the block ends."""
    if engine == "sqlite":
        path = folder / "fairday.db"
        shutil.copyfile(migrated_file(), path)
        yield f"sqlite://{path}"
        return
    take, put_back = (_copy, _drop) if engine == "postgresql" else (_emptied, _KEPT.append)
    url = take()
    try:
        yield url
    finally:
        put_back(url)


@contextmanager
def bare(engine: str, folder: Path) -> Iterator[str]:
    """The URL of a database without any table, until the block ends."""
    if engine == "sqlite":
        yield f"sqlite://{folder / 'bare.db'}"
        return
    url = _created(engine, "")
    try:
        yield url
    finally:
        _drop(url)


def ddl(engine: str, table: Table) -> str:
    """What creates a table there, as migrations would."""
    mysql_schema.install()
    return str(CreateTable(table).compile(dialect=dialect_of(engine)))


def execute(url: str, *statements: str) -> None:
    """Run statements on any engine."""
    if not url.startswith("sqlite:"):
        ask(url, *statements)
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def opened(url: str) -> AnyDatabase:
    """The adapter that answers this URL; whoever opens it closes it."""
    if url.startswith("sqlite:"):
        return SqliteDatabase(Path(url.removeprefix("sqlite://")))
    address = address_of(url)
    return PostgresDatabase(address) if address.scheme == "postgresql" else MysqlDatabase(address)


@cache
def migrated_file() -> Path:
    """An empty SQLite file with today's schema, migrated once for all tests of this process."""
    folder = Path(tempfile.mkdtemp(prefix="fairday-schema-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    upgrade(folder / "fairday.db")
    return folder / "fairday.db"


@cache
def _template() -> str:
    url = _created("postgresql", "")
    apart(lambda: upgrade_server(address_of(url)))
    return address_of(url).name


def _copy() -> str:
    return _created("postgresql", f" TEMPLATE {_template()}")


def _created(engine: str, how: str) -> str:
    running = server(engine)
    name = f"t{os.getpid()}_{next(_NUMBERS)}"
    ask(running.url(ADMIN[engine]), f"CREATE DATABASE {name}{how}")
    return running.url(name)


def _drop(url: str) -> None:
    address = address_of(url)
    force = " WITH (FORCE)" if address.scheme == "postgresql" else ""
    ask(server(address.scheme).url(ADMIN[address.scheme]), f"DROP DATABASE IF EXISTS {address.name}{force}")


_KEPT: list[str] = []  # MariaDB's: its tables take seconds to make, and milliseconds to empty
_BEGUN_WITH = "begun_with_"


def _emptied() -> str:
    if not _KEPT:
        return _filled_by_migrations()
    url = _KEPT.pop()
    seeded = [name for (name,) in ask(url, "SHOW TABLES")[0] if name.startswith(_BEGUN_WITH)]
    emptied = [str(table.delete()) for table in METADATA.sorted_tables]
    refilled = [f"INSERT INTO {name.removeprefix(_BEGUN_WITH)} SELECT * FROM {name}" for name in seeded]  # noqa: S608 - our own
    ask(url, *emptied, *refilled, "ALTER TABLE outbox AUTO_INCREMENT = 1")
    return url


def _filled_by_migrations() -> str:
    """A new one, which keeps copies of the rows that migrations wrote."""
    url = _created("mysql", "")
    apart(lambda: upgrade_server(address_of(url)))
    names = [table.name for table in METADATA.sorted_tables]
    counts = ask(url, *(str(select(func.count()).select_from(table)) for table in METADATA.sorted_tables))
    filled = [name for name, ((count,),) in zip(names, counts, strict=True) if count]
    ask(url, *(f"CREATE TABLE {_BEGUN_WITH}{name} AS SELECT * FROM {name}" for name in filled))  # noqa: S608 - our own
    return url


@asynccontextmanager
async def at(url: str) -> AsyncIterator[AnyDatabase]:
    """The database of a URL, as the fixture `engine` gives it."""
    database = opened(url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_database(folder: Path) -> AsyncIterator[SqliteDatabase]:
    """An SQLite file with every table."""
    path = folder / "fairday.db"
    shutil.copyfile(migrated_file(), path)
    database = SqliteDatabase(path)
    try:
        yield database
    finally:
        await database.close()
