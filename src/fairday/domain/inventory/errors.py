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
