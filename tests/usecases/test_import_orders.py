"""Orders of an earlier system arrive exactly, whatever order files come in, and go out as they came."""

import json
from pathlib import Path

import pytest

from fairday.kernel.errors import Invalid
from fairday.usecases.export_orders import export_orders
from fairday.usecases.import_orders import import_orders, order_totals
from tests.buying import buy
from tests.goods import put_goods
from tests.shop import open_shop

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
FIRST = HEADER + (
    "1001,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    "1001,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    "1001,POST,POSTAGE,1,2010-12-01 08:27:00,18,17850,United Kingdom\n"
    "C1002,85123A,HEART,-1,2010-12-02 08:26:00,2.55,17850,United Kingdom\n"
)
SECOND = HEADER + (
    'A1003,B,Adjust bad debt,1,2011-01-03 14:50:00,-11.062,,"Éire, really"\n'
    "1004,22139,,56,2011-01-04 11:52:00,0.0,,France\n"
)


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        yield opened


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for path, text in zip(paths, (FIRST, SECOND), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


async def test_every_oddity_is_kept_and_counted(shop, files):
    report = await import_orders(shop, files)
    assert (report.rows, report.orders_written, report.lines_written, report.failed) == (6, 4, 6, [])
    totals = await order_totals(shop)
    months = totals.pop("months")
    assert totals == {
        "rows": 6, "invoices": 4, "cancel_invoices": 1, "adjust_invoices": ["A1003"], "customers": 1,
        "rows_without_customer": 2, "rows_without_description": 1, "stock_codes": 4,
        "negative_quantity_not_cancel": 0, "zero_price_rows": 1, "negative_price_rows": 1, "countries": 3,
        "duplicate_rows": 1, "net_gbp": "34.988",
    }  # fmt: skip
    assert months == {
        "2010-12": {"lines": 4, "invoices": 2, "customers": 1, "net_gbp": "46.05", "gross_sales_gbp": "48.60"},
        "2011-01": {"lines": 2, "invoices": 2, "customers": 0, "net_gbp": "-11.062", "gross_sales_gbp": "0"},
    }


async def test_any_order_of_files_and_a_second_time_come_to_the_same(shop, files):
    await import_orders(shop, list(reversed(files)))
    before = await order_totals(shop)
    again = await import_orders(shop, files)
    assert (again.lines_written, again.unchanged) == (0, 6)
    assert await order_totals(shop) == before


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1001,85123A,HEART,six,2010-12-01 08:26:00,2.55,1,UK", "'six'"),
        ("1001,85123A,HEART,6,yesterday,2.55,1,UK", "'yesterday'"),
        ("1001,85123A,HEART,6,2010-12-01,NaN,1,UK", "'NaN'"),
        ("1001,85123A,HEART,6,2010-12-01,0.1234567,1,UK", "'0.1234567'"),
        ("1001,,HEART,6,2010-12-01,1,1,UK", "no stock code"),
        (",85123A,HEART,6,2010-12-01,1,1,UK", "no order number"),
    ],
)
async def test_a_bad_row_is_reported_and_leaves_its_whole_order_out(shop, files, row, said):
    files[0].write_text(FIRST + row + "\n", encoding="utf-8")
    report = await import_orders(shop, files)
    totals = await order_totals(shop)
    ((name, line, reason),) = report.failed
    assert (name, line) == ("first.csv", 6)
    assert said in reason
    assert totals["rows"] == (3 if row.startswith("1001") else 6)


async def test_a_dry_run_writes_nothing(shop, files):
    assert (await import_orders(shop, files, dry_run=True)).rows == 6
    assert (await order_totals(shop))["rows"] == 0


async def test_a_file_of_another_kind_is_refused_by_name(shop, tmp_path):
    path = tmp_path / "goods.csv"
    path.write_text("name,price\nMug,1\n")
    with pytest.raises(Invalid) as refused:
        await import_orders(shop, [path])
    assert refused.value.details["field"] == "goods.csv"
    assert "InvoiceNo" not in refused.value.details["missing"]


async def test_what_goes_out_comes_in_again(shop, files, tmp_path):
    await put_goods(shop, {"MUG": 5})
    order = (await buy(shop, {"MUG": 2})).order
    await import_orders(shop, files)
    out = tmp_path / "out.csv"
    with out.open("w", encoding="utf-8", newline="") as file:
        assert await export_orders(shop, file) == 5
    async with open_shop(tmp_path / "other") as other:
        report = await import_orders(other, [out])
        totals = await order_totals(other)
        assert (report.failed, report.orders_written) == ([], 5)
        assert totals["net_gbp"] == f"{34.988 + order.total / 100:.3f}"
        again = tmp_path / "again.csv"
        with again.open("w", encoding="utf-8", newline="") as file:
            await export_orders(other, file)
    assert sorted(again.read_text().splitlines()[1:]) == sorted(out.read_text().splitlines()[1:])


async def test_the_public_invoices_come_to_their_published_totals(shop, datasets: Path):
    folder = datasets / "orders_online_retail"
    report = await import_orders(shop, sorted(folder.glob("*.csv.gz")))
    assert report.failed == []
    assert await order_totals(shop) == json.loads((folder / "expected_totals.json").read_text())
