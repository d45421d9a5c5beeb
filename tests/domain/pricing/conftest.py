"""A database with the tables of pricing in it."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from fairday.adapters.database.sqlite import SqliteDatabase
from fairday.domain.pricing import tables
from fairday.kernel.sql import METADATA


@pytest.fixture
async def database(tmp_path: Path):
    path = tmp_path / "pricing.db"
    engine = create_engine(f"sqlite:///{path}")
    METADATA.create_all(
        engine,
        tables=[
            tables.PRICES,
            tables.LISTINGS,
            tables.TAX_RATES,
            tables.SHIPPING_METHODS,
            tables.VOUCHERS,
            tables.VOUCHER_USES,
            tables.GIFT_BALANCES,
            tables.GIFT_MOVEMENTS,
        ],
    )
    engine.dispose()
    opened = SqliteDatabase(path)
    yield opened
    await opened.close()
