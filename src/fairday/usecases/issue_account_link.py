"""The links of account letters. A token is made from the request's id and the shop's secret, so it is stored nowhere.

Whoever writes a letter calls `account_link_token`; whoever serves the page behind it hands the token to the use case.
"""

import hmac

from fairday.domain.customers import AccountRequest
from fairday.domain.customers import store as customers
from fairday.domain.customers.errors import LinkExpired
from fairday.domain.customers.model import REQUEST_LIFE_MS, RequestPurpose
from fairday.kernel.ids import ID_LENGTH, is_id, new_id
from fairday.kernel.sealing import keyed_token
from fairday.kernel.unit_of_work import Reader
from fairday.usecases.shop import Shop

_PURPOSE = "account link"


def account_link_token(shop: Shop, request_id: str) -> str:
    """The token for a letter's link: URL-safe, works once, in time, for what was asked."""
    return request_id + keyed_token(shop.settings.secret, _PURPOSE, request_id)


async def open_account_link(shop: Shop, reader: Reader, token: str, purpose: RequestPurpose) -> AccountRequest:
    """The request whose token this is; LinkExpired for anything else. Reading it does not use it up."""
    request_id = token[:ID_LENGTH]
    if not (token.isascii() and is_id(request_id)):
        raise LinkExpired
    if not hmac.compare_digest(token, account_link_token(shop, request_id)):
        raise LinkExpired
    found = await customers.find_requests(reader, [request_id])
    if not found or found[0].purpose != purpose or not found[0].is_open(shop.clock.now_ms()):
        raise LinkExpired
    return found[0]


def new_request(
    shop: Shop, purpose: RequestPurpose, customer_id: str, email: str, *, previous_email: str = ""
) -> AccountRequest:
    """A request from now on; without a customer it is a decoy."""
    now_ms = shop.clock.now_ms()
    return AccountRequest(
        id=new_id(),
        customer_id=customer_id,
        purpose=purpose,
        email=email,
        previous_email=previous_email,
        created_ms=now_ms,
        expires_ms=now_ms + REQUEST_LIFE_MS[purpose],
    )
