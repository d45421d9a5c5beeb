"""A shop on a server that forgets when the power goes, and a look at who waits there for a lock."""

from collections.abc import AsyncIterator

import pytest

from fairday.adapters.database.address import address_of
from fairday.adapters.database.mysql import connect_to as connect_to_mysql
from fairday.adapters.database.postgresql import connect_to as connect_to_postgresql
from tests import engines
from tests.conftest import not_run
from tests.interleavings.races import Arena
from tests.shop import open_shop

# Durability is not what these tests are about, and they commit ten thousand times.
QUICK = {
    "postgresql": (
        "ALTER DATABASE {name} SET synchronous_commit = off",
        "ALTER DATABASE {name} SET deadlock_timeout = 20",
    ),
    "mysql": ("SET GLOBAL innodb_flush_log_at_trx_commit = 0",),
}  # fmt: skip
DURABLE = {"postgresql": (), "mysql": ("SET GLOBAL innodb_flush_log_at_trx_commit = 1",)}
_POSTGRESQL_WAITS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
)
_MYSQL_WAITS = "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'"  # INNODB_TRX is a copy, up to 100 ms old


@pytest.fixture(params=engines.SERVERS)
async def arena(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[Arena]:
    name = request.param
    try:
        with engines.fresh(name, tmp_path) as url:
            database = address_of(url).name
            engines.ask(url, *(one.format(name=database) for one in QUICK[name]))
            async with open_shop(tmp_path / "state", database=url) as shop:
                connection = await (connect_to_postgresql if name == "postgresql" else connect_to_mysql)(
                    address_of(url)
                )
                yield Arena(shop, name, _waits(name, connection))
                await (connection.close() if name == "postgresql" else connection.ensure_closed())
            engines.ask(url, *DURABLE[name])
    except engines.MissingEngineError as missing:
        not_run(str(missing))


def _waits(name, connection):
    async def on_postgresql() -> int:
        return int(await connection.fetchval(_POSTGRESQL_WAITS))

    async def on_mysql() -> int:
        async with connection.cursor() as cursor:
            await cursor.execute(_MYSQL_WAITS)
            return int((await cursor.fetchall())[0][1])

    return on_postgresql if name == "postgresql" else on_mysql
