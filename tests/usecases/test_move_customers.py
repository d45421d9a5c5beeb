"""Customers go out and come in again, without passwords, and a bad line leaves nothing behind."""

import gzip

import pytest

from fairday.kernel.errors import Invalid
from fairday.usecases.move_customers import export_customers, import_customers
from tests.shop import open_shop

GRETE = (
    '{"email":"grete@example.org","name":"Grete","language":"de","created_ms":5,"addresses":[{"name":"Grete",'
    '"line1":"Lindenallee 1","city":"Berlin","postcode":"10115","country":"DE"}]}\n'
)
BAD = '{"email":"nobody","name":"x"}\n[1]\n{"email":"a@example.org","name":"x","password":"y"}\n'


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        yield opened


async def exported(shop, path):
    with path.open("w", encoding="utf-8") as file:
        await export_customers(shop, file)
    return path.read_text(encoding="utf-8")


async def test_customers_come_in_once_and_go_out_as_they_came(shop, tmp_path):
    path = tmp_path / "customers.jsonl.gz"
    path.write_bytes(gzip.compress((GRETE + BAD).encode()))
    report = await import_customers(shop, path)
    assert (report.read, report.written, [number for number, _ in report.failed]) == (4, 1, [2, 3, 4])
    assert (await import_customers(shop, path)).unchanged == 1
    first = await exported(shop, tmp_path / "out.jsonl")
    async with open_shop(tmp_path / "other") as other:
        assert (await import_customers(other, tmp_path / "out.jsonl")).failed == []
        assert await exported(other, tmp_path / "again.jsonl") == first
    assert '"line1":"Lindenallee 1"' in first


async def test_a_dry_run_writes_nothing(shop, tmp_path):
    path = tmp_path / "customers.jsonl"
    path.write_text(GRETE, encoding="utf-8")
    assert (await import_customers(shop, path, dry_run=True)).read == 1
    assert await exported(shop, tmp_path / "out.jsonl") == ""


async def test_a_file_that_is_not_text_is_refused(shop, tmp_path):
    path = tmp_path / "customers.jsonl.gz"
    path.write_bytes(b"\x1f\x8b not really")
    with pytest.raises(Invalid):
        await import_customers(shop, path)
