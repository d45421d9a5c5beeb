"""MySQL and MariaDB through asyncmy: units are transactions at READ COMMITTED, plain reads are single statements.

As in `postgresql`, writing, reading and reports have connections of their own, and statements are prepared once per
connection. Rows found are counted, not rows changed; text compares byte by byte; what does not fit is refused.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import Any

import structlog
from asyncmy import Connection
from asyncmy.connection import MySQLResult, PreparedStatement
from asyncmy.constants.CLIENT import FOUND_ROWS
from asyncmy.errors import Error

from fairday.adapters.database.address import Address
from fairday.adapters.database.pool import Pool
from fairday.kernel.errors import Busy, CommitUnknown
from fairday.kernel.sql import Compiled, Statement
from fairday.kernel.unit_of_work import Reader, Row, Writer

log = structlog.get_logger(__name__)

DIALECT = "mysql"
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 10_000
REPORT_TIMEOUT_MS = 600_000
LOCK_TIMEOUT_S = 5
GRACE_S = 5  # how much later than the server the client gives up by itself
ROWS_AT_ONCE = 5_000
REPORTS = 2  # connections for reports
STATEMENTS_KEPT = 256
DECIMAL_TYPE = 246
DUPLICATE = 1062

# What only MariaDB knows is in a comment that only MariaDB reads.
_SESSION = (
    "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    "SET SESSION max_error_count = 65535, innodb_lock_wait_timeout = {lock_s}",
    "/*M! SET SESSION max_statement_time = {statement_s}, in_predicate_conversion_threshold = 0 */",
)
# Lock wait, deadlock, too long (MariaDB, MySQL), locked right now, interrupted, too many connections, changed since.
_AGAIN = {1205, 1213, 1969, 3024, 3572, 1317, 1040, 1203, 1020}
# Gone, lost, not reached, shutting down, killed, read-only because there is a successor.
_LOST = {2006, 2013, 2003, 2055, 1053, 1077, 1079, 1927, 1290, 1792, 1836, 4031}
_TROUBLE = (Error, OSError, TimeoutError)


class Session:
    """A connection with the statements it has prepared."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._prepared: dict[str, PreparedStatement] = {}

    def is_open(self) -> bool:
        """Whether it looked alive when last used."""
        return bool(self.connection.connected)

    async def execute(self, text: str, values: Sequence[Any]) -> MySQLResult:
        """Run a statement with `?` for its values."""
        prepared = self._prepared.get(text)
        if prepared is None:
            prepared = await self.connection.prepare(text)
            if len(self._prepared) >= STATEMENTS_KEPT:
                await self._prepared.pop(next(iter(self._prepared))).close()
            self._prepared[text] = prepared
        result: MySQLResult = await prepared.execute(values)
        return result


