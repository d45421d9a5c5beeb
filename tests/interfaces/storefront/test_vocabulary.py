"""Attributes and options are called what the merchant's categories say, in every language that has a word for them."""

from fairday.domain.catalog import Attribute, Category
from fairday.interfaces.storefront.listing import value_text
from fairday.interfaces.storefront.places import Places
from fairday.interfaces.storefront.show_goods import facts
from fairday.usecases.shop import ShopSettings

TERMS = {"de": {"Colour": "Farbe", "Mustard": "Senf", "Height": "Höhe", "lm": "Lumen"}}


def places():
    known = Places(ShopSettings())
    known.learn([Category(id="1", key="lamps", slug="lamps", name="Lamps", terms=TERMS)])
    return known.by_slug


def test_facts_speak_the_language_and_fall_back_to_the_word_there_is():
    attributes = [
        Attribute("Colour", text="Mustard"), Attribute("Light", "number", number=1100.0, unit="lm"),
        Attribute("Dimmable", "flag", flag=True),
    ]  # fmt: skip
    german = [(fact.name, fact.text) for fact in facts(places()["de-de"], attributes)]
    english = [(fact.name, fact.text) for fact in facts(places()["en-us"], attributes)]
    assert german == [("Farbe", "Senf"), ("Light", "1.100 Lumen"), ("Dimmable", "ja")]
    assert english == [("Colour", "Mustard"), ("Light", "1,100 lm"), ("Dimmable", "yes")]


def test_facet_values_and_chosen_options_do_too():
    german = places()["de-de"]
    assert [value_text(german, value) for value in ("yes", "1.5 lm", "Mustard", "12 Fish")] == [
        "ja", "1,5 Lumen", "Senf", "12 Fish",
    ]  # fmt: skip
    assert german.vocabulary.terms("Mustard, Large") == "Senf, Large"
    assert german.vocabulary.terms("") == ""
