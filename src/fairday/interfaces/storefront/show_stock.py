"""What a shopper reads of pieces that are sold before they are there, and of how many one customer may have."""

from fairday.domain.inventory import Offer
from fairday.interfaces.storefront.places import Place


def later_text(place: Place, offer: Offer, quantity: int, now_ms: int) -> str:
    """When `quantity` pieces go out, if some of them are not there yet; empty when all are, or cannot be had."""
    if quantity <= offer.now or quantity > offer.total:
        return ""
    kind = "preorder" if offer.policy == "preorder" else "backorder"
    part = {"now": offer.now} if offer.now else {}
    asked = f"stock-{kind}-part" if part else f"stock-{kind}"
    if offer.expected_ms > now_ms:
        return place.words.text(asked, day=place.formats.day(offer.expected_ms, "long"), **part)
    return place.words.text(f"{asked}-some-day", **part)


def limit_text(place: Place, offer: Offer) -> str:
    """How many pieces one customer may have; empty when any number."""
    return place.words.text("stock-limit", count=offer.per_customer) if offer.per_customer else ""


def most_at_once(offer: Offer, most: int) -> int:
    """As many as one may put into a basket."""
    return min(offer.total, most, offer.per_customer or most)
