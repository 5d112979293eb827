"""Official area codes: NL00, GM0599, WK059910, BU05991080. Tables pad and vary them."""

import re

from sneeuwbal.places.models import Area

Kind = Area.Kind
# Since 2023 some municipalities have letters in the last positions.
SHAPES = {
    "GM": re.compile(r"GM\d{4}"),
    "WK": re.compile(r"WK\d{4}[0-9A-Z]{2}"),
    "BU": re.compile(r"BU\d{4}[0-9A-Z]{4}"),
}
# The country as the tables write it: NL00 in most, NL01 in regional ones.
COUNTRY, COUNTRIES = "NL00", {"NL", "NL00", "NL01"}
# Regions that tables give but this product does not keep.
OTHER_REGIONS = re.compile(r"(PV|LD|CR|CP|ES|ET|RE|GG|AM|JZ|KK|PC|RM|RP|SG|TB|VR|WG|ZK|NS)\w+")


def clean(raw: object) -> str:
    """Strip the padding and give the country its one code."""
    code = str(raw if raw is not None else "").strip().upper()
    return COUNTRY if code in COUNTRIES else code


def kind_of(code: str) -> Kind | None:
    """Tell the kind by the prefix; None if it is no code that we keep."""
    if code == COUNTRY:
        return Kind.COUNTRY
    shape = SHAPES.get(code[:2])
    return Kind(code[:2]) if shape and shape.fullmatch(code) else None


def is_other_region(code: str) -> bool:
    """Say whether this is a province, region or the like: known, but not kept."""
    return bool(OTHER_REGIONS.fullmatch(code))


def municipality_of(code: str) -> str:
    """The municipality in which the area lies; empty for the country."""
    return "" if code == COUNTRY else f"GM{code[2:6]}"


def district_of(code: str) -> str:
    """The district in which a neighbourhood lies; empty for larger areas."""
    if code.startswith("BU"):
        return f"WK{code[2:8]}"
    return code if code.startswith("WK") else ""
