"""Every no the catalogue can say."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class ProductTooLarge(Refusal):
    """A document is over the size that every engine can hold; `key` names it, `limit_bytes` is the size."""

    code: ClassVar[str] = "product_too_large"
    status: ClassVar[int] = 413


class DuplicateSku(Refusal):
    """Two products claim the same SKU; `sku`, `key` and `other_key` say which."""

    code: ClassVar[str] = "duplicate_sku"
    status: ClassVar[int] = 409


class DuplicateKey(Refusal):
    """Two products claim the same key; `key` says which."""

    code: ClassVar[str] = "duplicate_key"
    status: ClassVar[int] = 409
