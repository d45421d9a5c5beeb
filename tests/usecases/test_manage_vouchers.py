"""Vouchers as staff make them: checked, audited, and never un-used by hand."""

import pytest
from msgspec.structs import replace

from fairday.domain.access import Actor
from fairday.domain.access.errors import Forbidden
from fairday.domain.pricing import Voucher, VoucherUse, store
from fairday.domain.pricing.errors import VoucherInUse, VoucherInvalid, VoucherRefused
from fairday.kernel.errors import Conflict, NotFound
from fairday.kernel.events import outbox_after
from fairday.usecases.manage_vouchers import (
    change_voucher,
    create_voucher,
    delete_voucher,
    end_voucher,
    list_vouchers,
    view_voucher,
)
from fairday.usecases.write_audit import read_audit, verify_audit
from tests.shop import open_shop

OWNER = Actor(kind="staff", id="o", name="Olga", role="owner")
SUPPORT = Actor(kind="staff", id="s", name="Sam", role="support")
TEN = Voucher(code="ten-off", kind="percent", percent_ppm=100_000)


@pytest.fixture
async def shop(state):
    async with open_shop(state) as opened:
        yield opened


async def redeem(shop, order: str) -> None:
    async with shop.database.write() as unit:
        if await store.redeem_many(unit, [VoucherUse("TEN-OFF", order, order, shop.clock.now_ms())]):
            raise VoucherRefused


async def actions(shop) -> list[str]:
    entries, _ = await read_audit(shop, OWNER)
    return [entry.action for entry in reversed(entries) if entry.subject_kind == "voucher"]


async def heard(shop) -> list[str]:
    async with shop.database.read() as reader:
        return [each.subject for each in await outbox_after(reader, 0, 99) if each.kind == "vouchers_changed"]


async def test_the_life_of_a_voucher(shop):
    created = await create_voucher(shop, OWNER, replace(TEN, used=7))
    assert created == replace(TEN, code="TEN-OFF")
    await redeem(shop, "order-1")
    changed = await change_voucher(shop, OWNER, replace(TEN, uses_limit=1, used=0))
    assert changed == await view_voucher(shop, OWNER, "Ten-Off") == replace(created, uses_limit=1, used=1)
    with pytest.raises(VoucherRefused):
        await redeem(shop, "order-2")
    with pytest.raises(VoucherInUse):
        await delete_voucher(shop, OWNER, "ten-off")
    assert (await end_voucher(shop, OWNER, "ten-off")).active == 0
    async with shop.database.write() as unit:
        await store.release_many(unit, ["order-1"])
    await delete_voucher(shop, OWNER, "ten-off")
    with pytest.raises(NotFound):
        await view_voucher(shop, OWNER, "ten-off")
    assert await actions(shop) == ["voucher.created", "voucher.changed", "voucher.ended", "voucher.deleted"]
    assert await heard(shop) == ["TEN-OFF"] * 4
    assert await verify_audit(shop) == []


async def test_pages(shop):
    for code in ("CCC", "AAA", "BBB"):
        await create_voucher(shop, OWNER, replace(TEN, code=code))
    assert [voucher.code for voucher in await list_vouchers(shop, SUPPORT, limit=2)] == ["AAA", "BBB"]
    assert [voucher.code for voucher in await list_vouchers(shop, SUPPORT, after="BBB", limit=10**9)] == ["CCC"]


async def test_a_code_is_taken_once(shop):
    await create_voucher(shop, OWNER, TEN)
    with pytest.raises(Conflict):
        await create_voucher(shop, OWNER, replace(TEN, code=" TEN-off", percent_ppm=1))
    assert (await view_voucher(shop, OWNER, "TEN-OFF")).percent_ppm == 100_000
    for absent in (
        change_voucher(shop, OWNER, replace(TEN, code="no")),
        end_voucher(shop, OWNER, "no"),
        delete_voucher(shop, OWNER, ""),
    ):
        with pytest.raises(NotFound):
            await absent


async def test_a_limit_below_what_was_used(shop):
    await create_voucher(shop, OWNER, TEN)
    for order in ("a", "b"):
        await redeem(shop, order)
    with pytest.raises(VoucherInvalid) as refused:
        await change_voucher(shop, OWNER, replace(TEN, uses_limit=1))
    assert refused.value.details == {"field": "uses_limit"}
    assert (await change_voucher(shop, OWNER, replace(TEN, uses_limit=2))).used == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "AB"}, "code"),
        ({"code": "A" * 33}, "code"),
        ({"code": "A'B<C>"}, "code"),
        ({"percent_ppm": 0}, "percent_ppm"),
        ({"percent_ppm": 1_000_001}, "percent_ppm"),
        ({"percent_ppm": -1}, "percent_ppm"),
        ({"amount": 5}, "amount"),
        ({"kind": "amount", "amount": 5, "currency": "EUR"}, "percent_ppm"),
        ({"kind": "amount", "percent_ppm": 0, "currency": "EUR"}, "amount"),
        ({"kind": "amount", "percent_ppm": 0, "amount": -5, "currency": "EUR"}, "amount"),
        ({"kind": "amount", "percent_ppm": 0, "amount": 5}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"min_total": 5}, "currency"),
        ({"min_total": -5}, "min_total"),
        ({"starts_ms": -1}, "starts_ms"),
        ({"starts_ms": 5, "ends_ms": 5}, "ends_ms"),
        ({"uses_limit": -1}, "uses_limit"),
        ({"customer_limit": -1}, "customer_limit"),
        ({"active": 2}, "active"),
    ],
)
async def test_vouchers_that_make_no_sense(shop, change, field):
    with pytest.raises(VoucherInvalid) as refused:
        await create_voucher(shop, OWNER, replace(TEN, **change))
    assert refused.value.details == {"field": field}
    assert await list_vouchers(shop, OWNER) == []
    assert await actions(shop) == []


async def test_who_may_not(shop):
    await create_voucher(shop, OWNER, TEN)
    for call in (
        create_voucher(shop, SUPPORT, replace(TEN, code="OTHER")),
        change_voucher(shop, SUPPORT, replace(TEN, percent_ppm=1)),
        end_voucher(shop, SUPPORT, "TEN-OFF"),
        delete_voucher(shop, SUPPORT, "TEN-OFF"),
        list_vouchers(shop, replace(SUPPORT, role="warehouse")),
        view_voucher(shop, replace(SUPPORT, role=""), "TEN-OFF"),
    ):
        with pytest.raises(Forbidden):
            await call
    assert await list_vouchers(shop, OWNER) == [replace(TEN, code="TEN-OFF")]
