"""Areas and people for tests of the roadmap room."""

from django.utils.text import slugify

from sneeuwbal.accounts.models import Membership, User
from sneeuwbal.places.models import Area, Shape


def add_area(code, name, *, kind="BU", town="GM9801", district="WK980100"):
    return Area.objects.create(
        kind=kind, code=code, year=2020, name=name, municipality_code=town, district_code=district
    )


def add_shape(area, dataset, column):
    x = 1000.0 * column
    Shape.objects.create(
        area=area,
        dataset=dataset,
        geometry="{}",
        path=f"M{x} 0L{x + 900} 0L{x + 900} 900L{x} 900Z",
        min_x=x,
        min_y=0,
        max_x=x + 900,
        max_y=900,
        label_x=x + 450,
        label_y=450,
        lon=5.0,
        lat=52.0,
        area_m2=810_000,
    )


def add_person(organisation, role, *areas, name=None):
    name = name or f"{role} {organisation.slug}"
    person = User.objects.create_user(
        f"{slugify(name)}@{organisation.slug}.example", "wachtwoord-lang-genoeg", name=name
    )
    membership = Membership.objects.create(user=person, organisation=organisation, role=role)
    membership.areas.set(areas)
    return person
