"""Words for public numbers that the evidence room has no words for."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sneeuwbal.evidence.wording import EXITS, LABELS, STAGES

# On public pages every reason for silence reads the same.
VERDICTS: dict[str, Promise] = {
    key: LABELS[key] for key in ("snowball", "boost", "no_spread_shown")
} | {"": _("too little data to say")}
STAGE_NAMES: dict[str, Promise] = {"not_reached": _("Not reached"), **STAGES, **EXITS}
CHANNELS: dict[str, Promise] = {
    "door": _("at the door"),
    "neighbour": _("through a neighbour"),
    "letter": _("letter"),
    "flyer": _("leaflet"),
    "meeting": _("neighbourhood meeting"),
    "energy_party": _("EnergyParty"),
    "thermal_camera": _("thermal camera"),
    "open_homes": _("open eco-homes route"),
    "handy_day": _("handy day"),
    "energy_market": _("energy market"),
    "phone": _("telephone"),
    "social_media": _("social media"),
    "school": _("through school"),
    "professional": _("through a professional"),
    "energy_desk": _("energy desk, by themselves"),
    "unknown": _("unknown"),
}
