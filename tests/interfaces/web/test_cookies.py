"""Sealed cookies: exact attributes, and nothing opens that was touched."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairday.interfaces.web.cookies import SealedCookie
from fairday.interfaces.web.session import SESSION_LIFE_S, Session, is_fresh, new_session, signed_in

OLD, NEW = b"o" * 32, b"n" * 32
SESSION = Session(session_id="s", issued_ms=5, customer_id="c", cart_id="k", cart_token="t", epoch=2)


def cookie(name: str = "fairday", keys: tuple[bytes, ...] = (NEW, OLD), *, tls: bool = False) -> SealedCookie[Session]:
    return SealedCookie(name, Session, keys, tls=tls, max_age_s=60)


def test_what_was_sealed_is_read_back() -> None:
    sealed = cookie()
    assert sealed.read({"fairday": sealed.seal(SESSION)}) == SESSION


def test_over_tls_it_is_a_host_cookie() -> None:
    header = cookie(tls=True).write(SESSION).to_header(header="")
    name, _, rest = header.partition("=")
    attributes = {part.strip().casefold() for part in rest.split(";")[1:]}
    assert name.strip() == "__Host-fairday"
    assert attributes == {"secure", "httponly", "samesite=lax", "path=/", "max-age=60"}


def test_on_loopback_it_is_the_same_without_prefix_and_secure() -> None:
    header = cookie().write(SESSION).to_header(header="")
    name, _, rest = header.partition("=")
    attributes = {part.strip().casefold() for part in rest.split(";")[1:]}
    assert name.strip() == "fairday"
    assert attributes == {"httponly", "samesite=lax", "path=/", "max-age=60"}


def test_clearing_expires_it() -> None:
    assert cookie().clear().max_age == 0


def test_nothing_of_the_session_can_be_read_from_it() -> None:
    text = cookie().seal(msgspec.structs.replace(SESSION, customer_id="customer-in-the-clear"))
    assert b"customer-in-the-clear" not in base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_an_older_secret_still_opens_and_an_unknown_one_does_not() -> None:
    sealed_long_ago = cookie(keys=(OLD,)).seal(SESSION)
    assert cookie().read({"fairday": sealed_long_ago}) == SESSION
    assert cookie(keys=(NEW,)).read({"fairday": sealed_long_ago}) is None


def test_another_interface_cannot_read_it() -> None:
    text = cookie("backoffice").seal(SESSION)
    assert cookie("fairday").read({"fairday": text}) is None


@given(st.data())
def test_no_altered_cookie_opens(data: st.DataObject) -> None:
    text = cookie().seal(SESSION)
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= data.draw(st.integers(1, 255))
    altered = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    assert cookie().read({"fairday": altered}) is None


@pytest.mark.parametrize("text", ["", "x", "äöü", "A" * 5000, "!!!!", "AAAA.BBBB"])
def test_rubbish_is_no_session(text: str) -> None:
    assert cookie().read({"fairday": text}) is None


def test_signing_in_changes_the_session_s_id_and_keeps_the_cart() -> None:
    before = msgspec.structs.replace(new_session(1), cart_id="k", cart_token="t")
    after = signed_in(before, "c", 3, 9)
    assert after.session_id != before.session_id
    assert (after.customer_id, after.epoch, after.cart_id, after.cart_token, after.issued_ms) == ("c", 3, "k", "t", 9)


def test_a_session_ends() -> None:
    assert is_fresh(SESSION, 5)
    assert is_fresh(SESSION, 5 + SESSION_LIFE_S * 1000)
    assert not is_fresh(SESSION, 5 + SESSION_LIFE_S * 1000 + 1)
    assert not is_fresh(msgspec.structs.replace(SESSION, issued_ms=120_000), 5)
