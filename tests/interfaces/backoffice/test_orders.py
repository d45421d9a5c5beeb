"""Sending, calling off and giving back, through the pages, down to parcels, shelves, provider, books and log."""

import html
import json
import re
from pathlib import Path

from fairday.domain.inventory import store as stock
from fairday.domain.ledger import store as ledger
from fairday.kernel.clock import FixedClock
from fairday.usecases.check_invariants import check_invariants
from fairday.usecases.shop import Shop
from fairday.usecases.staff_sign_in import acting
from fairday.usecases.view_order import OrderView, view_order
from fairday.usecases.write_audit import read_audit
from tests.buying import buy
from tests.goods import put_goods
from tests.office import BASE, NOON_MS, Browser, Office, open_office
from tests.people import a_customer
from tests.shop import open_shop


async def an_order_of_two(shop: Shop) -> OrderView:
    placed = await buy(shop, {"MUG": 3, "LAMP": 1})
    return await view_order(shop, placed.order.id)


def line_of(view: OrderView, sku: str) -> str:
    return f"line_{next(line.line_no for line in view.lines if line.sku == sku)}"


async def on_hand(shop: Shop, sku: str) -> int:
    async with shop.database.read() as reader:
        return sum(level.on_hand for level in await stock.levels(reader, [sku]))


async def assert_whole(shop: Shop) -> None:
    broken = await check_invariants(shop)
    assert not broken, broken


async def test_the_list_finds_orders(owner: Browser, shop: Shop) -> None:
    first = await an_order_of_two(shop)
    second = await an_order_of_two(shop)
    page = await owner.get("/orders")
    assert first.order.reference in page.text
    assert second.order.reference in page.text
    page = await owner.get("/orders", q=first.order.reference)
    assert first.order.reference in page.text
    assert second.order.reference not in page.text
    page = await owner.get("/orders", state="shipped")
    assert first.order.reference not in page.text
    assert (await owner.get("/orders", state="nonsense", cursor="'; drop table orders")).status_code == 200


async def test_the_list_goes_on_where_it_ended(owner: Browser, shop: Shop) -> None:
    await put_goods(shop, {"CUP": 60})
    placed = [(await buy(shop, {"CUP": 1})).order for _ in range(52)]
    page = await owner.get("/orders")
    following = re.search(r'href="([^"]+)" rel="next"', page.text)
    assert following
    rest = await owner.get("/" + html.unescape(following[1]))
    assert [order.reference in rest.text for order in placed[:2]] == [True, True]
    assert placed[2].reference not in rest.text
    assert 'rel="next"' not in rest.text


async def test_a_part_is_sent_then_the_rest(owner: Browser, shop: Shop) -> None:
    view = await an_order_of_two(shop)
    mug, lamp = line_of(view, "MUG"), line_of(view, "LAMP")
    path = f"/orders/{view.order.id}"
    await owner.get(path)
    asked = await owner.post(f"{path}/ship", {mug: "2", lamp: "0", "carrier": "DHL", "tracking": "JD0001"})
    assert "× 2" in asked.text
    assert (await view_order(shop, view.order.id)).shipments == ()
    answer = await owner.confirm(f"{path}/ship", {mug: "2", lamp: "0", "carrier": "DHL", "tracking": "JD0001"})
    assert answer.headers["location"] == f"/backoffice{path}?done=shipped"
    after = await view_order(shop, view.order.id)
    assert after.order.state == "part_shipped"
    (parcel,) = after.shipments
    assert (parcel.carrier, parcel.tracking, [line.quantity for line in parcel.lines]) == ("DHL", "JD0001", [2])
    assert await on_hand(shop, "MUG") == 18
    page = await owner.get(path)
    assert "tracking-id=JD0001" in page.text
    answer = await owner.confirm(f"{path}/ship", {mug: "1", lamp: "1"})
    assert answer.status_code == 303
    assert (await view_order(shop, view.order.id)).order.state == "shipped"
    await assert_whole(shop)


