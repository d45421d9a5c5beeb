"""Files sent with a form: read whole, bounded. What they are is decided by the use cases, never by their name."""

from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile
from msgspec import Struct

from fairday.interfaces.web import Form
from fairday.interfaces.web.forms import NotAForm, parse_form

FORM_TYPE = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MOST_FILES = 12
MOST_FIELDS = 4_000


class Upload(Struct, frozen=True):
    """A file: the form's field it came in, the name the sender gave it (shown, never used), and its bytes."""

    field: str
    name: str
    content: bytes


async def read_sent(request: Request[Any, Any, Any], most_bytes: int) -> tuple[Form, tuple[Upload, ...]]:
    """The form in the body and its files; NotAForm when it is neither kind of form, or too large."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > most_bytes:
        raise NotAForm
    if kind == FORM_TYPE:
        body = await request.body()
        if len(body) > most_bytes:
            raise NotAForm
        return parse_form(body, MOST_FIELDS), ()
    if kind != MULTIPART:
        raise NotAForm
    sent = await request.form()
    fields: dict[str, tuple[str, ...]] = {}
    uploads: list[Upload] = []
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            if content:
                uploads.append(Upload(name, value.filename, content))
        else:
            fields[name] = (*fields.get(name, ()), str(value))
    if len(uploads) > MOST_FILES:
        raise NotAForm
    return Form(fields), tuple(uploads)
