"""The towns of the demo: who takes part, from when, and the truth that the evidence must find."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sneeuwbal.web.demo.geography import Municipality

WEEKS = 156
# The three years end last Sunday: computed later, weeks of silence would count as no recruits.
_TODAY = date.today()
LAST_DAY = _TODAY - timedelta(days=_TODAY.weekday() + 1)
FIRST_MONDAY = LAST_DAY - timedelta(weeks=WEEKS) + timedelta(days=1)
SEED = 20231002
PASSWORD = "sneeuwbal-demo"  # noqa: S105  a public password of a fictional programme


@dataclass(frozen=True)
class Course:
    """What happens in one neighbourhood of the programme."""

    start_quarter: int | None  # quarters after FIRST_MONDAY; None: comparison neighbourhood
    true_r: float = 0.3  # above 1 it takes off; that lasts until few households are left
    team: bool = True
    short_startup: str = ""
    stops: bool = False


@dataclass(frozen=True)
class Unit:
    """A municipality of an organisation: a fictional one, or the code of a real one."""

    code: str
    courses: tuple[Course, ...]
    candidates: int = 6
    fictional: Municipality | None = None


@dataclass(frozen=True)
class Tenant:
    """An organisation of the demo."""

    slug: str
    name: str
    units: tuple[Unit, ...]
    fte: float
    kickoffs: int
    budget_eur: tuple[int, ...]
    people: tuple[tuple[str, str, str], ...] = field(default=())  # role, address, name


def _comparison(number: int) -> tuple[Course, ...]:
    return tuple(Course(None, 0.0) for _ in range(number))


LARGE = (
    Course(1, 0.6),
    Course(1, 0.3),
    Course(2, 0.3),
    Course(2, 0.3, team=False, stops=True),
    Course(3, 0.6),
    Course(4, 0.3),
    Course(4, 0.0),
    Course(5, 0.3),
    Course(6, 0.3),
    Course(8, 1.7),
    *_comparison(6),
)
MIDDLE = (
    Course(1, 0.6),
    Course(2, 0.3),
    Course(3, 0.3),
    Course(4, 0.3, team=False, stops=True),
    Course(5, 0.3),
    *_comparison(4),
)
SMALL = (
    Course(2, 0.3),
    Course(
        4,
        0.6,
        short_startup="Het buurtteam bestond al en was in drie maanden klaar voor de start.",
    ),
    Course(6, 0.3),
    *_comparison(2),
)

HAVENSTAD = Municipality(
    "GM9901",
    "Havenstad",
    (
        "Westerdok", "Touwslagersbuurt", "Vissershof", "Zilverkade", "Ankerwijk", "Scheepsbouwers",
        "Havenkwartier", "Kleine Sluis", "Grote Sluis", "Pakhuisbuurt", "Lantaarnbuurt", "Kompas",
        "Oude Markt", "Nieuwe Markt", "Bolwerk", "Stadspoort", "Veerkade", "Looiersbuurt",
        "Stationskwartier", "Muziekbuurt", "Schilderspark", "Dichtersbuurt", "Bloemenhof",
        "Vogelweide", "Oosterpark", "Tuindorp Oost", "Eikenrode", "Lindenhof", "Beukendaal",
        "Zonnehoek", "Kraaienest", "Parkrand", "Weidezicht", "Hoge Akker", "Lage Akker", "Polderzicht",
    ),
    6,
    (20_000, 480_000),
    4_600,
    1_050,
    0.8,
    river=True,
)  # fmt: skip
NOORDERWOUDE = Municipality(
    "GM9902",
    "Noorderwoude",
    (
        "Terpdorp", "Oude Vaart", "Klokkenbuurt", "Binnenstad-Noord", "Binnenstad-Zuid", "Zuiderend",
        "Lange Streek", "Melkmarkt", "Hollewijk", "Vaartzicht", "Oosterpoort", "Noorderpoort",
        "Aldwoude", "Nijwoude", "Rietlanden", "Wilgenbuurt", "Elzenhof", "Meerzicht",
        "Schansbuurt", "De Hoek", "Greidebuurt", "Ringvaart", "Kerkdorp", "De Wieken",
    ),
    5,
    (48_000, 520_000),
    5_400,
    700,
    0.45,
)  # fmt: skip
BEEKDAL = Municipality(
    "GM9903",
    "Beekdal",
    (
        "Centrum", "Beekzijde", "Molenakker", "Hoogveld", "Achterbeek", "Kleine Hei",
        "Spoorzicht", "Langebosch", "Broekzijde", "Oude Tol",
    ),
    3,
    (76_000, 470_000),
    3_600,
    620,
    0.35,
)  # fmt: skip
HEIDEDORP = Municipality(
    "GM9904",
    "Heidedorp",
    (
        "Kom", "Ruwebos", "Kerkvelden", "Beekoever", "Zandhoek",
        "Heikant", "Duinheide", "Steenweg", "Nieuwe Dreef",
    ),
    3,
    (86_000, 474_500),
    3_300,
    540,
    0.2,
)  # fmt: skip
ZAAGDIJK = Municipality(
    "GM9905",
    "Zaagdijk",
    (
        "Dijkbuurt", "Houthaven", "Molenbuurt", "Papiermakers", "Verfmolen", "Oliemolen",
        "Kogelpark", "Westzijde", "Oostzijde", "Rosmolen", "Pelmolen", "Hemkade",
        "Vlindervliet", "Lange Vaart", "Krommenhoek", "Snuifmolen", "Houtkade",
        "Poelzicht", "Kalverbuurt", "Hoornveld", "Gansveld", "Jagersplas",
    ),
    5,
    (30_000, 440_000),
    4_200,
    820,
    0.6,
    river=True,
)  # fmt: skip


def _people(slug: str) -> tuple[tuple[str, str, str], ...]:
    names = {
        "havenstad": ("Noor Bakker", "Sam de Wit", "Yasmin Aydin", "Piet Verhoeven", "Joost Mol"),
        "noorderwoude": (
            "Fenna Dijkstra",
            "Wytse Hoekstra",
            "Anke Postma",
            "Geert Visser",
            "Lies Kok",
        ),
        "beekdal-heidedorp": (
            "Mieke van Gils",
            "Bart Smits",
            "Loes Peters",
            "Hans Maas",
            "Ria Bos",
        ),
        "zaagdijk": ("Karim Haddad", "Els Prins", "Tom Schaap", "Willem Kuiper", "Iris Blom"),
    }
    roles = (
        "programme_manager", "policy_adviser", "neighbourhood_worker", "team_volunteer", "district_manager",
    )  # fmt: skip
    addresses = ("manager", "beleid", "buurt", "vrijwilliger", "wijk")
    return tuple(
        (role, f"{address}@{slug}.example", name)
        for role, address, name in zip(roles, addresses, names[slug], strict=True)
    )


FICTIONAL = (
    Tenant(
        "havenstad",
        "Gemeente Havenstad",
        (Unit("GM9901", LARGE, 10, HAVENSTAD),),
        6.0,
        3,
        (420_000, 460_000, 460_000, 300_000),
        _people("havenstad"),
    ),
    Tenant(
        "noorderwoude",
        "Gemeente Noorderwoude",
        (Unit("GM9902", MIDDLE, 8, NOORDERWOUDE),),
        3.0,
        2,
        (210_000, 230_000, 230_000, 150_000),
        _people("noorderwoude"),
    ),
    Tenant(
        "beekdal-heidedorp",
        "Gemeenten Beekdal en Heidedorp",
        (Unit("GM9903", SMALL, 4, BEEKDAL), Unit("GM9904", SMALL, 4, HEIDEDORP)),
        2.0,
        2,
        (120_000, 140_000, 140_000, 90_000),
        _people("beekdal-heidedorp"),
    ),
    Tenant(
        "zaagdijk",
        "Gemeente Zaagdijk",
        (Unit("GM9905", MIDDLE, 8, ZAAGDIJK),),
        3.5,
        2,
        (240_000, 260_000, 260_000, 170_000),
        _people("zaagdijk"),
    ),
)

# The same programme laid over real neighbourhoods; its participation is made up.
_REAL = {
    "havenstad": ("rotterdam", "Gemeente Rotterdam", (("GM0599", LARGE, 10),)),
    "noorderwoude": ("leeuwarden", "Gemeente Leeuwarden", (("GM0080", MIDDLE, 8),)),
    "beekdal-heidedorp": (
        "boxtel-sint-michielsgestel",
        "Gemeenten Boxtel en Sint-Michielsgestel",
        (("GM0757", SMALL, 4), ("GM0845", SMALL, 4)),
    ),
    "zaagdijk": ("zaanstad", "Gemeente Zaanstad", (("GM0479", MIDDLE, 8),)),
}


def real_tenants() -> tuple[Tenant, ...]:
    """The four tenants over real municipalities."""
    found = []
    for tenant in FICTIONAL:
        slug, name, units = _REAL[tenant.slug]
        people = tuple(
            (role, address.replace(tenant.slug, slug), who) for role, address, who in tenant.people
        )
        found.append(
            Tenant(
                slug,
                name,
                tuple(Unit(code, courses, candidates) for code, courses, candidates in units),
                tenant.fte,
                tenant.kickoffs,
                tenant.budget_eur,
                people,
            )
        )
    return tuple(found)
