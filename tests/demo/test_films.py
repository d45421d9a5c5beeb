"""The demo films: small, whole, with a poster and captions in both languages that fit their length."""

import io

import pytest
from PIL import Image

from fairday.demo import DemoItem, Film, goods
from fairday.usecases.store_film import film_mime, read_captions

LONGEST_MS = 6_000


@pytest.fixture(scope="module")
def filmed() -> list[tuple[DemoItem, Film]]:
    return [(item, film) for item in goods().items for film in item.films]


def test_two_products_have_a_film(filmed: list[tuple[DemoItem, Film]]) -> None:
    assert sorted(film.name for _, film in filmed) == ["drafting-lamp", "three-on-a-shelf"]
    for item, film in filmed:
        assert film.alt.startswith(item.product.name)
        assert film.alt_de.startswith(item.product.translations["de"].name)


def test_films_are_small_webm(filmed: list[tuple[DemoItem, Film]]) -> None:
    for _, film in filmed:
        assert film_mime(film.content()) == film.mime
        assert 10_000 < len(film.content()) < 150_000


def test_posters_are_square_pictures(filmed: list[tuple[DemoItem, Film]]) -> None:
    for _, film in filmed:
        with Image.open(io.BytesIO(film.poster())) as poster:
            assert poster.format == "WEBP"
            assert poster.width == poster.height >= 480


def test_captions_tell_the_film_in_both_languages(filmed: list[tuple[DemoItem, Film]]) -> None:
    for _, film in filmed:
        english, german = (read_captions(film.captions(language)) for language in ("en", "de"))
        assert [(cue.start_ms, cue.end_ms) for cue in english] == [(cue.start_ms, cue.end_ms) for cue in german]
        assert all(one.text != two.text for one, two in zip(english, german, strict=True))
        assert english[-1].end_ms <= LONGEST_MS
