from django.db import migrations

SQLITE = """
CREATE TRIGGER phase_change_stays BEFORE UPDATE OF neighbourhood_id, phase, "on", reason, recorded_at
ON roadmap_phasechange BEGIN SELECT RAISE(ABORT, 'the history of phases only grows'); END
"""
POSTGRESQL = """
CREATE FUNCTION phase_change_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the history of phases only grows' USING ERRCODE = 'check_violation'; END $$;
CREATE TRIGGER phase_change_stays
BEFORE UPDATE OF neighbourhood_id, phase, "on", reason, recorded_at ON roadmap_phasechange
FOR EACH ROW EXECUTE FUNCTION phase_change_stays()
"""


def forbid(apps, schema_editor):  # the person who wrote a row may be forgotten, what they wrote not
    sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute(SQLITE if sqlite else POSTGRESQL)


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER phase_change_stays")
    else:
        schema_editor.execute("DROP TRIGGER phase_change_stays ON roadmap_phasechange")
        schema_editor.execute("DROP FUNCTION phase_change_stays()")


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0001_initial")]
    operations = [migrations.RunPython(forbid, allow)]
