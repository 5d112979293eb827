"""What a drawn map consists of."""

from dataclasses import dataclass

from sneeuwbal.places.tiles import Tile


@dataclass(frozen=True)
class Mark:
    """Something to point at inside an area, such as a card of a Routekaart session."""

    area_id: int
    label: str
    kind: str = "chance"


@dataclass(frozen=True)
class Patch:
    """One area as it is drawn."""

    area_id: int
    name: str
    path: str
    shade: str
    label: str
    value: str
    note: str
    url: str
    selected: bool


@dataclass(frozen=True)
class Pin:
    """One mark as it is drawn."""

    place: str
    outline: str
    kind: str
    label: str


@dataclass(frozen=True)
class Name:
    """The name of an area that fits inside it."""

    x: str
    y: str
    text: str


@dataclass(frozen=True)
class LegendItem:
    """What one shade means and how many areas have it."""

    shade: str
    label: str
    count: int


@dataclass(frozen=True)
class PinLegendItem:
    """What one kind of mark means and how many there are."""

    kind: str
    outline: str
    label: str
    count: int


@dataclass(frozen=True)
class Picture:
    """A map ready for `{% area_map picture %}`."""

    key: str
    title: str
    summary: str
    unit: str
    view_box: str
    transform: str
    hatch_transform: str
    patches: tuple[Patch, ...]
    names: tuple[Name, ...]
    pins: tuple[Pin, ...]
    legend: tuple[LegendItem, ...]
    pin_legend: tuple[PinLegendItem, ...]
    tiles: tuple[Tile, ...] = ()

    @property
    def shaded(self) -> bool:
        """Whether the shades say something."""
        return bool(self.legend)
