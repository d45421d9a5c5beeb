"""Codes of authenticator apps, against the vectors of RFC 6238 and around the edges of their time."""

import pytest

from fairday.domain.access.totp import STEP_MS, matching_step, new_secret, provisioning_uri

RFC_SECRET = b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"


@pytest.mark.parametrize(
    ("at_s", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_vectors_of_the_rfc(at_s, code):
    assert matching_step(RFC_SECRET, code, at_s * 1000) == at_s * 1000 // STEP_MS


@pytest.mark.parametrize(("steps_away", "found"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(steps_away, found):
    at_ms = 1111111111_000
    step = matching_step(RFC_SECRET, "050471", at_ms + steps_away * STEP_MS)
    assert step == (at_ms // STEP_MS if found else None)


@pytest.mark.parametrize("code", ["", "05047", "0504711", "abcdef", "٠٥٠٤٧١", "-50471"])
def test_what_is_no_code_matches_nothing(code):
    assert matching_step(RFC_SECRET, code, 1111111111_000) is None


def test_spaces_are_forgiven():
    assert matching_step(RFC_SECRET, " 050 471 ", 1111111111_000) is not None


def test_secrets_are_long_and_differ():
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(new_secret()) == 32


def test_the_address_for_the_app_names_shop_and_login():
    uri = provisioning_uri(RFC_SECRET.decode(), "owner", "Fair & Co")
    assert uri.startswith("otpauth://totp/Fair%20%26%20Co:owner?")
    assert f"secret={RFC_SECRET.decode()}" in uri
