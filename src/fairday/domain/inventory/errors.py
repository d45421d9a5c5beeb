"""Every no the stock can say."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class OutOfStock(Refusal):
    """Not enough is left of some SKUs; `skus` names them, `left` says how many there are of each."""

    code: ClassVar[str] = "out_of_stock"
    status: ClassVar[int] = 409


class StockRefused(Refusal):
    """The shelf cannot hold so few: some of `sku` at `location` is already promised."""

    code: ClassVar[str] = "stock_refused"
    status: ClassVar[int] = 409


class CustomerLimit(Refusal):
    """A customer may not have so many of some SKUs; `skus` names them, `left` says how many more there may be."""

    code: ClassVar[str] = "customer_limit"
    status: ClassVar[int] = 409


class AwaitingStock(Refusal):
    """Pieces that are sold are not there yet, or an older order waits for them: only `ready` of `sku` can be sent."""

    code: ClassVar[str] = "awaiting_stock"
    status: ClassVar[int] = 409


class StockNotFree(Refusal):
    """Pieces cannot be moved that are promised or not there: only `left` of `sku` at `location` are free."""

    code: ClassVar[str] = "stock_not_free"
    status: ClassVar[int] = 409


class LocationTaken(Refusal):
    """There is a location with this code already."""

    code: ClassVar[str] = "location_taken"
    status: ClassVar[int] = 409
