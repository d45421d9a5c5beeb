"""Addresses of pages that letters and providers lead to. The storefront serves them under the same paths."""

from fairday.domain.customers.model import RequestPurpose
from fairday.domain.orders import Order
from fairday.usecases.place_order import order_token
from fairday.usecases.shop import Market, Shop

ACCOUNT_PATHS: dict[RequestPurpose, str] = {
    "confirm": "register/confirm",
    "reset": "password/new",
    "email": "email/confirm",
}


def order_link(shop: Shop, order: Order) -> str:
    """The order's status page; whoever has the link may see it."""
    market = Market(order.language, order.country, order.currency)
    return f"{shop.settings.base_url}/{market.slug}/orders/{order.id}/{order_token(shop, order.id)}"


def account_link(shop: Shop, purpose: RequestPurpose, token: str, language: str) -> str:
    """The page behind an account letter."""
    return f"{shop.settings.base_url}/{home_market(shop, language).slug}/{ACCOUNT_PATHS[purpose]}/{token}"


def home_market(shop: Shop, language: str) -> Market:
    """Where a person who reads `language` is taken when nothing else is known: the first country of its own."""
    markets = [market for market in shop.settings.markets if market.language == language]
    own = [market for market in markets if market.country.lower() == language]
    return (own or markets or list(shop.settings.markets))[0]
