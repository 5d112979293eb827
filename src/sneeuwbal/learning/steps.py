"""The incident method: seven steps of about 65 minutes together."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Step:
    """One step: what it is called, how long it takes, and what people do in it."""

    key: str
    number: int
    minutes: int
    title: str | Promise
    task: str | Promise


STEPS = (
    Step("back", 1, 5, _("Looking back"), _("What became of the agreements? Who is here today?")),
    Step(
        "case", 2, 10, _("The case"), _("One municipality tells what happened. Nobody interrupts.")
    ),
    Step("choice", 3, 5, _("The question"), _("Choose together the one question to work on.")),
    Step("questions", 4, 15, _("Questions"), _("Ask only about facts. Give no advice yet.")),
    Step(
        "analysis", 5, 10, _("Analysis"), _("What do we see in it? The one with the case listens.")
    ),
    Step("advice", 6, 10, _("Advice"), _("Each municipality gives one piece of advice.")),
    Step("agreements", 7, 10, _("Agreements"), _("Who does what, and by when?")),
)
MINUTES = sum(step.minutes for step in STEPS)
