"""PostgreSQL through asyncpg: units are transactions at READ COMMITTED, plain reads are single statements.

Writing, reading and reports have connections of their own, so that a slow report keeps nobody from buying. Nothing is
sent that was not asked for: no BEGIN around a read, no reset between users. Statement texts never change, so each
connection prepares them once.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
import structlog

from fairday.adapters.database.address import Address
from fairday.adapters.database.pool import Pool
from fairday.kernel.errors import Busy, CommitUnknown
from fairday.kernel.sql import Statement
from fairday.kernel.unit_of_work import Reader, Row, Writer

log = structlog.get_logger(__name__)

DIALECT = "postgresql"
CONNECT_TIMEOUT_S = 5.0
STATEMENT_TIMEOUT_MS = 10_000
REPORT_TIMEOUT_MS = 600_000
LOCK_TIMEOUT_MS = 5_000
GRACE_S = 5.0  # how much later than the server the client gives up by itself
ROWS_AT_ONCE = 5_000
REPORTS = 2  # connections for reports
STATEMENTS_KEPT = 1_000

# Somebody else was first, or the server has no time or no room: the unit is undone, and trying again is safe.
_AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OutOfMemoryError,
)
# The connection is of no use any more. A server that became read-only has a successor elsewhere.
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InternalClientError,
    ConnectionError,
    TimeoutError,
)
_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


class PostgresUnit:
    """Runs statements on one connection; a Reader, and a Writer while its unit is open."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        self._connection = connection

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """All rows of a SELECT."""
        compiled = statement.compiled(DIALECT)
        values = compiled.values(parameters)
        try:
            return list(map(tuple, await self._connection.fetch(compiled.text, *values)))
        except _TROUBLE as error:
            raise _answer(self._connection, error) from error

    async def row(self, statement: Statement, /, **parameters: Any) -> Row | None:  # noqa: ANN401
        """The first row, or None."""
        compiled = statement.compiled(DIALECT)
        values = compiled.values(parameters)
        try:
            found = await self._connection.fetchrow(compiled.text, *values)
        except _TROUBLE as error:
            raise _answer(self._connection, error) from error
        return None if found is None else tuple(found)

    async def run(self, statement: Statement, /, **parameters: Any) -> int:  # noqa: ANN401
        """Execute once."""
        compiled = statement.compiled(DIALECT)
        return await self._execute(compiled.text, compiled.values(parameters))

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]], /) -> int:
        """Execute for every row, in one statement."""
        many = statement.many(DIALECT)
        touched = 0
        for start in range(0, len(rows), ROWS_AT_ONCE):
            touched += await self._execute(many.text, many.columns(rows[start : start + ROWS_AT_ONCE]))
        return touched

    async def _execute(self, text: str, values: Sequence[Any]) -> int:
        try:
            status: str = await self._connection.execute(text, *values)
        except _TROUBLE as error:
            raise _answer(self._connection, error) from error
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0


class PostgresReader:
    """Plain reads: every statement is its own, on whatever connection is free."""

    def __init__(self, pool: Pool[Any]) -> None:
        self._pool = pool

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """All rows of a SELECT."""
        connection = await self._pool.take()
        try:
            return await PostgresUnit(connection).rows(statement, **parameters)
        finally:
            self._pool.give(connection)

    async def row(self, statement: Statement, /, **parameters: Any) -> Row | None:  # noqa: ANN401
        """The first row, or None."""
        connection = await self._pool.take()
        try:
            return await PostgresUnit(connection).row(statement, **parameters)
        finally:
            self._pool.give(connection)


