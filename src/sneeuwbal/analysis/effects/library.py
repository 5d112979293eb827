"""The one place that knows the package diff-diff; nothing of it leaves this sub-package.

Reasons, and why the import stands inside a function: decisions/0011.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.effects.attgt import Controls
from sneeuwbal.analysis.effects.panel import NEVER, Panel

Floats = NDArray[np.float64]

VERSION = "3.13.0"
FOREVER = 0  # how diff-diff writes "never treated"; our periods count from 1 for it


@dataclass(frozen=True, slots=True)
class Checked:
    """The same effect by another hand: value and standard error."""

    value: float
    standard_error: float


def diff_diff() -> tuple[Any, Any]:
    """Load diff-diff and pandas, about four seconds the first time; return both modules."""
    import diff_diff as library  # noqa: PLC0415 - only who asks pays for it
    import pandas as pd  # noqa: PLC0415

    return library, pd


def frame(panel: Panel) -> Any:
    """Return the panel as the long table that diff-diff reads, periods counted from 1."""
    _, pd = diff_diff()
    start = np.where(panel.start == NEVER, FOREVER, panel.start + 1)
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(panel.units), panel.periods),
            "cluster": np.repeat(panel.cluster_index, panel.periods),
            "period": np.tile(np.arange(1, panel.periods + 1), panel.units),
            "start": np.repeat(start, panel.periods),
            "outcome": panel.outcome.ravel(),
        }
    )


NAMES = {"outcome": "outcome", "unit": "unit", "time": "period", "first_treat": "start"}


def callaway_santanna(panel: Panel, controls: Controls) -> dict[str, Checked]:
    """Compute the effects of `aggregates` by diff-diff, to check ours against.

    Parameters
    ----------
    panel : Panel
        Clusters of one unit each.
    controls : Controls

    Returns
    -------
    dict
        "simple", "event <e>" per event time, "group <g>" per cohort.
    """
    fitted = _fitted(panel, controls, base_period="varying")
    found = {"simple": Checked(float(fitted.overall_att), float(fitted.overall_se))}
    events, groups = fitted.aggregate("event_study"), fitted.aggregate("group")
    for at, value, error in zip(events.event_time, events.att, events.se, strict=True):
        found[f"event {int(at)}"] = Checked(float(value), float(error))
    for at, value, error in zip(groups.label, groups.att, groups.se, strict=True):
        found[f"group {int(at) - 1}"] = Checked(float(value), float(error))
    return found


def imputation_effect(panel: Panel) -> Checked:
    """Compute the effect of `imputation` by diff-diff, to check ours against."""
    library, _ = diff_diff()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = library.ImputationDiD().fit(frame(panel), **NAMES)
    return Checked(float(fitted.overall_att), float(fitted.overall_se))


def identified_set(panel: Panel, controls: Controls, *, mbar: float) -> tuple[float, float]:
    """Compute the identified bounds of `relative_magnitude_bounds` by diff-diff.

    Its interval is not used: it is narrower than that of R package HonestDiD (decisions/0011).
    """
    library, _ = diff_diff()
    fitted = _fitted(panel, controls, base_period="universal")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        events = fitted.aggregate("event_study")
        found = library.HonestDiD(method="relative_magnitude", M=mbar).fit(events)
    return float(found.lb), float(found.ub)


def _fitted(panel: Panel, controls: Controls, *, base_period: str) -> Any:
    library, _ = diff_diff()
    # A warning here repeats what our own checks have already refused or said.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        method = library.CallawaySantAnna(control_group=controls.value, base_period=base_period)
        return method.fit(frame(panel), **NAMES)
