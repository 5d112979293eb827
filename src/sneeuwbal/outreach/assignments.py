"""Where someone may record, and what they may see of it."""

from django.db.models import Q, QuerySet
from django.http import Http404

from sneeuwbal.accounts import access
from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.outreach.models import Event
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

Phase = ProgrammeNeighbourhood.Phase
WORKED_IN = (Phase.STARTUP, Phase.ACTIVE, Phase.AFTERCARE)


def neighbourhoods(
    user: User, organisation: Organisation, right: access.Right = access.Right.WRITE_OUTREACH
) -> QuerySet[ProgrammeNeighbourhood]:
    """The neighbourhoods of the organisation's programmes for which someone has this right."""
    return ProgrammeNeighbourhood.objects.filter(
        _within(user, right, organisation, "area__code__in"),
        programme__organisation=organisation,
    ).select_related("area", "programme__organisation")


def working(user: User, organisation: Organisation) -> list[ProgrammeNeighbourhood]:
    """Where the work goes on now; the newest programme counts when an area is in two."""
    rows = neighbourhoods(user, organisation).filter(phase__in=WORKED_IN)
    newest = {row.area.code: row for row in rows.order_by("programme__starts_on", "pk")}
    return sorted(newest.values(), key=lambda row: row.area.name)


def working_in(user: User, organisation: Organisation, code: str) -> ProgrammeNeighbourhood:
    """One neighbourhood where the work goes on; 404 when it is not theirs."""
    for row in working(user, organisation):
        if row.area.code == code:
            return row
    raise Http404


def events(
    user: User, organisation: Organisation, right: access.Right = access.Right.WRITE_OUTREACH
) -> QuerySet[Event]:
    """The rows of the ledger that someone may see."""
    return Event.objects.filter(
        _within(user, right, organisation, "neighbourhood__area__code__in"),
        organisation=organisation,
    )


def _within(user: User, right: access.Right, organisation: Organisation, lookup: str) -> Q:
    codes = access.area_codes(user, right, organisation)
    return Q() if codes is None else Q(**{lookup: codes})