class PostgresDatabase:
    """The Database port on one PostgreSQL database."""

    def __init__(self, address: Address) -> None:
        self.place = address
        reading = max((address.connections - REPORTS) // 2, 1)
        self._reading = self._pool(reading, STATEMENT_TIMEOUT_MS)
        self._reports = self._pool(REPORTS, REPORT_TIMEOUT_MS)
        self._writing = self._pool(max(address.connections - REPORTS - reading, 1), STATEMENT_TIMEOUT_MS)

    def read(self, *, snapshot: bool = False, stale: bool = False) -> AbstractAsyncContextManager[Reader]:  # noqa: ARG002
        """A view to ask from. There are no replicas here: nothing is stale."""
        return self._snapshot() if snapshot else self._plain()

    @asynccontextmanager
    async def _plain(self) -> AsyncIterator[Reader]:
        yield PostgresReader(self._reading)

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Reader]:
        async with self._unit(self._reports, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as unit:
            yield unit

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """A unit of work; others run beside it."""
        async with self._unit(self._writing, "BEGIN") as unit:
            yield unit

    async def revision(self) -> str:
        """The revision the schema is at; "" for none."""
        connection = await self._writing.take()
        try:
            if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
                return ""
            return str(await connection.fetchval("SELECT version_num FROM alembic_version") or "")
        finally:
            self._writing.give(connection)

    async def close(self) -> None:
        """Close every connection."""
        for pool in (self._reading, self._reports, self._writing):
            for connection in pool.drain():
                await _close(connection)

    @asynccontextmanager
    async def _unit(self, pool: Pool[Any], begin: str) -> AsyncIterator[PostgresUnit]:
        connection = await pool.take()
        try:
            try:
                await connection.execute(begin)
            except _TROUBLE as error:
                raise _answer(connection, error) from error
            try:
                yield PostgresUnit(connection)
            except BaseException:
                await _roll_back(connection)
                raise
            await _commit(connection)
        finally:
            pool.give(connection)

    def _pool(self, size: int, timeout_ms: int) -> Pool[Any]:
        async def connect() -> Any:  # noqa: ANN401 - asyncpg ships no types
            return await connect_to(self.place, timeout_ms)

        return Pool(connect, lambda connection: not connection.is_closed(), size=size)


async def connect_to(address: Address, timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Any:  # noqa: ANN401
    """A connection as units expect it; Busy when there is none to be had."""
    settings = {
        "application_name": "fairday report" if timeout_ms == REPORT_TIMEOUT_MS else "fairday",
        "statement_timeout": str(timeout_ms),
        "lock_timeout": str(LOCK_TIMEOUT_MS),
        "idle_in_transaction_session_timeout": "60000",
        "default_transaction_isolation": "read committed",
        "synchronous_commit": "on",
        "jit": "off",
    }
    try:
        connection = await asyncpg.connect(
            host=address.socket or address.host,
            port=address.port,
            user=address.user or None,
            password=address.password or None,
            database=address.name,
            ssl=address.tls() or False,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=timeout_ms / 1000 + GRACE_S,
            statement_cache_size=STATEMENTS_KEPT,
            max_cached_statement_lifetime=0,
            server_settings=settings,
        )
        # Sums of integers are numeric there; all our numbers are whole.
        await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=_whole)
    except _TROUBLE as error:
        log.warning("database_unreachable", database=str(address), problem=f"{type(error).__name__}: {error}")
        raise Busy(retry_after_s=1) from error
    return connection


async def _commit(connection: Any) -> None:  # noqa: ANN401
    try:
        status = await connection.execute("COMMIT")
    except _LOST as error:
        connection.terminate()
        raise CommitUnknown(retry_after_s=1) from error
    except _TROUBLE as error:
        if connection.is_closed():
            raise CommitUnknown(retry_after_s=1) from error
        raise _answer(connection, error) from error
    except asyncio.CancelledError:
        connection.terminate()
        raise
    assert status == "COMMIT", "a unit went on after a statement of its own had failed"


async def _roll_back(connection: Any) -> None:  # noqa: ANN401
    """Undo, or at least never use the connection again: the server undoes what nobody holds."""
    if connection.is_closed():
        return
    try:
        await connection.execute("ROLLBACK", timeout=GRACE_S)
    except _TROUBLE:
        connection.terminate()
    except BaseException:
        connection.terminate()
        raise


async def _close(connection: Any) -> None:  # noqa: ANN401
    try:
        await connection.close(timeout=GRACE_S)
    except _TROUBLE:
        connection.terminate()


def _answer(connection: Any, error: BaseException) -> BaseException:  # noqa: ANN401
    """Busy for what passes by itself; the error itself when it is our mistake."""
    if isinstance(error, _AGAIN):
        return Busy(retry_after_s=1)
    if isinstance(error, _LOST) or connection.is_closed():
        connection.terminate()
        log.warning("database_connection_lost", problem=f"{type(error).__name__}: {error}")
        return Busy(retry_after_s=1)
    return error


def _whole(text: str) -> int:
    return int(text.partition(".")[0])
