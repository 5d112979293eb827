"""The database itself refuses to change or remove what was recorded."""

from django.db import migrations

TABLES = ("outreach_event", "outreach_consent", "outreach_costline")
REFUSAL = "the ledger only grows: record a correction instead"

SQLITE = """
CREATE TRIGGER {table}_no_{verb_small} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""
# Class 23: Django and psycopg raise IntegrityError, as SQLite does.
POSTGRESQL_FUNCTION = """
CREATE FUNCTION outreach_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER {table}_no_{verb_small} BEFORE {verb} ON {table}
FOR EACH ROW EXECUTE FUNCTION outreach_only_grows()
"""


def statements(vendor):
    if vendor == "postgresql":
        yield POSTGRESQL_FUNCTION.format(refusal=REFUSAL)
    template = POSTGRESQL if vendor == "postgresql" else SQLITE
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            yield template.format(
                table=table, verb=verb, verb_small=verb.lower(), refusal=REFUSAL
            )


def forbid(apps, schema_editor):
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def allow(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for table in TABLES:
        for verb in ("update", "delete"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER {table}_no_{verb}{on}", params=None)
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION outreach_only_grows()", params=None)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_initial")]
    operations = [migrations.RunPython(forbid, allow)]
