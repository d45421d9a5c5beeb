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


class UnsupportedPicture(Refusal):
    """Not a JPEG, PNG, WebP, AVIF or GIF, or a broken one. SVG is refused: it can carry scripts."""

    code: ClassVar[str] = "unsupported_picture"
    status: ClassVar[int] = 415


class PictureTooLarge(Refusal):
    """More bytes than `limit_mb` or more pixels than `limit_megapixels`."""

    code: ClassVar[str] = "picture_too_large"
    status: ClassVar[int] = 413


class UnsupportedFilm(Refusal):
    """Not an MP4 or WebM file, or a broken one."""

    code: ClassVar[str] = "unsupported_film"
    status: ClassVar[int] = 415


class FilmTooLarge(Refusal):
    """More bytes than `limit_mb`."""

    code: ClassVar[str] = "film_too_large"
    status: ClassVar[int] = 413


class CaptionsRefused(Refusal):
    """Not captions as WebVTT writes them; `line` is the first that is wrong, 0 when it is the file."""

    code: ClassVar[str] = "captions_refused"
    status: ClassVar[int] = 422
