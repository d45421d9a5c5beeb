"""The drawings of the demo shop: valid, small, repeatable, and no two main pictures alike."""

import hashlib
import io
import xml.etree.ElementTree as ET

import imagehash
import numpy as np
import pytest
from PIL import Image

from fairday.demo import Picture, goods, raster, svg
from fairday.demo.canvas import Look
from fairday.demo.colour import mix, oklab, shade
from fairday.demo.families import FAMILIES
from fairday.demo.lathe import PATTERNS
from fairday.demo.motif import MOTIFS

SVG_LIMIT_BYTES = 160_000
APART = 24  # of 256 bits; the closest pair is well beyond
MUG = Picture("x", "a", "b", "mug", Look("x", "#3f769c", "#d3b994", "#6d7d3e", "dip"))


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return [picture for item in goods().items for picture in item.pictures]


def fingerprint(picture: Picture) -> np.ndarray:
    image = Image.open(io.BytesIO(raster(picture, 64))).convert("L")
    return imagehash.phash(image, hash_size=16).hash.flatten()


def test_no_two_main_pictures_are_alike(pictures: list[Picture]) -> None:
    main = [picture for picture in pictures if picture.view == "main"]
    bits = np.array([fingerprint(picture) for picture in main], dtype=np.int32)
    distance = bits @ (1 - bits).T + (1 - bits) @ bits.T
    np.fill_diagonal(distance, 256)
    one, two = np.unravel_index(distance.argmin(), distance.shape)
    assert distance[one, two] >= APART, f"{main[one].name} looks like {main[two].name}"


def test_the_fingerprint_would_notice_a_copy() -> None:
    again = Picture("y", "a", "b", "mug", Look("x", "#3f769c", "#d3b994", "#6d7d3e", "dip"))
    other = Picture("y", "a", "b", "mug", Look("y", "#3f769c", "#d3b994", "#6d7d3e", "dip"))
    assert (fingerprint(MUG) != fingerprint(again)).sum() == 0
    assert (fingerprint(MUG) != fingerprint(other)).sum() >= APART


def test_every_drawing_parses_and_is_small(pictures: list[Picture]) -> None:
    for picture in pictures:
        drawn = svg(picture)
        assert len(drawn) < SVG_LIMIT_BYTES, picture.name
        root = ET.fromstring(drawn)  # noqa: S314  our own drawing
        assert root.get("viewBox") == "0 0 1200 1200"
        assert not [node for node in root.iter() if node.tag.endswith(("text", "image", "script"))]


def test_every_reference_in_a_drawing_is_defined(pictures: list[Picture]) -> None:
    for picture in pictures[::7]:
        drawn = svg(picture)
        used = {part.split(")")[0] for part in drawn.split("url(#")[1:]}
        assert used
        assert all(f'id="{name}"' in drawn for name in used)


def test_every_family_is_in_the_shop_and_every_product_has_a_gallery(pictures: list[Picture]) -> None:
    assert {picture.family for picture in pictures} == set(FAMILIES)
    assert len(FAMILIES) >= 14
    for item in goods().items:
        views = [picture.view for picture in item.pictures]
        assert views[0] == "main"
        assert 2 <= len(set(views)) == len(views) <= 3


def test_patterns_named_in_the_words_exist(pictures: list[Picture]) -> None:
    known = {"plain", *PATTERNS, *MOTIFS}
    assert {picture.look.pattern for picture in pictures} <= known


def test_a_drawing_is_the_same_every_time() -> None:
    assert svg(MUG) == MUG.svg()
    assert raster(MUG, 80) == raster(MUG, 80)


def test_a_drawing_does_not_depend_on_the_process() -> None:
    """Numbers come from the seed by a fixed hash, never from Python's salted one."""
    look = Look("x", "#000000", "#000000", "#000000")
    digest = hashlib.blake2b(b"x/tall", digest_size=6).digest()
    assert look.part("tall") == int.from_bytes(digest) / 2**48


def test_a_raster_has_the_size_asked_for() -> None:
    with Image.open(io.BytesIO(raster(MUG, 123))) as image:
        assert (image.format, image.size) == ("PNG", (123, 123))


def test_views_of_one_product_differ() -> None:
    views = [Picture("x", "a", "b", "mug", MUG.look, view) for view in ("main", "detail", "scene")]
    assert len({svg(view) for view in views}) == 3


def test_a_picture_is_neither_empty_nor_one_colour(pictures: list[Picture]) -> None:
    for picture in pictures[::11]:
        with Image.open(io.BytesIO(raster(picture, 48))) as image:
            low, high = image.convert("L").getextrema()
        assert high - low > 60, picture.name


def test_light_and_dark_move_lightness_only_as_far_as_asked() -> None:
    base = "#3f769c"
    assert oklab(shade(base, 0.1))[0] == pytest.approx(oklab(base)[0] + 0.1, abs=0.01)
    assert oklab(shade(base, -0.1))[0] == pytest.approx(oklab(base)[0] - 0.1, abs=0.01)
    assert mix("#000000", "#ffffff", 0) == "#000000"
    assert mix("#000000", "#ffffff", 1) == "#ffffff"
