"""Draw areas as an SVG picture with a legend and the same content in words.

Pure Python on ready-made paths, so the web process needs no geometry library. Colours and
hatches are CSS classes; nothing here writes a style.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from django.conf import settings
from django.utils.translation import gettext as _

from sneeuwbal.places import tiles
from sneeuwbal.places.classes import SHADES, SPREAD, ValueClass, quantile_classes, shade_of
from sneeuwbal.places.models import Shape
from sneeuwbal.places.pictures import LegendItem, Mark, Name, Patch, Picture, Pin, PinLegendItem
from sneeuwbal.places.wording import measure, unit_sign

__all__ = ["Mark", "Picture", "draw"]

WIDTH, MARGIN = 1000.0, 14.0
LETTER, LINE = 9.5, 20.0  # about the size of a letter of a name on the map
MARK_STEP, MARKS_PER_ROW = 26.0, 4
NAMED_SHADES = {"low2", "low1", "mid", "high1", "high2", "missing", "withheld", "plain"}
# Each kind of mark has its own outline, so that colour is not the only difference.
OUTLINES = {
    "chance": "M0-10A10 10 0 1 1 0 10A10 10 0 1 1 0-10Z",
    "initiative": "M-9-9H9V9H-9Z",
    "stakeholder": "M0-11L11 8H-11Z",
    "network": "M0-12L12 0L0 12L-12 0Z",
    "risk": "M0 11L11-8H-11Z",
    "entrance": "M-3-10H3V-3H10V3H3V10H-3V3H-10V-3H-3Z",
}


@dataclass(frozen=True)
class _Frame:
    """How RD metres become picture units."""

    min_x: float
    min_y: float
    scale: float
    height: float

    @classmethod
    def around(cls, shapes: Sequence[Shape]) -> "_Frame":
        if not shapes:
            return cls(0, 0, 1, WIDTH / 2)
        min_x = min(shape.min_x for shape in shapes)
        min_y = min(shape.min_y for shape in shapes)
        width = max(max(shape.max_x for shape in shapes) - min_x, 1)
        height = max(max(shape.max_y for shape in shapes) - min_y, 1)
        # No taller than wide: a long narrow municipality must fit on a screen.
        scale = (WIDTH - 2 * MARGIN) / max(width, height)
        spare = (WIDTH - 2 * MARGIN) / scale - width
        return cls(min_x - spare / 2, min_y, scale, height * scale + 2 * MARGIN)

    def point(self, x: float, y: float) -> tuple[float, float]:
        return MARGIN + (x - self.min_x) * self.scale, MARGIN + (y - self.min_y) * self.scale

    @property
    def transform(self) -> str:
        return (
            f"translate({MARGIN:g} {MARGIN:g}) scale({self.scale:.8f}) "
            f"translate({-self.min_x:.1f} {-self.min_y:.1f})"
        )


@dataclass(frozen=True)
class _Content:
    """What is known about the areas, and how it is worded."""

    values: Mapping[int, float | None]
    unit: str
    decimals: int
    notes: Mapping[int, str]
    categories: Mapping[int, str] | None
    category_labels: Mapping[str, str]
    withheld: Collection[int]
    classes: Sequence[ValueClass]

    @property
    def shaded(self) -> bool:
        return bool(self.values) or bool(self.withheld) or self.categories is not None

    def shade(self, area_id: int) -> str:
        if area_id in self.withheld:
            return "withheld"
        if self.categories is not None:
            return self._category_shade(self.categories.get(area_id))
        if not self.shaded:
            return "plain"
        value = self.values.get(area_id)
        if value is None:
            return "missing"
        return str(shade_of(value, self.classes, decimals=_digits(self.unit, self.decimals)))

    def _category_shade(self, key: str | None) -> str:
        if key is None:
            return "missing"
        if key in NAMED_SHADES:
            return key
        keys = [each for each in self.category_labels if each not in NAMED_SHADES]
        return str(SPREAD[min(len(keys), SHADES)][keys.index(key) % SHADES])

    def value_text(self, area_id: int) -> str:
        if area_id in self.withheld:
            return _("withheld")
        if self.categories is not None:
            key = self.categories.get(area_id)
            return self.category_labels[key] if key is not None else ""
        value = self.values.get(area_id)
        return "" if value is None else measure(value, self.unit, self.decimals)


def _digits(unit: str, decimals: int) -> int:
    """Decimals of the value itself; `decimals` of a share count those of its percentage."""
    return decimals + 2 if unit == "share" else decimals


def draw(
    shapes: Iterable[Shape],
    *,
    title: str,
    summary: str,
    values: Mapping[int, float | None] | None = None,
    unit: str = "",
    decimals: int = 0,
    links: Mapping[int, str] | None = None,
    notes: Mapping[int, str] | None = None,
    marks: Sequence[Mark] = (),
    mark_labels: Mapping[str, str] | None = None,
    categories: Mapping[int, str] | None = None,
    category_labels: Mapping[str, str] | None = None,
    withheld: Collection[int] = (),
    selected: Collection[int] = (),
    classes: int = 5,
    names: bool = True,
) -> Picture:
    """Draw the areas of these shapes (with `area` selected), keyed by area id.

    `values` shades by quantile; an area without value is hatched and its note tells why. With
    unit "share" values lie in [0, 1] and are shown as percentages.
    `categories` shades by key instead, in the order of `category_labels`; the keys low2, low1,
    mid, high1, high2 choose the diverging shades. `withheld` areas have a number that is not
    shown. With none of these the areas are plain.
    """
    drawn = sorted(shapes, key=lambda shape: (shape.area.name, shape.area.code))
    known = values or {}
    content = _Content(
        values=known,
        unit=unit,
        decimals=decimals,
        notes=notes or {},
        categories=categories,
        category_labels=category_labels or {key: key for key in (categories or {}).values()},
        withheld=withheld,
        classes=quantile_classes(
            _shown(drawn, known, withheld), decimals=_digits(unit, decimals), classes=classes
        ),
    )
    frame = _Frame.around(drawn)
    wording = mark_labels or {}
    patches = tuple(_patches(drawn, content, links or {}, _spoken(marks, wording), selected))
    return Picture(
        key=f"map-{crc32(title.encode()):08x}",
        title=title,
        summary=summary,
        unit=unit_sign(unit),
        view_box=f"0 0 {WIDTH:g} {frame.height:.0f}",
        transform=frame.transform,
        hatch_transform=f"rotate(45) scale({1 / frame.scale:.4f})",
        patches=patches,
        names=tuple(_names(drawn, frame, {mark.area_id for mark in marks})) if names else (),
        pins=tuple(_pins(drawn, frame, marks, wording)),
        legend=tuple(_legend(content, patches)) if content.shaded else (),
        pin_legend=tuple(_pin_legend(drawn, marks, wording)),
        tiles=tiles.behind(settings.BACKGROUND_TILES, _box(drawn)) if drawn else (),
    )


def _box(shapes: Sequence[Shape]) -> tuple[float, float, float, float]:
    return (
        min(shape.min_x for shape in shapes),
        min(shape.min_y for shape in shapes),
        max(shape.max_x for shape in shapes),
        max(shape.max_y for shape in shapes),
    )


def _shown(
    shapes: Sequence[Shape], values: Mapping[int, float | None], withheld: Collection[int]
) -> Iterator[float]:
    for shape in shapes:
        value = values.get(shape.area_id)
        if value is not None and shape.area_id not in withheld:
            yield value


def _spoken(marks: Sequence[Mark], wording: Mapping[str, str]) -> dict[int, list[str]]:
    spoken: dict[int, list[str]] = defaultdict(list)
    for mark in marks:
        spoken[mark.area_id].append(_mark_text(mark, wording))
    return spoken


def _mark_text(mark: Mark, wording: Mapping[str, str]) -> str:
    kind = wording.get(mark.kind)
    return f"{kind}: {mark.label}" if kind else mark.label


def _patches(
    shapes: Sequence[Shape],
    content: _Content,
    links: Mapping[int, str],
    spoken: Mapping[int, list[str]],
    selected: Collection[int],
) -> Iterator[Patch]:
    for shape in shapes:
        area_id = shape.area_id
        value = content.value_text(area_id)
        note = "; ".join([*filter(None, [content.notes.get(area_id)]), *spoken.get(area_id, [])])
        yield Patch(
            area_id=area_id,
            name=shape.area.name,
            path=shape.path,
            shade=_standing_out(content.shade(area_id), selected=area_id in selected),
            label=_label(shape.area.name, value, note, shaded=content.shaded),
            value=value,
            note=note,
            url=links.get(area_id, ""),
            selected=area_id in selected,
        )


def _standing_out(shade: str, *, selected: bool) -> str:
    """On a plain map the selected area gets a colour: a line alone is lost under its neighbours."""
    return "5" if selected and shade == "plain" else shade


def _label(name: str, value: str, note: str, *, shaded: bool) -> str:
    if not shaded:
        return f"{name}: {note}" if note else name
    told = value or _("no value")
    return f"{name}: {told} ({note})" if note else f"{name}: {told}"


def _names(shapes: Sequence[Shape], frame: _Frame, taken: Collection[int]) -> Iterator[Name]:
    """Names that fit inside their area and stay clear of each other, large areas first."""
    placed: list[tuple[float, float, float]] = []
    for shape in sorted(shapes, key=lambda each: -each.area_m2):
        room = 2 * min(shape.label_x - shape.min_x, shape.max_x - shape.label_x) * frame.scale
        width = len(shape.area.name) * LETTER
        x, y = frame.point(shape.label_x, shape.label_y)
        free = all(
            abs(x - other_x) > (width + other_width) / 2 or abs(y - other_y) > LINE
            for other_x, other_y, other_width in placed
        )
        if shape.area_id not in taken and width < room and free:
            placed.append((x, y, width))
            yield Name(f"{x:.1f}", f"{y:.1f}", shape.area.name)


def _pins(
    shapes: Sequence[Shape], frame: _Frame, marks: Sequence[Mark], wording: Mapping[str, str]
) -> Iterator[Pin]:
    """Lay the marks of an area in rows around its label point."""
    by_area: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_area[mark.area_id].append(mark)
    for shape in shapes:
        own = by_area[shape.area_id]
        rows = -(-len(own) // MARKS_PER_ROW)
        middle_x, middle_y = frame.point(shape.label_x, shape.label_y)
        for index, mark in enumerate(own):
            row, column = divmod(index, MARKS_PER_ROW)
            in_row = min(MARKS_PER_ROW, len(own) - row * MARKS_PER_ROW)
            x = middle_x + (column - (in_row - 1) / 2) * MARK_STEP
            y = middle_y + (row - (rows - 1) / 2) * MARK_STEP
            yield Pin(
                f"translate({x:.1f} {y:.1f})",
                _outline(mark.kind),
                mark.kind,
                _mark_text(mark, wording),
            )


def _outline(kind: str) -> str:
    return OUTLINES.get(kind, OUTLINES["chance"])


def _legend(content: _Content, patches: Sequence[Patch]) -> Iterator[LegendItem]:
    counts = Counter(patch.shade for patch in patches)
    if content.categories is None:
        for each in content.classes:
            yield LegendItem(str(each.shade), _bounds(each, content), each.count)
    else:
        present = Counter(patch.value for patch in patches if patch.shade != "withheld")
        for key, label in content.category_labels.items():
            yield LegendItem(content._category_shade(key), label, present[label])
    if counts["missing"]:
        yield LegendItem("missing", _("no value: see the reason at the area"), counts["missing"])
    if counts["withheld"]:
        yield LegendItem("withheld", _("withheld: too few people"), counts["withheld"])


def _bounds(each: ValueClass, content: _Content) -> str:
    high = measure(each.high, content.unit, content.decimals)
    if each.low == each.high:
        return high
    low = measure(each.low, content.unit, content.decimals)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _pin_legend(
    shapes: Sequence[Shape], marks: Sequence[Mark], wording: Mapping[str, str]
) -> Iterator[PinLegendItem]:
    drawn = {shape.area_id for shape in shapes}
    counts = Counter(mark.kind for mark in marks if mark.area_id in drawn)
    for kind, count in counts.items():
        yield PinLegendItem(kind, _outline(kind), wording.get(kind, kind), count)
