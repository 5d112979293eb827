"""The channels that every programme starts with."""

from django.db import migrations

# slug, Dutch, English, what it says about how a household came in, used at the door
CHANNELS = (
    ("door", "Aan de deur", "At the door", "campaign", True),
    ("neighbour", "Via een buur", "Through a neighbour", "neighbour", True),
    ("letter", "Brief", "Letter", "campaign", True),
    ("flyer", "Folder in de bus", "Leaflet through the letterbox", "campaign", True),
    ("meeting", "Buurtbijeenkomst", "Neighbourhood meeting", "campaign", True),
    ("energy_party", "EnergyParty", "EnergyParty", "campaign", True),
    ("thermal_camera", "Warmtecamera", "Thermal camera", "campaign", True),
    ("open_homes", "Duurzame huizenroute", "Open eco-homes route", "campaign", True),
    ("handy_day", "Klusdag", "Handy day", "campaign", True),
    ("energy_market", "Energiemarkt", "Energy market", "campaign", True),
    ("phone", "Telefoon", "Telephone", "campaign", False),
    ("social_media", "Sociale media", "Social media", "campaign", True),
    ("school", "Via school", "Through school", "campaign", True),
    (
        "professional",
        "Via een professional, zoals het wijkteam of de huisarts",
        "Through a professional, such as the social team or the doctor",
        "campaign",
        True,
    ),
    (
        "energy_desk",
        "Energieloket, op eigen initiatief",
        "Energy desk, by themselves",
        "campaign",
        True,
    ),
    ("unknown", "Weet ik niet", "Do not know", "unknown", True),
)


def load(apps, schema_editor):
    channel = apps.get_model("outreach", "Channel")
    for number, (slug, dutch, english, origin, door) in enumerate(CHANNELS, start=1):
        channel.objects.update_or_create(
            slug=slug,
            defaults={
                "name_nl": dutch,
                "name_en": english,
                "origin": origin,
                "at_the_door": door,
                "position": 10 * number,
            },
        )


def keep(apps, schema_editor):
    """Going back removes nothing: rows of the ledger may point here."""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0002_ledger_only_grows")]
    operations = [migrations.RunPython(load, keep)]