class MysqlUnit:
    """Runs statements on one connection; a Reader, and a Writer while its unit is open."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """All rows of a SELECT."""
        text, values = statement.compiled(DIALECT).lengthened(parameters)
        result = await self._execute(text, values)
        rows: Sequence[Row] = result.rows or ()
        if any(column[1] == DECIMAL_TYPE for column in result.description or ()):
            return [tuple(int(value) if type(value) is Decimal else value for value in row) for row in rows]
        return list(rows)

    async def row(self, statement: Statement, /, **parameters: Any) -> Row | None:  # noqa: ANN401
        """The first row, or None."""
        found = await self.rows(statement, **parameters)
        return found[0] if found else None

    async def run(self, statement: Statement, /, **parameters: Any) -> int:  # noqa: ANN401
        """Execute once."""
        compiled = statement.compiled(DIALECT)
        text, values = compiled.lengthened(parameters)
        return await self._count(compiled, await self._execute(text, values), 1)

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]], /) -> int:
        """Execute for every row, in one statement."""
        many = statement.many(DIALECT)
        touched = 0
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            touched += await self._count(many, await self._execute(many.text, many.document(some)), len(some))
        return touched

    async def _execute(self, text: str, values: Sequence[Any]) -> MySQLResult:
        try:
            return await self._session.execute(text, values)
        except _TROUBLE as error:
            raise _answer(self._session, error) from error

    async def _count(self, compiled: Compiled, result: MySQLResult, given: int) -> int:
        if compiled.counts_given:
            return given
        if compiled.only_new and result.warning_count:
            await self._see_that_only_keys_were_taken()
        return int(result.affected_rows)

    async def _see_that_only_keys_were_taken(self) -> None:
        """INSERT IGNORE makes warnings of all its errors: any but a taken primary key is one of ours."""
        try:
            warnings = await self._session.connection.show_warnings()
        except _TROUBLE as error:
            raise _answer(self._session, error) from error
        for _, code, message in warnings or ():
            if int(code) != DUPLICATE or not str(message).rstrip("'").endswith("PRIMARY"):
                raise Error(int(code), message)


class MysqlReader:
    """Plain reads: every statement is its own, on whatever connection is free."""

    def __init__(self, pool: Pool[Session]) -> None:
        self._pool = pool

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[Row]:  # noqa: ANN401
        """All rows of a SELECT."""
        session = await self._pool.take()
        try:
            return await MysqlUnit(session).rows(statement, **parameters)
        finally:
            self._pool.give(session)

    async def row(self, statement: Statement, /, **parameters: Any) -> Row | None:  # noqa: ANN401
        """The first row, or None."""
        found = await self.rows(statement, **parameters)
        return found[0] if found else None


class MysqlDatabase:
    """The Database port on one MySQL or MariaDB database."""

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
        yield MysqlReader(self._reading)

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Reader]:
        begin = (
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        )
        async with self._unit(self._reports, begin) as unit:
            yield unit

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """A unit of work; others run beside it."""
        async with self._unit(self._writing, ("START TRANSACTION",)) as unit:
            yield unit

    async def revision(self) -> str:
        """The revision the schema is at; "" for none."""
        session = await self._writing.take()
        try:
            if not (await session.execute("SHOW TABLES LIKE 'alembic_version'", ())).rows:
                return ""
            found = (await session.execute("SELECT version_num FROM alembic_version", ())).rows
            return str(found[0][0]) if found else ""
        finally:
            self._writing.give(session)

    async def close(self) -> None:
        """Close every connection."""
        for pool in (self._reading, self._reports, self._writing):
            for session in pool.drain():
                await session.connection.ensure_closed()

    @asynccontextmanager
    async def _unit(self, pool: Pool[Session], begin: Sequence[str]) -> AsyncIterator[MysqlUnit]:
        session = await pool.take()
        try:
            try:
                for statement in begin:
                    await session.connection.query(statement)
            except _TROUBLE as error:
                raise _answer(session, error) from error
            try:
                yield MysqlUnit(session)
            except BaseException:
                await _roll_back(session)
                raise
            await _commit(session)
        finally:
            pool.give(session)

    def _pool(self, size: int, timeout_ms: int) -> Pool[Session]:
        async def connect() -> Session:
            return Session(await connect_to(self.place, timeout_ms))

        return Pool(connect, Session.is_open, size=size)


async def connect_to(address: Address, timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Connection:
    """A connection as units expect it; Busy when there is none to be had."""
    connection = Connection(
        host=address.host,
        port=address.port,
        unix_socket=address.socket or None,
        user=address.user or None,
        password=address.password,
        database=address.name,
        charset="utf8mb4",
        autocommit=True,
        client_flag=FOUND_ROWS,
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=timeout_ms / 1000 + GRACE_S,
        ssl=address.tls(),
        program_name="fairday",
    )
    try:
        await connection.connect()
        for setting in _SESSION:
            await connection.query(setting.format(lock_s=LOCK_TIMEOUT_S, statement_s=timeout_ms / 1000))
    except _TROUBLE as error:
        connection.close()
        log.warning("database_unreachable", database=str(address), problem=f"{type(error).__name__}: {error}")
        raise Busy(retry_after_s=1) from error
    return connection


async def _commit(session: Session) -> None:
    try:
        await session.connection.commit()
    except _TROUBLE as error:
        answer = _answer(session, error)
        raise (answer if session.is_open() else CommitUnknown(retry_after_s=1)) from error
    except asyncio.CancelledError:
        session.connection.close()
        raise


async def _roll_back(session: Session) -> None:
    """Undo, or at least never use the connection again: the server undoes what nobody holds."""
    if not session.is_open():
        return
    try:
        async with asyncio.timeout(GRACE_S):
            await session.connection.rollback()
    except _TROUBLE:
        session.connection.close()
    except BaseException:
        session.connection.close()
        raise


def _answer(session: Session, error: BaseException) -> BaseException:
    """Busy for what passes by itself; the error itself when it is our mistake."""
    code = error.args[0] if isinstance(error, Error) and error.args else None
    if code in _AGAIN:
        return Busy(retry_after_s=1)
    if code in _LOST or isinstance(error, OSError | TimeoutError) or not session.is_open():
        session.connection.close()
        log.warning("database_connection_lost", problem=f"{type(error).__name__}: {error}")
        return Busy(retry_after_s=1)
    return error
