"""Words for public numbers: method names, verdicts, funnel stages."""

from django.utils.translation import gettext_lazy as _

VERDICTS = {
    "snowball": _("snowball"),
    "boost": _("boost: participants bring some others"),
    "no_spread_shown": _("no spread shown"),
    "too_few": _("too little data"),
    "": _("too little data"),
}
# Kinds of status badge, so that a verdict never speaks by colour alone.
BADGES = {"snowball": "safe", "boost": "active", "no_spread_shown": "neutral"}
STAGES = {
    "not_reached": _("not reached"),
    "approached": _("approached"),
    "spoken": _("spoken with"),
    "interested": _("interested"),
    "participant": _("participant"),
    "preparing": _("preparing a measure"),
    "decided": _("decided on a measure"),
    "done": _("measure taken"),
    "not_interested": _("not interested"),
    "objection": _("objection"),
    "unreachable": _("unreachable"),
    "moved": _("moved away"),
}
METHODS = {
    "referrals": _("counted referrals"),
    "wilson": _("share with Wilson interval"),
    "poisson": _("ledger, Poisson interval on the number of households"),
}