async def test_too_many_or_no_pieces_are_refused_and_nothing_happens(owner: Browser, shop: Shop) -> None:
    view = await an_order_of_two(shop)
    mug, path = line_of(view, "MUG"), f"/orders/{view.order.id}"
    await owner.get(path)
    refused = {"4": "There are only 3", "-1": "whole number", "x": "whole number", "0": "at least one"}
    for typed, said in refused.items():
        answer = await owner.post(f"{path}/ship", {mug: typed, "confirm": "1"})
        assert answer.status_code == 400
        assert said in answer.text
    assert await view_order(shop, view.order.id) == view


async def test_everything_goes_back(owner: Browser, shop: Shop) -> None:
    view = await an_order_of_two(shop)
    path = f"/orders/{view.order.id}"
    await owner.get(path)
    await owner.confirm(f"{path}/ship", {line_of(view, "MUG"): "3", line_of(view, "LAMP"): "1"})
    fields = {
        line_of(view, "MUG"): "3",
        line_of(view, "LAMP"): "1",
        "shipping": f"{view.postage_left / 100:.2f}",
        "reason": "All of it came back",
        "restock": "1",
    }
    asked = await owner.post(f"{path}/refund", fields)
    assert f"€{view.order.total / 100:.2f}" in asked.text
    answer = await owner.confirm(f"{path}/refund", fields)
    assert answer.headers["location"] == f"/backoffice{path}?done=refunded"
    after = await view_order(shop, view.order.id)
    assert after.refunded == view.order.total
    assert after.payment is not None
    assert after.payment.refunded == view.order.total
    assert await on_hand(shop, "MUG") == 20
    provider = (await shop.payments["sandbox"].find([view.order.id]))[view.order.id]
    assert provider.refunded == view.order.total
    async with shop.database.read() as reader:
        balances = {(b.account, b.currency): b.amount for b in await ledger.trial_balance(reader, 2**53)}
    assert balances["liability:tax", "EUR"] == 0
    assert sum(balances.values()) == 0
    page = await owner.get(path)
    assert "All of it came back" in page.text
    assert f"{path}/refund" not in page.text
    await assert_whole(shop)


async def test_a_part_goes_back_to_the_cent(owner: Browser, shop: Shop) -> None:
    view = await an_order_of_two(shop)
    mug, path = line_of(view, "MUG"), f"/orders/{view.order.id}"
    line = next(one for one in view.lines if one.sku == "MUG")
    await owner.get(path)
    for count in range(3):
        answer = await owner.confirm(f"{path}/refund", {mug: "1"})
        assert answer.status_code == 303, count
    after = await view_order(shop, view.order.id)
    assert after.refunded == line.total
    refused = await owner.post(f"{path}/refund", {mug: "1", "confirm": "1"})
    assert refused.status_code == 400
    assert (await view_order(shop, view.order.id)).refunded == line.total
    await assert_whole(shop)


async def test_more_than_was_paid_cannot_go_back(owner: Browser, shop: Shop) -> None:
    view = await an_order_of_two(shop)
    path = f"/orders/{view.order.id}"
    await owner.get(path)
    for shipping in ("1000", "-5", "1e9", "nan", "0.001"):
        answer = await owner.post(f"{path}/refund", {"shipping": shipping, "confirm": "1"})
        assert answer.status_code in {400, 409}, shipping
        assert 'role="alert"' in answer.text
    assert (await view_order(shop, view.order.id)).refunds == ()


async def test_cancelling_gives_everything_back_and_cannot_be_done_twice(owner: Browser, shop: Shop) -> None:
    view = await an_order_of_two(shop)
    path = f"/orders/{view.order.id}"
    await owner.get(path)
    answer = await owner.confirm(f"{path}/cancel", {"reason": "Ordered twice"})
    assert answer.headers["location"] == f"/backoffice{path}?done=cancelled"
    after = await view_order(shop, view.order.id)
    assert after.order.state == "cancelled"
    assert after.refunded == view.order.total
    async with shop.database.read() as reader:
        assert (await stock.available(reader, ["MUG"]))["MUG"] == 20
    again = await owner.post(f"{path}/cancel", {"confirm": "1"})
    assert again.status_code == 409
    assert (await owner.post(f"{path}/ship", {line_of(view, "MUG"): "1", "confirm": "1"})).status_code in {400, 409}
    assert await view_order(shop, view.order.id) == after
    await assert_whole(shop)


