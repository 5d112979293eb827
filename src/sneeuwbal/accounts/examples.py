"""Accounts of the demo, shown to whoever opens it. There are none outside the demo."""

from typing import NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts.models import Membership, Role

TASKS: dict[str, Promise] = {
    Role.PROGRAMME_MANAGER: _("Sees and does everything: choose, plan, compute, publish."),
    Role.POLICY_ADVISER: _("Brings knowledge of the area and weighs the choice."),
    Role.DISTRICT_MANAGER: _("Knows the district, forms teams, guards against clashes."),
    Role.NEIGHBOURHOOD_WORKER: _("Talks at the door and hands out cards, in own neighbourhoods."),
    Role.TEAM_VOLUNTEER: _("Records conversations, sees no names of others."),
    Role.PARTNER: _("Puts own initiatives on the roadmap."),
    Role.RESEARCHER: _("Sees the evidence and how it was computed, no person."),
    Role.AUDITOR: _("Sees everything that was decided and counted, changes nothing."),
}


class Example(NamedTuple):
    """An account of the demo, and what to do with it."""

    email: str
    organisation: str
    role: str
    task: str


def accounts() -> list[Example]:
    """One account per role; nothing outside the demo, and nobody with a real address."""
    if settings.MODE != "demo":
        return []
    fictional = Membership.objects.filter(user__email__endswith=".example", user__is_active=True)
    found: dict[str, Example] = {}
    for row in fictional.order_by("organisation__pk", "pk").select_related("user", "organisation"):
        if row.organisation.fictional or row.organisation.example_figures:
            task = str(TASKS[row.role])
            label = str(Role(row.role).label)
            found.setdefault(row.role, Example(row.user.email, row.organisation.name, label, task))
    return [found[role] for role in Role.values if role in found]
