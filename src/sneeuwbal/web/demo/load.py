"""Load the demo: places, people, programme, ledger, figures, plans, lessons, a release.

All in one transaction: a demo that broke off leaves nothing behind.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import numpy as np
from django.core.management.base import CommandError
from django.db import connection, transaction

from sneeuwbal.accounts.models import Organisation, Role
from sneeuwbal.evidence import figures
from sneeuwbal.outreach import ledger
from sneeuwbal.places import importing
from sneeuwbal.places.models import Area, Dataset, ImportRun
from sneeuwbal.publication import releasing
from sneeuwbal.web.demo import choices, events, geography, meetings, people, programme, teams, towns
from sneeuwbal.web.demo.programme import Member
from sneeuwbal.web.demo.towns import Tenant

Say = Callable[[str], None]
REAL_FILES = ("kwb/kwb2020_84799NED.csv.gz", "social/rivm_gezondheid_18plus_2012_2016_2020_50090NED.csv.gz",
              "geo/zaanstad_buurt_2017.geojson", "geo/wijk_2022_cbs_tmap.geojson.gz")  # fmt: skip


@contextmanager
def step(say: Say, text: str) -> Iterator[None]:
    """Say what is being done and how long it took."""
    began = monotonic()
    yield
    say(f"  {text} ({monotonic() - began:.1f} s)")


def quiet(share: float, message: str) -> None:
    """Progress of a job that nobody watches."""


def loaded() -> bool:
    """Whether the demo is there already."""
    return Organisation.objects.exists()


def load(say: Say, *, real: Path | None = None) -> None:
    """Load everything, or nothing."""
    tenants = towns.real_tenants() if real else towns.FICTIONAL
    with transaction.atomic():
        with step(say, "neighbourhoods with borders and statistics"):
            if real:
                import_real(real)
            else:
                import_fictional()
        for number, tenant in enumerate(tenants):
            with step(say, f"{tenant.name}: programme, conversations, figures, plan"):
                load_tenant(tenant, number, example_figures=real is not None)
        with step(say, "intervision and lessons"):
            meetings.add_intervision([tenant.slug for tenant in tenants])
        with step(say, "public pages"):
            for tenant in tenants:
                releasing.make_release(progress=quiet, organisation=tenant.slug)
        _learn_sizes()


def _learn_sizes() -> None:
    """Let the database count its tables at once: it plans badly for tables it thinks are empty."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def import_fictional() -> None:
    """Write the fictional towns as ordinary files and import them as any other."""
    rng = np.random.default_rng(towns.SEED)
    features, rows = [], []
    for tenant in towns.FICTIONAL:
        for unit in tenant.units:
            if unit.fictional:
                found = geography.places(unit.fictional, rng)
                features += geography.features(unit.fictional, found)
                rows += geography.table(unit.fictional, found)
    with tempfile.TemporaryDirectory() as folder:
        borders, statistics, mapping = geography.write(Path(folder), features, rows)
        _import([borders])
        _import([statistics], mapping=mapping)
    Area.objects.filter(municipality_code__startswith="GM99").update(fictional=True)
    runs = ImportRun.objects.filter(file_name__in=[borders.name, statistics.name])
    Dataset.objects.filter(runs__in=runs).update(
        fictional=True, publisher=geography.PUBLISHER, licence=geography.LICENCE
    )


def _import(paths: list[Path], mapping: Path | None = None) -> None:
    result = importing.import_paths(paths, mapping=mapping)
    if result.failed:
        raise CommandError("; ".join(outcome.problem for outcome in result.failed))


def import_real(folder: Path) -> None:
    """Import the official tables that the demo is laid over."""
    absent = [name for name in REAL_FILES if not (folder / name).exists()]
    if absent:
        raise CommandError(f"not found in {folder.name}: {', '.join(absent)}")
    _import([folder / name for name in REAL_FILES])


def load_tenant(tenant: Tenant, number: int, *, example_figures: bool) -> None:
    """Load one organisation with its whole story."""
    organisation = people.add_organisation(tenant, example_figures=example_figures)
    plan, members = programme.add_programme(organisation, tenant)
    programme.add_roadmap(organisation, plan, members)
    add_outreach(organisation, tenant, members, seed=towns.SEED + number)
    figures.update_organisation(
        progress=quiet, organisation=organisation.slug, as_of=towns.LAST_DAY.isoformat()
    )
    choices.add_choice(organisation, plan)


def add_outreach(
    organisation: Organisation, tenant: Tenant, members: list[Member], *, seed: int
) -> None:
    """Tell the simulated three years to the ledger."""
    worker = programme.person(organisation, Role.NEIGHBOURHOOD_WORKER)
    for unit in tenant.units:
        own = [member for member in members if member.row.unit.municipality.code == unit.code]
        for town, inside in events.towns_of(own, seed):
            name = f"{organisation.slug}/{unit.code}/{len(inside)}"
            told = list(events.new_events(town, inside, name))
            ledger.record_events(told)
            ledger.record_costs(list(events.new_costs(town, inside, organisation, name)))
            if len(inside) > 1:
                events.add_contacts(inside, worker, told)
    teams.add_teams(members, worker)
    people.limit_to(organisation, [member.row.area for member in members if member.started][:4])
