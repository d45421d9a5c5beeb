"""The rules for what customers type."""

import pytest

from fairday.domain.customers import AddressFields, Consent, Customer, checked_address, checked_email, checked_name
from fairday.kernel.errors import Invalid

GOOD = AddressFields(name="Ada", line1="12 St James's Sq", city="London", postcode="SW1Y", country="IE")
COUNTRIES = frozenset({"IE", "DE"})


@pytest.mark.parametrize(
    "email",
    ["ada@example.com", "a.b+c@sub.example.co.uk", "jürgen@müller.example", "o'neill@example.ie", "1@2.3"],
)
def test_addresses_that_reach_somebody(email):
    assert checked_email(f"  {email} ") == email


@pytest.mark.parametrize(
    "email",
    [
        "", "ada", "@example.com", "ada@", "ada@@example.com", "ada@exa mple.com", "a da@example.com",
        "ada@example.com\nBcc: all@example.com", "ada@example.com\r\nx", "ada\x00@example.com", "<ada@example.com>",
        "ada@-example.com", "ada@example-.com", "ada@.com", "ada@example..com", "ada@example.com.",
        "a" * 65 + "@example.com", "a@" + "b." * 100 + "com", "ada,bob@example.com", "ada;bob@example.com",
    ],
)  # fmt: skip
def test_addresses_that_reach_nobody_or_too_many(email):
    with pytest.raises(Invalid) as refusal:
        checked_email(email)
    assert refusal.value.details == {"field": "email", "problem": "error-email-shape"}


def test_names_are_tidied_and_bounded():
    assert checked_name("  Ada \t\n Byron\x00\x1b[31m ") == "Ada Byron[31m"
    for bad, problem in [("", "required"), (" \n", "required"), ("a" * 121, "too-long")]:
        with pytest.raises(Invalid) as refusal:
            checked_name(bad)
        assert refusal.value.details == {"field": "name", "problem": f"error-field-{problem}"}


@pytest.mark.parametrize("field", ["name", "line1", "city", "postcode"])
def test_an_address_needs_its_fields(field):
    fields = {**{name: getattr(GOOD, name) for name in GOOD.__struct_fields__}, field: " "}
    with pytest.raises(Invalid) as refusal:
        checked_address(AddressFields(**fields), COUNTRIES)
    assert refusal.value.details == {"field": field, "problem": "error-field-required"}


@pytest.mark.parametrize("country", ["", "US", "ie", "XX"])
def test_an_address_is_in_a_country_we_serve(country):
    fields = {**{name: getattr(GOOD, name) for name in GOOD.__struct_fields__}, "country": country}
    with pytest.raises(Invalid) as refusal:
        checked_address(AddressFields(**fields), COUNTRIES)
    assert refusal.value.details == {"field": "country", "problem": "error-country-not-served"}


def test_consent_is_no_until_it_was_yes():
    ada = Customer(id="1", email="a@b.c", name="A", language="en", created_ms=0)
    assert not ada.agrees("newsletter")
    said = {"newsletter": Consent(given=True, at_ms=1), "analytics": Consent(given=False, at_ms=1)}
    ada = Customer(id="1", email="a@b.c", name="A", language="en", created_ms=0, consent=said)
    assert ada.agrees("newsletter")
    assert not ada.agrees("analytics")
