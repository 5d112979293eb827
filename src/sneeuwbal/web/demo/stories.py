"""What people said and agreed in the demo: cards, decisions, an intervision. Dutch, as entered."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StoryCard:
    """A card of a Routekaart session; `place` counts the started neighbourhoods."""

    kind: str
    title: str
    text: str = ""
    place: int | None = None


CARDS = (
    StoryCard("chance", "Straat gaat open voor nieuw riool", "Bewoners krijgen toch al een brief. Eén brief voor twee onderwerpen scheelt vragen.", 0),
    StoryCard("chance", "Corporatie isoleert 120 woningen", "Huurders kunnen hun woning na afloop aan buren laten zien.", 1),
    StoryCard("chance", "Schoolplein wordt vergroend", "Ouders staan elke dag bij het hek.", 2),
    StoryCard("chance", "Subsidie voor spouwmuren loopt nog een jaar", "", None),
    StoryCard("initiative", "Repaircafé op woensdag", "Twintig vaste bezoekers, vooral ouderen.", 0),
    StoryCard("initiative", "Buurtmoestuin", "Groep van twaalf huishoudens met een eigen app-groep.", 1),
    StoryCard("initiative", "Energiecoöperatie in oprichting", "Zoekt nog mensen die bij buren langs willen gaan.", 3),
    StoryCard("stakeholder", "Woningcorporatie", "Eigenaar van een derde van de woningen. Wil pas meedoen als de planning vaststaat.", None),
    StoryCard("stakeholder", "Sociaal wijkteam", "Komt bij mensen met geldzorgen. Geeft kaartjes mee, deelt geen gegevens.", None),
    StoryCard("stakeholder", "Huisartsenpost", "Wil folders in de wachtkamer.", 2),
    StoryCard("network", "Kerk en voedselbank", "Bereikt mensen die niet op brieven reageren.", 1),
    StoryCard("network", "Voetbalvereniging", "Kantine is op donderdag open. Samen in een club zitten is nog geen band met een trekker.", 4),
    StoryCard("network", "Moskee met vrouwengroep", "Tolk is aanwezig.", 0),
    StoryCard("risk", "Drie andere partijen bellen dit najaar aan", "Verdeel de weken, anders krijgt een adres drie keer bezoek.", 0),
    StoryCard("risk", "Bewoners zijn vorig jaar lang zonder antwoord gebleven", "Eerst terugkoppelen wat er met hun inbreng is gedaan.", 2),
    StoryCard("risk", "Te weinig mensen voor twee starts in één kwartaal", "", None),
    StoryCard("entrance", "Koffieochtend in het buurthuis", "Ingang via het beheer van het buurthuis, elke dinsdag.", 1),
    StoryCard("entrance", "Straatfeest in juni", "Warmtecamera en rad van fortuin meenemen.", 3),
    StoryCard("entrance", "Portiekgesprek met de huismeester", "", 5),
)  # fmt: skip

DECISIONS = (
    ("Eén brief samen met de aankondiging van het riool", 0, 45, "done"),
    ("Kalender waarin elke partij zijn aanbelweken zet", 13, 30, "done"),
    ("Afspraak met de corporatie over de volgorde van de blokken", 7, 90, "open"),
    ("Eerst een terugkoppelavond, dan pas een nieuwe vraag", 14, 60, "done"),
    ("Ieder gesprek aan de deur vastleggen, ook een nee", None, 20, "done"),
)

CASE = (
    "In één buurt zijn twee informatieavonden gehouden. Er kwamen steeds dezelfde mensen. Daarna zijn we "
    "bij de deuren langsgegaan en hebben we een warmtecamera gebruikt. Toen deden er meer huishoudens mee, "
    "maar of dat door buren onderling komt, weten we niet zeker."
)
QUESTION = (
    "Waar zetten we ons team volgend kwartaal in: verder in deze buurt of in de buurt ernaast?"
)
ADVICE = (
    "Kijk eerst of deelnemers zelf iemand meebrachten. Zo niet, dan stopt het als jullie weggaan.",
    "Houd één vaste persoon in de buurt, ook als je elders begint. Wij deden dat niet en waren na een half jaar vergeten.",
    "Vergelijk met een buurt waar jullie niets deden. Bij ons steeg het daar ook, door de hoge gasprijs.",
)  # fmt: skip
AGREEMENTS = (
    ("Bij elke aanmelding vragen wie of wat iemand bracht", 30, "done"),
    ("Vaste begeleider blijft een dag per week na de campagne", 60, "open"),
    ("Cijfers van de vergelijkingsbuurten meenemen naar de volgende bijeenkomst", 75, "open"),
)

TEAM_NAMES = (
    "Buurtteam", "Warm Samen", "Energie van Onderop", "De Aanjagers", "Goed Geïsoleerd", "Samen van de Hoge Rekening Af",
)  # fmt: skip
