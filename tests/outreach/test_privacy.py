"""No third person, no free text, and nothing left of who was erased."""

import sqlite3
from contextlib import closing
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import models
from django.utils import translation

from sneeuwbal.outreach import consents, ledger
from sneeuwbal.outreach.forms import (
    CardForm,
    ConversationForm,
    CorrectionForm,
    DetailsForm,
    StageForm,
)
from sneeuwbal.outreach.models import Consent, Event, Stage

# Every field that takes free text, and what it may hold. A new one is a decision, not an accident.
FREE_TEXT = {
    ("Household", "street"): "the household's own address, with permission",
    ("Household", "house_number"): "the household's own address, with permission",
    ("Household", "contact_name"): "the household's own name, with permission",
    ("Household", "phone"): "the household's own number, with permission",
    ("Household", "email"): "the household's own address, with permission",
    ("Team", "name"): "name of a team",
    ("Team", "end_reason"): "why a team stopped; checked for contact details",
    ("CostLine", "role"): "a role; checked for contact details",
    ("CostLine", "note"): "what for; checked for contact details",
    ("Channel", "slug"): "catalogue",
    ("Channel", "name_nl"): "catalogue",
    ("Channel", "name_en"): "catalogue",
    ("ReferralCode", "code"): "random",
    ("Consent", "text_version"): "which wording",
    ("Event", "digest"): "hash",
}  # fmt: skip
TEXTS = (models.CharField, models.TextField, models.JSONField)
PERSONAL = ("Testpersoon Onvergetelijk", "0612309876", "onvergetelijk@example.org", "Wegwisstraat")


def text_fields():
    for model in apps.get_app_config("outreach").get_models():
        for field in model._meta.get_fields():
            if isinstance(field, TEXTS) and not getattr(field, "choices", None):
                yield model.__name__, field.name


def test_every_field_for_free_text_is_known_and_none_is_about_someone_else():
    assert set(text_fields()) == {*FREE_TEXT, ("Event", "covariates")}


def test_no_field_is_named_after_a_third_person():
    words = ("neighbour_name", "recruiter", "friend", "referrer_name", "remark", "comment", "note_")
    for model in apps.get_app_config("outreach").get_models():
        for field in model._meta.get_fields():
            assert not any(word in field.name for word in words), field


def test_rows_of_the_ledger_point_at_no_household_row():
    for name in ("Event", "Consent", "ReferralCode"):
        field = apps.get_model("outreach", name)._meta.get_field("household")
        assert isinstance(field, models.UUIDField) and not field.is_relation


def test_nothing_of_other_rooms_can_walk_back_to_personal_rows():
    for model in apps.get_app_config("outreach").get_models():
        for field in model._meta.get_fields():
            if field.is_relation and field.many_to_one:
                outside = field.related_model._meta.app_label != "outreach"
                assert not outside or field.remote_field.hidden, field


def test_the_forms_ask_about_the_household_itself_only(db):
    about_people = {"contact_name", "phone", "email", "street", "house_number"}
    chosen = {"key", "outcome", "channel", "code", "tenure", "household_kind", "held_on"}
    chosen |= {"contact", "news", "stage", "basis", "happened_on"}
    for form in (
        ConversationForm(),
        CardForm(),
        DetailsForm(),
        CorrectionForm(),
        StageForm(rows=[]),
    ):
        assert set(form.fields) <= about_people | chosen


def test_the_wording_of_each_permission_is_kept_under_its_version(db, settings):
    """Whoever changes a tick raises the version and adds the new wording to docs/ledger.md."""
    kept = (settings.BASE / "docs" / "ledger.md").read_text(encoding="utf-8")
    wording = kept.split(f"**Wording {consents.TEXT_VERSION}.**")[1].split("\n- **")[0]
    with translation.override("nl"):
        for purpose in Consent.Purpose.values:
            assert str(CardForm().fields[purpose].label) in wording


def test_an_erased_household_leaves_no_byte_in_the_database_file(lasting_town, database_file):
    if database_file is None:
        pytest.skip("PostgreSQL frees the space at its own vacuum; see docs/ledger.md")
    town = lasting_town
    name, phone, email, street = PERSONAL
    row = ledger.record_conversation(
        town.here,
        by=town.worker,
        key=uuid4(),
        stage=Stage.PARTICIPANT,
        channel="door",
        held_on=town.programme.starts_on,
        consents=["contact", "news"],
        contact=ledger.Contact(
            contact_name=name, phone=phone, email=email, street=street, house_number="7"
        ),
    )
    ledger.change_details(
        row.household,
        neighbourhood=town.here,
        contact=ledger.Contact(contact_name=name, phone=phone[::-1], email=email, street=street),
        purposes=["contact"],
        key=uuid4(),
        by=town.worker,
    )
    assert left_over(database_file), "the test would pass without erasing"
    ledger.erase(row.household)
    assert left_over(database_file) == []
    assert Event.objects.get() == row


def left_over(database_file):
    """Which personal texts stand in the file, its journal, or a dump of it."""
    bytes_on_disk = b"".join(p.read_bytes() for p in database_file.parent.glob("ledger.sqlite3*"))
    with closing(sqlite3.connect(database_file)) as other:
        dump = "\n".join(other.iterdump()).encode()
    texts = [*PERSONAL, PERSONAL[1][::-1]]
    return [text for text in texts if text.encode() in bytes_on_disk + dump]