async def test_two_who_send_the_same_parcel_send_it_once(office: Office, owner: Browser, shop: Shop) -> None:
    manager = await office.enter("manager")
    view = await an_order_of_two(shop)
    path, fields = f"/orders/{view.order.id}", {line_of(view, "MUG"): "3", "confirm": "1"}
    await owner.get(path)
    await manager.get(path)
    first, second = await owner.post(f"{path}/ship", fields), await manager.post(f"{path}/ship", fields)
    assert (first.status_code, second.status_code) == (303, 400)
    assert len((await view_order(shop, view.order.id)).shipments) == 1


async def test_buttons_are_there_for_those_who_may(office: Office, shop: Shop) -> None:
    view = await an_order_of_two(shop)
    path = f"/orders/{view.order.id}"
    expected = {
        "warehouse": {"ship"},
        "support": {"refund", "cancel"},
        "manager": {"ship", "refund", "cancel"},
    }
    for role, actions in expected.items():
        page = await (await office.enter(role)).get(path)
        assert set(re.findall(rf'action="/backoffice{path}/(\w+)"', page.text.replace("&#x2f;", "/"))) == actions
        assert ("In the books" in page.text) is (role == "manager")


async def test_each_change_is_in_the_log_with_who_and_where(office: Office, owner: Browser, shop: Shop) -> None:
    view = await an_order_of_two(shop)
    path = f"/orders/{view.order.id}"
    support = office.browser(source="10.9.8.7")
    await support.enter("support")
    await support.confirm(f"{path}/refund", {line_of(view, "MUG"): "1", "reason": "Chipped"})
    await owner.get(path)
    await owner.confirm(f"{path}/ship", {line_of(view, "LAMP"): "1"})
    assert owner.staff is not None
    entries, _ = await read_audit(shop, acting(owner.staff), subject=("order", view.order.id))
    told = [(e.action, e.actor_kind, e.actor_name, e.source) for e in entries]
    assert told == [
        ("order.shipped", "staff", "Owner", "127.0.0.1"),
        ("order.refunded", "staff", "Support", "10.9.8.7"),
    ]
    assert json.loads(entries[1].details)["reason"] == "Chipped"


async def test_unknown_orders_are_not_found(owner: Browser) -> None:
    for order_id in ("0" * 26, "x", "..%2f..%2fetc", "'"):
        assert (await owner.get(f"/orders/{order_id}")).status_code == 404


async def test_the_dashboard_counts_what_was_sold(owner: Browser, shop: Shop) -> None:
    view = await an_order_of_two(shop)
    page = await owner.get("/")
    assert f"€{view.order.total / 100:.2f}" in page.text
    assert "Thing MUG" in page.text
    assert view.order.reference in page.text
    assert "<svg" in page.text
    assert "Thing LAMP" in page.text  # four are left


async def test_a_customer_shows_their_orders(owner: Browser, shop: Shop) -> None:
    customer = await a_customer(shop)
    page = await owner.get("/customers", q="ada@")
    assert customer.id in page.text
    assert (await owner.get(f"/customers/{customer.id}")).status_code == 200
    assert (await owner.get("/customers/0000000000000000000000000a")).status_code == 404


async def test_what_is_taken_off_before_it_is_charged(state: Path) -> None:
    async with (
        open_shop(state, clock=FixedClock(NOON_MS), url=BASE, capture="at_ship") as shop,
        open_office(shop) as office,
    ):
        await put_goods(shop, {"MUG": 20, "LAMP": 5})
        owner = await office.enter("owner")
        view = await an_order_of_two(shop)
        path = f"/orders/{view.order.id}"
        assert f"{path}/refund" in (await owner.get(path)).text
        answer = await owner.confirm(f"{path}/refund", {line_of(view, "MUG"): "1", "reason": "One too many"})
        assert answer.headers["location"] == f"/backoffice{path}?done=released"
        page = await owner.get(path, done="released")
        for said in ("will not be charged", "Not charged", "Taken off before it was charged", "One too many"):
            assert said in page.text
        after = await view_order(shop, view.order.id)
        assert (after.refunded, after.payment and after.payment.captured) == (0, 0)
        await assert_whole(shop)
