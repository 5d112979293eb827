"""What one computation gives, before it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sneeuwbal.analysis.estimate import Estimate
from sneeuwbal.evidence.models import Figure


@dataclass(frozen=True)
class Result:
    """An estimate with the numbers behind it and everything that went in."""

    kind: str
    estimate: Estimate
    inputs: Mapping[str, Any]
    n: int
    details: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Why there is no number; for the snowball number else its label."""
        return self.estimate.silence or self.estimate.verdict or ""

    def fields(self) -> dict[str, Any]:
        """Columns of the stored figure."""
        estimate = self.estimate
        return {
            "kind": self.kind,
            "value": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
            "level": estimate.level,
            "n": self.n,
            "unit": estimate.unit,
            "method": estimate.method,
            "verdict": self.verdict,
            "details": self.details,
            "parameters": self.parameters,
        }


Kind = Figure.Kind


def shown(estimate: Estimate) -> dict[str, Any]:
    """A second number that stands inside the details of a figure."""
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "method": estimate.method,
        "silence": estimate.silence,
    }
