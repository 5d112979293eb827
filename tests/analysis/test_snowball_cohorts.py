from pathlib import Path

import numpy as np
import pytest

from sneeuwbal.analysis.delays import PRIOR_DELAY
from sneeuwbal.analysis.snowball import snowball_finding
from sneeuwbal.analysis.snowball_cohorts import Arrivals, snowball_cohorts, verdict_of
from sneeuwbal.analysis.spread_coverage import PATTERNS, Delay, simulated_people

TODAY = 3000


def arrivals(days, recruits, *, neighbour=(), unknown=()):
    size = len(days)
    flags = np.zeros((2, size), bool)
    flags[0, list(neighbour)] = True
    flags[1, list(unknown)] = True
    return Arrivals(np.array(days), np.array(recruits, float), flags[0], flags[1])


def test_each_recruit_counts_in_the_year_of_its_recruiter():
    days = [TODAY - 400] * 30 + [TODAY - 100] * 60
    recruits = [2.0] * 30 + [0.0] * 60
    newest, earlier = snowball_cohorts(
        arrivals(days, recruits), TODAY, delay_cdf=PRIOR_DELAY.cdf, programme_dispersion=5.0
    )
    assert earlier.finding.estimate.value == pytest.approx(61 / 32, rel=0.01)
    assert newest.finding.high < 0.3
    assert (newest.first_day, newest.last_day) == (TODAY - 364, TODAY)


def test_a_year_can_stand_above_one_where_the_whole_history_cannot():
    given = arrivals([TODAY - 700] * 60 + [TODAY - 300] * 120, [2.0] * 60 + [0.0] * 120)
    days = TODAY - given.joined_day
    more = {"delay_cdf": PRIOR_DELAY.cdf, "programme_dispersion": 5.0}
    whole = snowball_finding(given.recruits, days, **more)
    cohorts = snowball_cohorts(given, TODAY, programme_dispersion=5.0, delay_cdf=PRIOR_DELAY.cdf)
    assert whole.high < 1 < cohorts[1].finding.low


def test_the_years_together_hold_every_arrival_without_a_link_once():
    days = [TODAY - 500, TODAY - 420, TODAY - 340, TODAY - 200, TODAY - 20] * 8
    open_ended = range(10, 40)
    cohorts = snowball_cohorts(
        arrivals(days, [1.0] * 40, unknown=open_ended), TODAY, delay_cdf=PRIOR_DELAY.cdf
    )
    assert [one.finding.share_unknown for one in cohorts] == pytest.approx([0.75, 0.75])
    assert all(one.finding.estimate.silence == "origin_unknown" for one in cohorts)


def test_arrivals_without_a_link_only_raise_the_upper_bound():
    days = [TODAY - 200] * 60 + [TODAY - 100] * 15
    recruits = [0.5] * 60 + [0.0] * 15
    plain, open_ended = (
        snowball_cohorts(
            arrivals(days, recruits, neighbour=some), TODAY, delay_cdf=PRIOR_DELAY.cdf
        )[0].finding
        for some in ((), range(60, 75))
    )
    assert open_ended.low == pytest.approx(plain.low)
    assert open_ended.high > plain.high


def test_nobody_gives_no_cohort_and_one_person_a_silent_one():
    assert snowball_cohorts(arrivals([], []), TODAY, delay_cdf=PRIOR_DELAY.cdf) == ()
    one = snowball_cohorts(arrivals([TODAY], [0]), TODAY, delay_cdf=PRIOR_DELAY.cdf)
    assert [cohort.finding.estimate.silence for cohort in one] == ["too_few"]


def test_malformed_arrivals_are_refused():
    with pytest.raises(ValueError, match="as_of_day"):
        snowball_cohorts(arrivals([TODAY + 1], [0]), TODAY, delay_cdf=PRIOR_DELAY.cdf)
    with pytest.raises(ValueError, match="either"):
        arrivals([1, 2], [0, 0], neighbour=[1], unknown=[1])


def test_the_order_of_rows_does_not_matter():
    people = simulated_people(
        0.8, 0.5, rng=np.random.default_rng(1), campaign=PATTERNS["pushes"], delay=Delay()
    )
    order = np.random.default_rng(2).permutation(people.joined_day.size)
    nobody = np.zeros(order.size, bool)
    found = [
        snowball_cohorts(
            Arrivals(people.joined_day[rows], people.recruits[rows], nobody, nobody),
            400,
            delay_cdf=Delay().cdf,
            window_days=182,
        )
        for rows in (slice(None), order)
    ]
    for one, other in zip(*found, strict=True):
        assert other.finding.low == pytest.approx(one.finding.low, rel=1e-6)


def test_a_snowball_in_the_newest_year_is_a_snowball():
    days = [TODAY - 900] * 300 + [TODAY - 200] * 60
    recruits = [0.1] * 300 + [2.0] * 60
    given = arrivals(days, recruits)
    more = {"exceeds_comparison": True, "chains": 9, "delay_cdf": PRIOR_DELAY.cdf}
    whole = snowball_finding(
        recruits=given.recruits, days_followed=TODAY - given.joined_day, **more
    )
    cohorts = snowball_cohorts(given, TODAY, programme_dispersion=5.0, **more)
    assert whole.verdict == "boost"
    assert verdict_of(whole, cohorts) == "snowball"
    assert verdict_of(whole, ()) == "boost"


@pytest.mark.parametrize("gap", ["via_neighbour", "unknown_origin"])
@pytest.mark.parametrize("k", [np.inf, 0.2])
def test_with_half_of_the_links_lost_the_interval_still_holds_the_truth(gap, k):
    """Short version of the third table of benchmarks/coverage.py."""
    inside = []
    for run in range(60):
        rng = np.random.default_rng([3, run])
        people = simulated_people(0.6, k, rng=rng, campaign=PATTERNS["pushes"], delay=Delay())
        recruiter = people.recruiter
        lost = (recruiter >= 0) & (rng.random(recruiter.size) < 0.5)
        recruits = np.bincount(recruiter[(recruiter >= 0) & ~lost], minlength=recruiter.size)
        followed = (363 - people.joined_day).astype(float)
        found = snowball_finding(
            recruits, followed, delay_cdf=Delay().cdf, **{gap: int(lost.sum())}
        )
        inside.append(found.low <= 0.6 <= found.high)
    assert np.mean(inside) >= 0.88


def test_the_method_page_holds_the_tables_of_the_coverage_runs():
    page = (Path(__file__).parents[2] / "docs" / "methods" / "renewal.md").read_text("utf-8")
    for name in ("renewal", "patterns", "people"):
        table = page.split(f"<!-- {name}: start -->")[1].split(f"<!-- {name}: end -->")[0]
        assert table.count("\n| ") >= 13
