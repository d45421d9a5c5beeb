"""Pictures and films of a product: adding, putting in order, naming, taking out. What a file is, use cases decide."""

from msgspec.structs import replace

from fairday.domain.catalog import Media
from fairday.interfaces.backoffice import product_forms as forms
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.pages.products import product_page
from fairday.interfaces.backoffice.visit import Visit
from fairday.kernel.errors import Invalid, Refusal
from fairday.usecases.browse_products import open_product
from fairday.usecases.edit_product import draft_of, save_product
from fairday.usecases.store_film import store_film
from fairday.usecases.store_picture import store_picture

DOORS = Doors()
UPLOAD_BYTES = 96 * 1024 * 1024
MEDIA_LIMIT = 40


@DOORS.post("/products/{product_id:str}/pictures", "media.edit", body_bytes=UPLOAD_BYTES)
async def add_pictures(visit: Visit) -> Answer:
    """All of the pictures, or none when one of them will not do."""
    pictures = [upload for upload in visit.uploads if upload.field == "pictures"]
    alt = visit.form.text("alt", 300)
    try:
        if not pictures:
            raise Invalid(field="pictures", problem="problem-no-file")
        await _room_for(visit, len(pictures))
        return await _add(visit, [await store_picture(visit.shop, one.content, alt=alt) for one in pictures])
    except Refusal as refusal:
        return await product_page(visit, refusal)


@DOORS.post("/products/{product_id:str}/films", "media.edit", body_bytes=UPLOAD_BYTES)
async def add_film(visit: Visit) -> Answer:
    sent = {upload.field: upload.content for upload in visit.uploads}
    try:
        if not sent.get("film"):
            raise Invalid(field="film", problem="problem-no-file")
        await _room_for(visit, 1)
        film = await store_film(
            visit.shop,
            sent["film"],
            poster=sent.get("poster", b""),
            captions=sent.get("captions", b""),
            alt=visit.form.text("film_alt", 300),
        )
        return await _add(visit, [film])
    except Refusal as refusal:
        return await product_page(visit, refusal)


@DOORS.post("/products/{product_id:str}/media", "media.edit")
async def save_media(visit: Visit) -> Answer:
    """Order, words and removals. Files stay stored: an order, a letter or a cached page may still show them."""
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    try:
        changed, _ = forms.with_media_order(record.product, visit.form)
        await save_product(visit.shop, visit.actor, draft_of(changed))
    except Refusal as refusal:
        return await product_page(visit, refusal)
    return visit.go(f"/products/{record.product.id}", done="saved")


async def _room_for(visit: Visit, more: int) -> None:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    if len(record.product.media) + more > MEDIA_LIMIT:
        raise Invalid(field="pictures", problem="problem-media-many", most=MEDIA_LIMIT)


async def _add(visit: Visit, media: list[Media]) -> Answer:
    """After the rest; the document is read again, since drawing pictures takes a while."""
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    known = {one.key for one in record.product.media}
    fresh = [one for one in media if one.key not in known]
    changed = replace(record.product, media=(*record.product.media, *fresh))
    await save_product(visit.shop, visit.actor, draft_of(changed))
    return visit.go(f"/products/{record.product.id}", done="saved")
