"""The sandbox's own pages, where a shopper meets its challenge and plays their bank. They are never seen in earnest.

They are only ever served where the sandbox takes payments. Whoever has the order's link may answer, as at a bank. What
is decided here is told to the shop as a real provider tells it: by signed messages through the shop's own door.
"""

from html import escape
from typing import Annotated, Any
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import Body, FromPath
from msgspec import Struct

from fairday.adapters.payments.sandbox import SIGNATURE, SandboxPayments
from fairday.adapters.payments.sandbox_record import Account, Quarrel
from fairday.domain.payments.errors import BadSignature
from fairday.interfaces.web.csrf import same_origin_guard
from fairday.interfaces.web.headers import new_nonce
from fairday.kernel.errors import NotFound
from fairday.kernel.ids import is_id
from fairday.kernel.money import decimal_text
from fairday.usecases.apply_payment_events import apply_payment_event
from fairday.usecases.receive_payment_event import receive_payment_event
from fairday.usecases.shop import Shop

CHALLENGE = "/sandbox/challenge/{order_id:str}"
PAYMENT = "/sandbox/payments/{order_id:str}"
MESSAGES_AT_ONCE = 20
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>Sandbox bank</title>
<style nonce="{nonce}">
:root {{ color-scheme: light dark; }}
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto; padding: 0 1.5rem; }}
button {{ font: inherit; padding: .7rem 1.4rem; margin: 0 .5rem .5rem 0; border-radius: .5rem; cursor: pointer; }}
</style></head>
<body><main><h1>Sandbox bank</h1>
<p>{says} <strong>{amount} {currency}</strong>. No real money moves.</p>
<form method="post">{buttons}</form></main></body></html>
"""
ASKS = "This page stands for your bank, which asks whether you agree to pay"
SHOWS = "This page stands for your bank, and for Stripe’s or another provider’s desk. {state}:"
BUTTONS = {
    "challenge": (("approve", "Approve"), ("reject", "Refuse")),
    "captured": (("dispute", "Dispute this payment"),),
    "open": (("won", "Decide for the shop"), ("lost", "Decide for the shopper")),
}


class Answer(Struct):
    """What the button says."""

    answer: str = ""


Form = Annotated[Answer, Body(media_type="application/x-www-form-urlencoded")]


def sandbox_routes(provider: SandboxPayments, shop: Shop) -> list[Any]:
    """The pages and their forms. Shoppers are sent back to our own host and nowhere else."""
    base_url = shop.settings.base_url

    @get(CHALLENGE, include_in_schema=False)
    async def show(order_id: FromPath[str]) -> Response[str]:
        account = await _account(provider, order_id)
        if account.outcome.state != "challenge":
            return _back(account.return_url, base_url)
        return _page(account, ASKS, "challenge")

    @post(CHALLENGE, include_in_schema=False, guards=[same_origin_guard])
    async def answer(order_id: FromPath[str], data: Form) -> Response[str]:
        account = await _account(provider, order_id)
        await (provider.approve(order_id) if data.answer == "approve" else provider.reject(order_id))
        return _back(account.return_url, base_url, BackgroundTask(deliver, provider, shop))

    @get(PAYMENT, include_in_schema=False)
    async def payment(order_id: FromPath[str]) -> Response[str]:
        account = await _account(provider, order_id)
        quarrel = await provider.quarrel(order_id)
        state = f"disputed, {quarrel.state}" if quarrel else account.outcome.state
        return _page(account, SHOWS.format(state=state), _turn(account, quarrel))

    @post(PAYMENT, include_in_schema=False, guards=[same_origin_guard])
    async def act(order_id: FromPath[str], data: Form) -> Response[str]:
        await _account(provider, order_id)
        if data.answer == "dispute":
            await provider.dispute_payment(order_id)
        elif data.answer in {"won", "lost"}:
            await provider.decide_dispute(order_id, won=data.answer == "won")
        return _back(f"/sandbox/payments/{order_id}", base_url, BackgroundTask(deliver, provider, shop))

    return [show, answer, payment, act]


async def deliver(provider: SandboxPayments, shop: Shop) -> None:
    """Bring what the sandbox has to tell through the shop's door; what is not taken waits for the next time."""
    for name, body, signature in provider.post(MESSAGES_AT_ONCE):
        try:
            heard = await receive_payment_event(shop, "sandbox", {SIGNATURE: signature}, body)
        except (BadSignature, NotFound):
            return
        provider.posted(name)
        if heard is not None:
            await apply_payment_event(shop, heard)


async def _account(provider: SandboxPayments, order_id: str) -> Account:
    account = await provider.account(order_id) if is_id(order_id) else None
    if account is None:
        raise NotFound(what="payment")
    return account


def _turn(account: Account, quarrel: Quarrel | None) -> str:
    """Whose turn it is, by which the buttons are known."""
    return quarrel.state if quarrel else account.outcome.state if account.outcome.state == "captured" else ""


def _page(account: Account, says: str, turn: str) -> Response[str]:
    outcome, nonce = account.outcome, new_nonce()
    buttons = "".join(f'<button name="answer" value="{value}">{text}</button>' for value, text in BUTTONS.get(turn, ()))
    amount = decimal_text(outcome.amount, outcome.currency)
    page = PAGE.format(nonce=nonce, says=says, amount=amount, currency=escape(outcome.currency), buttons=buttons)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; frame-ancestors 'none'"
    headers = {"cache-control": "no-store", "content-security-policy": policy}
    return Response(page, media_type="text/html", headers=headers)


def _back(return_url: str, base_url: str, task: BackgroundTask | None = None) -> Response[str]:
    ours, theirs = urlsplit(base_url), urlsplit(return_url)
    own = not theirs.netloc or (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)
    location = f"{theirs.path}?{theirs.query}" if own and theirs.path.startswith("/") else "/"
    headers = {"cache-control": "no-store", "location": location.rstrip("?")}
    return Response("", status_code=303, headers=headers, media_type="text/html", background=task)
