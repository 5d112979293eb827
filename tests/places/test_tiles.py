"""Background tiles: none unless a site asks for them, and then exactly under the map."""

import pytest

from sneeuwbal.places import maps, tiles
from sneeuwbal.places.models import Shape

HOST = "https://tegels.example/{z}/{x}/{y}.png"


def test_without_an_address_there_are_no_tiles():
    assert tiles.behind("", (120_000, -500_000, 130_000, -490_000)) == ()


@pytest.mark.parametrize("size_m", [500, 8_000, 60_000, 300_000])
def test_tiles_cover_the_whole_map_without_gaps(size_m):
    low_x, low_y = 100_000.0, -450_000.0
    found = tiles.behind(HOST, (low_x, low_y, low_x + size_m, low_y + size_m))
    lefts = sorted({float(tile.x) for tile in found})
    tops = sorted({float(tile.y) for tile in found})
    span = float(found[0].size)
    assert lefts[0] <= low_x < lefts[0] + span
    assert lefts[-1] <= low_x + size_m < lefts[-1] + span
    assert tops[0] <= low_y
    assert tops[-1] + span > low_y + size_m
    assert len(found) == len(lefts) * len(tops) <= 100


def test_a_known_point_lies_in_the_tile_of_the_published_grid():
    # The grid's own definition: at zoom 0 one tile from its north-west corner.
    (one,) = tiles.behind(HOST, (-285_401, -903_401, 595_000, -23_000))[:1]
    assert one.address == "https://tegels.example/0/0/0.png" or one.address.count("/0.png")
    amersfoort = tiles.behind(HOST, (155_000, -463_000, 155_100, -462_900))
    zoom, column, row = (int(part) for part in amersfoort[0].address[23:-4].split("/"))
    span = 3440.64 * 256 / 2**zoom
    assert column == int((155_000 + 285_401.92) // span)
    assert row == int((903_401.92 - 463_000) // span)


def test_the_map_draws_them_only_when_set(settings, make_town):
    make_town()
    shapes = Shape.objects.select_related("area").all()
    assert maps.draw(shapes, title="a", summary="b").tiles == ()
    settings.BACKGROUND_TILES = HOST
    assert maps.draw(shapes, title="a", summary="b").tiles


def test_a_page_asks_no_other_host_by_default(client, make_town, clean_page):
    make_town()
    response = client.get("/kaart/GM9990/")
    clean_page(response)
    assert b"<image" not in response.content
