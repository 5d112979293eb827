"""The rows of the checklist for who is reached, time to a stage, and pooling."""

from sneeuwbal.analysis.reached_coverage import (
    Scenario,
    calibration_scenario,
    channel_scenario,
    pooling_scenario,
    reach_scenario,
    shares_scenario,
    small_area_scenario,
    waiting_scenario,
    weighting_scenario,
)

# Name, scenario, draws, and how far the mean of the figures may lie from the truth.
REACHED: list[tuple[str, Scenario, int, float]] = [
    ("CV of propensities", reach_scenario(-3, 4000, uneven=1, kind="cv"), 300, 0.04),
    ("R-indicator", reach_scenario(-0.5, 1500, uneven=1, kind="r"), 300, 0.02),
    ("CV from margins", reach_scenario(-3, 4000, uneven=0.6, kind="margins"), 120, 0.06),
    ("weighted share", weighting_scenario(300, skew=1.0), 300, 0.03),
    ("calibrated total", calibration_scenario(40), 200, 0.02),
    ("small area", small_area_scenario(40, spread=1.0), 200, 0.1),
    ("Shapley share", channel_scenario(1500), 120, 0.03),
    ("share by a day", waiting_scenario(150, kind="share"), 300, 0.03),
    ("median days", waiting_scenario(150, kind="median"), 200, 0.04),
    ("pooled mean", pooling_scenario(8, spread=0.3), 200, 0.1),
    ("next place", pooling_scenario(8, spread=0.3, kind="next_place"), 200, 0.15),
    ("mean of few places", pooling_scenario(3, spread=0.3, kind="mean_with_prior"), 120, 0.15),
    ("pooled share", shares_scenario(12, spread=0.5), 25, 0.15),
]

# Those of which every part of a draw has a row per household or place.
WITHOUT_ORDER = (
    "weighted share",
    "Shapley share",
    "share by a day",
    "median days",
    "pooled mean",
    "next place",
    "mean of few places",
    "pooled share",
)
