"""Arrays to stored figures: compute every number of an organisation, keep what is new.

Runs in the worker or from a command; the web process never loads it.
"""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.jobs import JobError, Progress
from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence import spread as spreading
from sneeuwbal.evidence import stored, turnout
from sneeuwbal.evidence.engines import default_engine
from sneeuwbal.evidence.models import Figure, FigureUpdate
from sneeuwbal.evidence.reduction import Moment
from sneeuwbal.evidence.results import Result
from sneeuwbal.evidence.scopes import Scope, scopes_of
from sneeuwbal.evidence.spread import Spread
from sneeuwbal.evidence.tables import channel_names, digest, read_ledger

COMPARED = ("value", "low", "high", "level", "n", "unit", "method", "verdict", "details")


@dataclass(frozen=True)
class Check:
    """What came of computing a stored figure again."""

    figure: Figure
    same_inputs: bool
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the same inputs gave the same figure."""
        return self.same_inputs and not self.differences


def code_version() -> str:
    """Version of this package, also when it runs from its checkout."""
    try:
        return version("sneeuwbal")
    except PackageNotFoundError:
        project = tomllib.loads((settings.BASE / "pyproject.toml").read_text("utf-8"))
        return str(project["project"]["version"])


def moment_of(organisation: Organisation, as_of: date) -> Moment:
    """The end of a day, or now when that day is not over: later rows never slip in."""
    end = Moment.end_of(as_of, organisation=organisation.pk, zone=timezone.get_default_timezone())
    return Moment(organisation.pk, as_of, min(end.known_before, timezone.now()))


def update_organisation(
    *, progress: Progress, organisation: str, as_of: str | None = None, engine: str = ""
) -> dict[str, Any]:
    """Compute every figure of an organisation; a figure that did not change is not added."""
    tenant = Organisation.objects.filter(slug=organisation).first()
    if tenant is None:
        raise JobError(_("There is no such organisation."))
    day = date.fromisoformat(as_of) if as_of else timezone.localdate()
    started = monotonic()
    progress(0.05, _("Reading the ledger"))
    rows = stored.newest_rows(tenant)
    moment, used = moment_of(tenant, day), engine or default_engine()
    ledger = read_ledger(moment, engine=used)
    scopes, people = scopes_of(tenant, day), Spread(ledger, day)
    results = []
    for number, scope in enumerate(scopes, start=1):
        results += [(scope, result) for result in results_of(scope, people)]
        progress(0.2 + 0.7 * number / len(scopes), _("Computing the figures"))
    update = FigureUpdate(
        organisation=tenant,
        as_of=day,
        known_before=moment.known_before,
        newest_event=rows[0],
        newest_cost=rows[1],
        engine=used,
        ledger_digest=ledger.digest(),
        code_version=code_version(),
        figures=len(results),
    )
    added = store(update, results)
    FigureUpdate.objects.filter(pk=update.pk).update(seconds=monotonic() - started)
    return {"figures": len(results), "added": added, "as_of": day.isoformat()}


def results_of(scope: Scope, people: Spread) -> Iterator[Result]:
    """Every figure of one part of the programme."""
    if not scope.members:
        return
    ledger = people.ledger
    yield spreading.snowball(scope, people)
    if scope.comparison:
        yield spreading.growth(scope, people)
    yield turnout.funnel(scope, ledger)
    yield turnout.reach(scope, ledger)
    yield turnout.voice(scope, ledger)
    yield turnout.channels(scope, ledger, channel_names())
    yield turnout.cost(scope, ledger)


@transaction.atomic
def store(update: FigureUpdate, results: list[tuple[Scope, Result]]) -> int:
    """Keep what is new; return how many rows were added."""
    known = {
        (row.area_id, row.kind): row
        for row in stored.newest(update.organisation, as_of=update.as_of)
        if row.as_of == update.as_of
    }
    update.save()
    fresh = []
    for scope, result in results:
        row = _row(update, scope, result)
        before = known.get((scope.area, result.kind))
        if before is None or any(
            getattr(before, name) != getattr(row, name)
            for name in ("inputs_digest", "parameters", "code_version", "method")
        ):
            fresh.append(row)
    Figure.objects.bulk_create(fresh)
    FigureUpdate.objects.filter(pk=update.pk).update(added=len(fresh))
    return len(fresh)


def _row(update: FigureUpdate, scope: Scope, result: Result) -> Figure:
    return Figure(
        organisation=update.organisation,
        update=update,
        area_id=scope.area,
        as_of=update.as_of,
        inputs_digest=digest(result.inputs),
        code_version=update.code_version,
        # As the database gives them back, so that comparing is fair.
        **json.loads(json.dumps(result.fields())),
    )


def verify(figure: Figure) -> Check:
    """Compute a stored figure again from the ledger as it was known then, and compare."""
    update = figure.update
    if update is None:
        raise ValueError("this figure does not say from which update it came")
    moment = Moment(figure.organisation_id, update.as_of, update.known_before)
    people = Spread(read_ledger(moment), update.as_of)
    for scope in scopes_of(figure.organisation, update.as_of):
        if scope.area != figure.area_id:
            continue
        for result in results_of(scope, people):
            if result.kind == figure.kind:
                again = _row(update, scope, result)
                differing = [f for f in COMPARED if getattr(again, f) != getattr(figure, f)]
                same = again.inputs_digest == figure.inputs_digest
                return Check(figure, same, tuple(differing))
    return Check(figure, same_inputs=False, differences=("missing",))
