"""The one shape in which every analysis answers: a number with its interval, or a reason."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, Self

LEVEL = 0.95


class Verdict(StrEnum):
    """What may be said about spread in a neighbourhood."""

    TOO_FEW = "too_few"
    SNOWBALL = "snowball"
    BOOST = "boost"
    NO_SPREAD_SHOWN = "no_spread_shown"


class Silence(StrEnum):
    """Why a figure carries no number."""

    TOO_FEW = "too_few"
    ORIGIN_UNKNOWN = "origin_unknown"
    NOT_DETERMINABLE = "not_determinable"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with interval, n and method; or no number and the reason why.

    `low` and `high` may stand beside a missing value: then they are bounds.
    `band` is the count behind a silent figure, in steps of five.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    level: float = LEVEL
    verdict: str | None = None
    unit: str = ""
    silence: str | None = None
    band: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        numbers = [number for number in (self.low, self.value, self.high) if number is not None]
        if not all(isfinite(number) for number in numbers):
            raise ValueError("an estimate holds no NaN and no infinity; use a silence")
        if (self.value is None) != (self.silence is not None):
            raise ValueError("an estimate has either a value or a reason for silence")
        if numbers != sorted(numbers):
            raise ValueError("an estimate's bounds lie around its value")
        if self.n < 0 or not 0 < self.level < 1:
            raise ValueError("n cannot be negative and the level lies between 0 and 1")

    @property
    def is_silent(self) -> bool:
        """Say whether there is no number to show."""
        return self.value is None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values that any store can keep."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Rebuild an estimate from `as_dict`, also after a trip through JSON."""
        band = stored.get("band")
        return cls(**{**stored, "band": None if band is None else (band[0], band[1])})


def silent(
    reason: Silence,
    *,
    n: int,
    method: str,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    band: tuple[int, int] | None = None,
) -> Estimate:
    """Return an estimate without a number, with the reason and any bounds that do hold."""
    return Estimate(None, low, high, n=n, method=method, unit=unit, silence=reason.value, band=band)
