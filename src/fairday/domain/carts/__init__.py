"""Carts: what a shopper means to buy. Ids and quantities only: prices are always asked again.

Documents behind `ports.carts`, so there is no `store.py` here. Announces nothing. Checkout is a use case.
"""

from fairday.domain.carts.errors import CartFull, CartGone, QuantityRefused, UnknownSku
from fairday.domain.carts.model import Cart, CartLine, Remembered, remember, set_line

__all__ = [
    "Cart",
    "CartFull",
    "CartGone",
    "CartLine",
    "QuantityRefused",
    "Remembered",
    "UnknownSku",
    "remember",
    "set_line",
]
