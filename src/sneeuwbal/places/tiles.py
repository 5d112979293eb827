"""Background tiles behind a map: off unless a site sets their address, because a reader's browser
then asks another host.

The grid is that of the Dutch background maps in RD New (EPSG:28992): 256 pixels a tile, from
north-west to south-east, 3,440.64 metres a pixel at zoom 0 and half of that at each next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, log2

WEST, NORTH = -285_401.92, 903_401.92
METRES_AT_ZOOM_0 = 3440.64 * 256
DEEPEST = 14
ACROSS = 4  # about so many tiles over the wider side of the map


@dataclass(frozen=True)
class Tile:
    """One picture and its square in path coordinates (RD metres, y downwards)."""

    address: str
    x: str
    y: str
    size: str


def behind(template: str, box: tuple[float, float, float, float]) -> tuple[Tile, ...]:
    """The tiles that cover a box (min x, min y, max x, max y in path coordinates).

    `template` holds {z}, {x} and {y}; an empty one gives no tiles.
    """
    return tuple(_tiles(template, box)) if template else ()


def _tiles(template: str, box: tuple[float, float, float, float]) -> Iterator[Tile]:
    low_x, low_y, high_x, high_y = box
    wide = max(high_x - low_x, high_y - low_y, 1.0)
    zoom = max(0, min(DEEPEST, floor(log2(METRES_AT_ZOOM_0 * ACROSS / wide))))
    span = METRES_AT_ZOOM_0 / 2**zoom
    last = 2**zoom - 1
    columns = range(max(0, floor((low_x - WEST) / span)), floor((high_x - WEST) / span) + 1)
    rows = range(max(0, floor((low_y + NORTH) / span)), floor((high_y + NORTH) / span) + 1)
    for row in rows:
        for column in columns:
            if row <= last and column <= last:
                yield Tile(
                    template.format(z=zoom, x=column, y=row),
                    f"{WEST + column * span:.2f}",
                    f"{-NORTH + row * span:.2f}",
                    f"{span:.2f}",
                )
