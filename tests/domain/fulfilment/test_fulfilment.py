"""Parcels: kept with what was in them, and followed where their carrier shows them."""

import pytest

from fairday.domain.fulfilment import Shipment, ShipmentLine, store, tracking_url
from tests.engines import NOW_MS, open_database


def a_parcel(order_id="o", parcel_id="p", carrier="DHL", tracking="JD01"):
    return Shipment(
        id=parcel_id, order_id=order_id, carrier=carrier, tracking=tracking, at_ms=NOW_MS,
        lines=(ShipmentLine(1, 2, 300), ShipmentLine(3, 1)),
    )  # fmt: skip


async def test_parcels_come_back_as_they_left_oldest_first(tmp_path):
    parcels = [a_parcel("o", "p1"), a_parcel("o", "p2"), a_parcel("other", "p3")]
    async with open_database(tmp_path) as database:
        async with database.write() as unit:
            await store.insert_many(unit, [parcels[1], parcels[2], parcels[0]])
        async with database.read() as reader:
            assert await store.shipments_of(reader, ["o"]) == parcels[:2]
            assert await store.shipments_of(reader, []) == []


@pytest.mark.parametrize(
    ("carrier", "tracking", "url"),
    [
        ("UPS", "1Z 99", "https://www.ups.com/track?tracknum=1Z99"),
        ("UPS", '"><script>&a=b', "https://www.ups.com/track?tracknum=scriptab"),
        ("UPS", "", ""),
        ("Somebody", "1", ""),
        ("", "1", ""),
    ],
)
def test_only_known_carriers_are_linked_and_only_by_letters_and_digits(carrier, tracking, url):
    assert tracking_url(a_parcel(carrier=carrier, tracking=tracking)) == url
