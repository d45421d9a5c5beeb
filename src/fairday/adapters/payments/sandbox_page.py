"""The sandbox's own page, where a shopper meets its challenge. It stands for a bank's and is never seen in earnest.

It is only ever served where the sandbox takes payments. Whoever has the order's link may answer, as at a bank.
"""

from html import escape
from typing import Annotated, Any
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.params import Body, FromPath
from msgspec import Struct

from fairday.adapters.payments.sandbox import SandboxPayments
from fairday.interfaces.web.csrf import same_origin_guard
from fairday.interfaces.web.headers import new_nonce
from fairday.kernel.errors import NotFound
from fairday.kernel.ids import is_id
from fairday.kernel.money import decimal_text

PATH = "/sandbox/challenge/{order_id:str}"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>Sandbox bank</title>
<style nonce="{nonce}">
:root {{ color-scheme: light dark; }}
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1.5rem; }}
button {{ font: inherit; padding: .7rem 1.4rem; margin: 0 .5rem .5rem 0; border-radius: .5rem; cursor: pointer; }}
</style></head>
<body><main><h1>Sandbox bank</h1>
<p>This page stands for your bank, which asks whether you agree to pay <strong>{amount} {currency}</strong>.
No real money moves.</p>
<form method="post"><button name="answer" value="approve">Approve</button>
<button name="answer" value="reject">Refuse</button></form></main></body></html>
"""


class Answer(Struct):
    """What the shopper's button says."""

    answer: str = ""


def sandbox_routes(provider: SandboxPayments, base_url: str) -> list[Any]:
    """The page and its form. Shoppers are sent back to our own host and nowhere else."""

    @get(PATH, include_in_schema=False)
    async def show(order_id: FromPath[str]) -> Response[str]:
        account = await provider.account(order_id) if is_id(order_id) else None
        if account is None:
            raise NotFound(what="payment")
        if account.outcome.state != "challenge":
            return _back(account.return_url, base_url)
        outcome, nonce = account.outcome, new_nonce()
        amount = decimal_text(outcome.amount, outcome.currency)
        page = PAGE.format(nonce=nonce, amount=amount, currency=escape(outcome.currency))
        policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; frame-ancestors 'none'"
        headers = {"cache-control": "no-store", "content-security-policy": policy}
        return Response(page, media_type="text/html", headers=headers)

    @post(PATH, include_in_schema=False, guards=[same_origin_guard])
    async def answer(
        order_id: FromPath[str],
        data: Annotated[Answer, Body(media_type="application/x-www-form-urlencoded")],
    ) -> Response[str]:
        account = await provider.account(order_id) if is_id(order_id) else None
        if account is None:
            raise NotFound(what="payment")
        await (provider.approve(order_id) if data.answer == "approve" else provider.reject(order_id))
        return _back(account.return_url, base_url)

    return [show, answer]


def _back(return_url: str, base_url: str) -> Response[str]:
    ours, theirs = urlsplit(base_url), urlsplit(return_url)
    own = not theirs.netloc or (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
    location = f"{theirs.path}?{theirs.query}" if own and theirs.path.startswith("/") else "/"
    headers = {"cache-control": "no-store", "location": location.rstrip("?")}
    return Response("", status_code=303, headers=headers, media_type="text/html")
