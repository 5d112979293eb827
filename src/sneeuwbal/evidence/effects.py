"""The effect of starting: open statistics and starts of the programme in, a stored figure out.

Runs in the worker or from a command; the web process never loads it.
Method page: docs/methods/effects.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.jobs import JobError, Progress
from sneeuwbal.analysis.effects.aggregates import Estimand
from sneeuwbal.analysis.effects.attgt import Controls
from sneeuwbal.analysis.effects.bounds import relative_magnitude_bounds
from sneeuwbal.analysis.effects.finding import EffectFinding, effect_finding
from sneeuwbal.analysis.effects.imputation import imputation
from sneeuwbal.analysis.effects.panel import Gathered, gather
from sneeuwbal.analysis.estimate import Estimate
from sneeuwbal.evidence.figures import COMPARED, Check, code_version
from sneeuwbal.evidence.models import AnalysisPlan, Figure
from sneeuwbal.evidence.results import Kind, Result, shown
from sneeuwbal.evidence.scopes import members_of
from sneeuwbal.evidence.tables import digest
from sneeuwbal.places.models import Area, Indicator, Value

HOUSEHOLDS = "households"


@dataclass(frozen=True)
class Table:
    """Outcome by neighbourhood and year, when each started, and which sources it is from."""

    outcome: Mapping[tuple[str, int], float]
    starts: Mapping[str, int]
    sources: tuple[str, ...]

    def gathered(self) -> Gathered:
        """The balanced panel; neighbourhoods with a gap stay out and are named."""
        rows = sorted(self.outcome)
        return gather(
            tuple(code for code, _year in rows),
            np.array([year for _code, year in rows], np.int64),
            outcome=np.array([self.outcome[row] for row in rows], np.float64),
            start=dict(self.starts),
        )


def estimate_effect(*, progress: Progress, organisation: str, plan: int) -> dict[str, Any]:
    """Compute the effect that a locked plan asks for; a figure that did not change is not added."""
    row = AnalysisPlan.objects.filter(pk=plan, organisation__slug=organisation).first()
    if row is None:
        raise JobError(_("There is no such plan."))
    if not row.locked_at:
        raise JobError(_("Lock the plan first: an effect is only computed as agreed."))
    progress(0.1, _("Reading the statistics"))
    day = timezone.localdate()
    table = read_table(row, day)
    progress(0.3, _("Comparing neighbourhoods"))
    figure = _figure(row, day, effect(row, table))
    known = row.figures.first()
    if known and _content(known) == _content(figure):
        return {"figure": known.pk, "added": 0}
    progress(0.9, _("Storing the figure"))
    figure.save()
    return {"figure": figure.pk, "added": 1}


def read_table(plan: AnalysisPlan, as_of: date) -> Table:
    """Values of the outcome in the window, of who started by this day and who is compared."""
    starts = starts_of(plan, as_of)
    codes = sorted({*starts, *plan.comparison_codes})
    values, sources = _values(plan, plan.outcome, codes)
    if plan.per_household:
        homes, more = _values(plan, Indicator.objects.filter(key=HOUSEHOLDS).first(), codes)
        values = {
            key: value / homes[key] for key, value in values.items() if homes.get(key, 0.0) > 0
        }
        sources |= more
    return Table(values, starts, tuple(sorted(sources)))


def starts_of(plan: AnalysisPlan, as_of: date) -> dict[str, int]:
    """Year in which recruitment began, by code; stopped neighbourhoods stay in."""
    members = [m for m in members_of(plan.organisation, as_of) if m.start]
    codes = dict(Area.objects.filter(pk__in=[m.area for m in members]).values_list("pk", "code"))
    found: dict[str, int] = {}
    for member in members:
        assert member.start is not None
        code, year = codes[member.area], member.start.year
        found[code] = min(year, found.get(code, year))
    return found


def _values(
    plan: AnalysisPlan, indicator: Indicator | None, codes: list[str]
) -> tuple[dict[tuple[str, int], float], set[str]]:
    """Known values by code and year; where two tables give one, the later table counts."""
    rows = (
        Value.objects.filter(
            series__indicator=indicator,
            series__year__range=(plan.first_year, plan.last_year),
            area__kind=Area.Kind.NEIGHBOURHOOD,
            area__code__in=codes,
            value__isnull=False,
        )
        .order_by("series__dataset__year", "series_id", "area__code")
        .values_list("area__code", "series__year", "value", "series__dataset__key")
    )
    found: dict[tuple[str, int], float] = {}
    sources: set[str] = set()
    for code, year, value, source in rows:
        if value is not None:
            found[code, year] = float(value)
            sources.add(source)
    return found, sources


def effect(plan: AnalysisPlan, table: Table) -> Result:
    """What the plan asks of this table: a number with its interval, or why there is none."""
    gathered = table.gathered()
    controls = Controls(plan.controls)
    finding = effect_finding(
        gathered.panel,
        controls=controls,
        estimand=Estimand(plan.estimand),
        # The plan was locked before anyone saw the outcome, so nobody picked the draws.
        rng=np.random.default_rng(int(plan.digest[:16], 16)),
        shocks=tuple(
            place for place, year in enumerate(gathered.periods) if year in plan.shock_years
        ),
        by_lot=plan.by_lot,
    )
    return Result(
        Kind.EFFECT,
        _judged(finding.estimate, plan),
        inputs={
            "plan": plan.digest,
            "outcome": {f"{code} {year}": v for (code, year), v in table.outcome.items()},
            "starts": dict(table.starts),
        },
        n=finding.clusters,
        details=_details(finding, gathered, table) | _beside(finding, gathered, controls),
        parameters={"plan": plan.digest, "version": plan.version, "estimand": plan.estimand},
    )


def _judged(estimate: Estimate, plan: AnalysisPlan) -> Estimate:
    unit = plan.outcome.unit
    if estimate.low is None or estimate.high is None or estimate.value is None:
        return replace(estimate, unit=unit)
    outside = estimate.low > 0 or estimate.high < 0
    return replace(estimate, unit=unit, verdict="effect_shown" if outside else "no_effect_shown")


def _details(finding: EffectFinding, gathered: Gathered, table: Table) -> dict[str, Any]:
    trend, test = finding.pre_trend, finding.randomisation
    years = gathered.periods
    rows = finding.aggregate.rows if finding.aggregate else ()
    by_year = finding.estimand in {Estimand.GROUP, Estimand.CALENDAR}
    return {
        "refusals": [str(reason) for reason in finding.refusals],
        "cautions": [str(caution) for caution in finding.cautions],
        "clusters": finding.clusters,
        "years": list(years),
        "cohorts": [[years[start], count] for start, count in finding.cohorts],
        "incomplete": list(gathered.incomplete),
        "sources": list(table.sources),
        "pre_trend_p": trend.p_value_few if trend else None,
        "lottery_p": test.p_value if test else None,
        "lottery_smallest_p": test.smallest_p if test else None,
        "rows": [
            {"at": years[row.at] if by_year else row.at, **shown(row.estimate)} for row in rows
        ],
    }


def _beside(finding: EffectFinding, gathered: Gathered, controls: Controls) -> dict[str, Any]:
    """A second opinion and how far trends may differ; only beside a figure."""
    if finding.refusals:
        return {"bounds": [], "sign_lost_at": None, "second": None}
    sensitivity = relative_magnitude_bounds(gathered.panel, controls)
    return {
        "bounds": [
            {"mbar": bound.mbar, "low": bound.low, "high": bound.high}
            for bound in sensitivity.bounds
        ],
        "sign_lost_at": sensitivity.sign_lost_at,
        "second": shown(imputation(gathered.panel).overall),
    }


def _figure(plan: AnalysisPlan, day: date, result: Result) -> Figure:
    return Figure(
        organisation=plan.organisation,
        plan=plan,
        as_of=day,
        inputs_digest=digest(result.inputs),
        code_version=code_version(),
        # As the database gives them back, so that comparing is fair.
        **json.loads(json.dumps(result.fields())),
    )


def _content(figure: Figure) -> tuple[Any, ...]:
    return (figure.inputs_digest, figure.code_version, *(getattr(figure, f) for f in COMPARED))


def verify(figure: Figure) -> Check:
    """Compute a stored effect again from the statistics and starts as they are now, and compare."""
    plan = figure.plan
    if plan is None:
        raise ValueError("this figure does not say which plan it follows")
    again = _figure(plan, figure.as_of, effect(plan, read_table(plan, figure.as_of)))
    differing = [f for f in COMPARED if getattr(again, f) != getattr(figure, f)]
    return Check(figure, again.inputs_digest == figure.inputs_digest, tuple(differing))
