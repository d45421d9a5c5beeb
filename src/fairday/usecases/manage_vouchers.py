"""Make, change, end and remove vouchers. How often one was used is never set by hand."""

import re

from msgspec.structs import asdict, replace

from fairday.domain.access import Actor, Change, require
from fairday.domain.pricing import Voucher, store
from fairday.domain.pricing.errors import VoucherInUse, VoucherInvalid
from fairday.domain.pricing.events import VouchersChanged
from fairday.domain.pricing.model import normal_code
from fairday.kernel.errors import Conflict, NotFound
from fairday.kernel.events import announce
from fairday.kernel.money import EXPONENTS, LIMIT, PPM
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

PAGE_LIMIT = 100
USES_LIMIT = 1_000_000_000
TIME_LIMIT_MS = 2**53
CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{2,31}", re.ASCII)


async def list_vouchers(shop: Shop, actor: Actor, after: str = "", limit: int = 50) -> list[Voucher]:
    """A page of vouchers in order of code; the last one's code is where the next page begins."""
    require(actor.role, "vouchers.view")
    async with shop.database.read() as reader:
        return await store.voucher_page(reader, after, max(1, min(limit, PAGE_LIMIT)))


async def view_voucher(shop: Shop, actor: Actor, code: str) -> Voucher:
    """NotFound when there is none."""
    require(actor.role, "vouchers.view")
    async with shop.database.read() as reader:
        found = await store.vouchers(reader, [code])
    return _only(found)


async def create_voucher(shop: Shop, actor: Actor, voucher: Voucher) -> Voucher:
    """A new voucher, its code normalised; VoucherInvalid, or Conflict when the code is taken."""
    require(actor.role, "vouchers.edit")
    voucher = replace(voucher, code=normal_code(voucher.code), used=0)
    _check(voucher)
    async with shop.database.write() as unit:
        if await store.vouchers(unit, [voucher.code]):
            raise Conflict
        await _put(shop, unit, actor, "voucher.created", voucher)
    return voucher


async def change_voucher(shop: Shop, actor: Actor, voucher: Voucher) -> Voucher:
    """Everything but its code and use; VoucherInvalid, also when the limit would be below what was used."""
    require(actor.role, "vouchers.edit")
    async with shop.database.write() as unit:
        before = _only(await store.vouchers(unit, [voucher.code]))
        changed = replace(voucher, code=before.code, used=before.used)
        _check(changed)
        await _put(shop, unit, actor, "voucher.changed", changed)
    return changed


async def end_voucher(shop: Shop, actor: Actor, code: str) -> Voucher:
    """Nobody can use it from now on; orders that hold it keep their discount."""
    require(actor.role, "vouchers.edit")
    async with shop.database.write() as unit:
        ended = replace(_only(await store.vouchers(unit, [code])), active=0)
        await _put(shop, unit, actor, "voucher.ended", ended)
    return ended


async def delete_voucher(shop: Shop, actor: Actor, code: str) -> None:
    """Remove one that was never used; VoucherInUse otherwise."""
    require(actor.role, "vouchers.edit")
    async with shop.database.write() as unit:
        voucher = _only(await store.vouchers(unit, [code]))
        if not await store.delete_unused_vouchers(unit, [voucher.code]):
            raise VoucherInUse(voucher=voucher.code)
        await announce(unit, [VouchersChanged(subject=voucher.code, codes=(voucher.code,))], shop.clock.now_ms())
        await write_audit(shop, unit, actor, Change("voucher.deleted", "voucher", voucher.code))


async def _put(shop: Shop, unit: Writer, actor: Actor, action: str, voucher: Voucher) -> None:
    await store.put_vouchers(unit, [voucher])
    await announce(unit, [VouchersChanged(subject=voucher.code, codes=(voucher.code,))], shop.clock.now_ms())
    details = {name: value for name, value in asdict(voucher).items() if name not in {"code", "used"}}
    await write_audit(shop, unit, actor, Change(action, "voucher", voucher.code, details))


def _only(found: dict[str, Voucher]) -> Voucher:
    if not found:
        raise NotFound
    return next(iter(found.values()))


def _check(voucher: Voucher) -> None:
    """Raise VoucherInvalid with the first field that makes no sense."""
    percent = voucher.kind == "percent"
    fine = {
        "code": CODE.fullmatch(voucher.code) is not None,
        "kind": voucher.kind in {"percent", "amount"},
        "percent_ppm": 0 < voucher.percent_ppm <= PPM if percent else voucher.percent_ppm == 0,
        "amount": voucher.amount == 0 if percent else 0 < voucher.amount <= LIMIT,
        "currency": voucher.currency in EXPONENTS or (percent and not voucher.currency and voucher.min_total <= 0),
        "min_total": 0 <= voucher.min_total <= LIMIT,
        "starts_ms": 0 <= voucher.starts_ms <= TIME_LIMIT_MS,
        "ends_ms": voucher.ends_ms == 0 or voucher.starts_ms < voucher.ends_ms <= TIME_LIMIT_MS,
        "uses_limit": voucher.uses_limit == 0 or max(1, voucher.used) <= voucher.uses_limit <= USES_LIMIT,
        "customer_limit": 0 <= voucher.customer_limit <= USES_LIMIT,
        "active": voucher.active in {0, 1},
    }
    wrong = next((field for field, holds in fine.items() if not holds), "")
    if wrong:
        raise VoucherInvalid(field=wrong)
