"""What is left of the effect if trends would have differed anyway?

Method page: docs/methods/effects.md.
"""

from dataclasses import dataclass

from sneeuwbal.analysis.effects import library
from sneeuwbal.analysis.effects.attgt import Controls, cells_of
from sneeuwbal.analysis.effects.library import Bound
from sneeuwbal.analysis.effects.panel import Panel

METHOD = f"relative magnitudes, diff-diff {library.VERSION}, provisional"
SHOWN = (0.5, 1.0, 2.0)
FINEST = 0.01


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Bounds per Mbar, and the smallest Mbar at which the interval holds 0.

    `sign_lost_at` is 0 when the interval holds 0 even without any difference in trend, None
    when the sign survives the largest Mbar tried or nothing could be bounded.
    """

    bounds: tuple[Bound, ...]
    sign_lost_at: float | None
    method: str = METHOD


def relative_magnitude_bounds(
    panel: Panel, controls: Controls, *, mbars: tuple[float, ...] = SHOWN
) -> Sensitivity:
    """Bound the mean effect over event times when trends may differ by Mbar times the past.

    Parameters
    ----------
    panel : Panel
    controls : Controls
    mbars : floats, >= 0
        1: the difference in trend after the start is at most the largest seen before it.

    Returns
    -------
    Sensitivity
        In the unit of the outcome, level 95 %. Without bounds when no cohort is seen in two
        changes before its start.

    Raises
    ------
    ValueError
        If an Mbar is negative.

    Notes
    -----
    Rambachan & Roth (2023), doi:10.1093/restud/rdad018. PROVISIONAL: computed by diff-diff, not
    yet compared with R package HonestDiD, so it decides no headline.
    """
    if min(mbars, default=0.0) < 0:
        raise ValueError("Mbar cannot be negative")
    kept = panel.seen_before_start()
    cells = cells_of(kept, controls)
    changes = {cell.event_time for cell in cells if cell.event_time < 0}
    if not changes or all(cell.event_time < 0 for cell in cells):
        return Sensitivity((), None)
    tried = sorted({0.0, *mbars})
    bounds = {
        bound.mbar: bound for bound in library.relative_magnitudes(kept, controls, tuple(tried))
    }
    shown = tuple(bounds[mbar] for mbar in mbars)
    lost = [mbar for mbar in tried if bounds[mbar].low <= 0 <= bounds[mbar].high]
    if not lost or lost[0] == 0:
        return Sensitivity(shown, lost[0] if lost else None)
    kept_at = max(mbar for mbar in tried if mbar < lost[0])
    return Sensitivity(shown, _crossing(kept, controls, low=kept_at, high=lost[0]))


def _crossing(panel: Panel, controls: Controls, *, low: float, high: float) -> float:
    while high - low > FINEST:
        middle = (low + high) / 2
        bound = library.relative_magnitudes(panel, controls, (middle,))[0]
        low, high = (low, middle) if bound.low <= 0 <= bound.high else (middle, high)
    return round(high, 2)
