"""Reading a posted form: bounded, plain text, kept as typed. Rules live with the use cases."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from litestar import Request
from msgspec import Struct

from fairday.kernel.errors import Refusal

LARGEST_BYTES = 64 * 1024
MOST_FIELDS = 200
_WHOLE = re.compile(r"-?[0-9]{1,12}")
FORM_TYPE = "application/x-www-form-urlencoded"


class NotAForm(Refusal):
    """What was posted is not a form, or a far too large one."""

    code: ClassVar[str] = "not_a_form"
    status: ClassVar[int] = 400


class Form(Struct, frozen=True):
    """What was typed. Line ends and outer spaces are tidied, control characters dropped; nothing else is changed."""

    fields: dict[str, tuple[str, ...]] = {}

    def text(self, name: str, longest: int = 200) -> str:
        """The field's text, cut at `longest`; empty when it was not sent."""
        values = self.fields.get(name)
        return _tidy(values[-1])[:longest] if values else ""

    def secret(self, name: str, longest: int = 256) -> str:
        """A password exactly as typed; an overlong one is empty rather than cut."""
        values = self.fields.get(name)
        return values[-1] if values and len(values[-1]) <= longest else ""

    def whole(self, name: str, default: int = 0) -> int:
        """A whole number of at most 12 digits; `default` when it is not one."""
        text = self.text(name)
        return int(text) if _WHOLE.fullmatch(text) else default

    def has(self, name: str) -> bool:
        """Whether it was sent at all, as a ticked box or the button pressed."""
        return name in self.fields

    def typed(self, names: Iterable[str]) -> dict[str, str]:
        """These fields, to fill the form again; never ask for a password here."""
        return {name: self.text(name) for name in names}


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """The form in the body; NotAForm when it is none."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    declared = request.headers.get("content-length", "0")
    if content_type != FORM_TYPE or not declared.isdigit() or int(declared) > LARGEST_BYTES:
        raise NotAForm
    body = await request.body()
    if len(body) > LARGEST_BYTES:
        raise NotAForm
    return parse_form(body)


def parse_form(body: bytes, most_fields: int = MOST_FIELDS) -> Form:
    """The fields of an encoded form."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=most_fields)
    except (ValueError, UnicodeDecodeError) as problem:
        raise NotAForm from problem
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), value)
    return Form(fields)


def _tidy(text: str) -> str:
    kept = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or c.isprintable())
    return kept.strip()
