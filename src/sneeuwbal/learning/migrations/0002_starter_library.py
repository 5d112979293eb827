"""The claims of the approach itself, untested, each with the test that could refute it."""

from django.db import migrations

CLAIMS = [
    {
        "slug": "werk-per-buurt-of-wijk",
        "claim": "Werken per buurt of wijk brengt meer huishoudens in beweging dan een campagne voor de hele gemeente.",
        "context": "De aanpak kiest de buurt of wijk als eenheid, omdat mensen elkaar daar kennen en de woningen op elkaar lijken. Alleen de aanpak zelf zegt dit.",
        "test": "Loot buurten voor een buurtaanpak of alleen de gemeentelijke campagne. Klopt niet als na een jaar even veel huishoudens meedoen.",
        "claim_en": "Working by neighbourhood or district moves more households than a campaign for the whole municipality.",
        "context_en": "The approach takes the neighbourhood or district as its unit, because people know each other there and the dwellings are alike. Only the approach itself says so.",
        "test_en": "Draw neighbourhoods for either the neighbourhood approach or only the municipal campaign. Refuted if as many households take part after a year.",
    },
    {
        "slug": "vier-maanden-aanloop-en-lang-aanwezig",
        "claim": "Een buurt heeft minstens vier maanden aanloop nodig en daarna lange aanwezigheid.",
        "context": "Vertrouwen groeit langzaam, zegt de aanpak. Hier is vier maanden een regel: korter mag alleen met een reden, zodat het verschil later te meten is.",
        "test": "Vergelijk buurten met korte en lange aanloop, geloot uit de wachtlijst. Klopt niet als de deelname na een jaar niet verschilt.",
        "claim_en": "A neighbourhood needs a start-up of at least four months, and a long presence after it.",
        "context_en": "Trust grows slowly, the approach says. Four months is a rule here: shorter only with a reason, so that the difference can be measured later.",
        "test_en": "Compare neighbourhoods with a short and a long start-up, drawn from the waiting list. Refuted if participation does not differ after a year.",
    },
    {
        "slug": "teams-bij-elkaar-werken-beter-dan-verspreid",
        "claim": "Buurtteams die bij elkaar liggen bereiken meer dan teams die verspreid liggen.",
        "context": "De aanpak raadt aan om teams binnen een gemeente te groeperen. Of dat de oorzaak is, is niet onderzocht.",
        "test": "Loot tussen aangrenzende en verspreide buurten. Klopt niet als de groei per huishouden gelijk is of hoger bij verspreide teams.",
        "claim_en": "Neighbourhood teams close together reach more than teams that are scattered.",
        "context_en": "The approach advises to cluster teams within a municipality. Whether that is the cause has not been studied.",
        "test_en": "Draw between adjoining and scattered neighbourhoods. Refuted if growth per household is equal, or higher with scattered teams.",
    },
    {
        "slug": "kies-buurten-zorgvuldig",
        "claim": "Zorgvuldig gekozen buurten doen het beter dan buurten die zich toevallig aandienen.",
        "context": "Een buurt die zich zelf meldt doet het vaak al beter. Zonder vergelijking lijkt dat een gevolg van de keuze.",
        "test": "Loot binnen de groep die boven de lijn eindigt. Klopt niet als gekozen en gelote buurten even veel deelnemers krijgen.",
        "claim_en": "Neighbourhoods chosen with care do better than those that happen to come forward.",
        "context_en": "A neighbourhood that comes forward often does better anyway. Without comparison that looks like the effect of the choice.",
        "test_en": "Draw within the group that ends above the line. Refuted if chosen and drawn neighbourhoods get as many participants.",
    },
    {
        "slug": "realistische-verwachtingen-houden-mensen-erbij",
        "claim": "Met realistische verwachtingen vooraf haken minder partijen en bewoners af.",
        "context": "Leg een verwachting met marge vast voordat u begint. Daarna is te zien of die klopte.",
        "test": "Vergelijk trajecten met en zonder vastgelegde verwachting. Klopt niet als even veel partijen voor het einde stoppen.",
        "claim_en": "With realistic expectations beforehand, fewer parties and residents drop out.",
        "context_en": "Record an expectation with its margin before you begin. Then it can be seen whether it held.",
        "test_en": "Compare projects with and without a recorded expectation. Refuted if as many parties stop before the end.",
    },
    {
        "slug": "alleen-direct-betrokken-stakeholders",
        "claim": "Alleen stakeholders die er direct mee te maken hebben aan tafel: dat werkt sneller.",
        "context": "Veel partijen aan tafel kosten veel uren. Te weinig partijen missen kennis van de buurt.",
        "test": "Tel uren en doorlooptijd per besluit. Klopt niet als kleine tafels niet sneller besluiten, of hun besluiten vaker moeten herzien.",
        "claim_en": "Only stakeholders who are directly concerned at the table: that works faster.",
        "context_en": "Many parties at the table cost many hours. Too few parties miss knowledge of the neighbourhood.",
        "test_en": "Count hours and time per decision. Refuted if small tables do not decide faster, or must revise their decisions more often.",
    },
    {
        "slug": "de-eigen-organisatie-is-moeilijk-in-beweging-te-krijgen",
        "claim": "De eigen gemeentelijke organisatie in beweging krijgen is moeilijker dan bewoners in beweging krijgen.",
        "context": "Genoemd in meerdere gemeenten. Het is niet geteld.",
        "test": "Houd bij waarop buurten wachten. Klopt niet als de meeste weken vertraging van buiten de gemeente komen.",
        "claim_en": "Getting the municipality's own organisation to move is harder than getting residents to move.",
        "context_en": "Said in several municipalities. It has not been counted.",
        "test_en": "Record what neighbourhoods wait for. Refuted if most weeks of delay come from outside the municipality.",
    },
    {
        "slug": "duidelijke-rollen-en-draagvlak-binnen-de-gemeente",
        "claim": "Met duidelijke rollen en draagvlak binnen de gemeente komt een buurt sneller van de grond.",
        "context": "Duidelijk betekent: per taak is één persoon verantwoordelijk. Draagvlak is een getal met vraag, aantal en datum.",
        "test": "Meet de tijd van besluit tot eerste werving. Klopt niet als buurten met en zonder vastgelegde rollen even lang wachten.",
        "claim_en": "With clear roles and support inside the municipality a neighbourhood gets going faster.",
        "context_en": "Clear means: one person is accountable for each task. Support is a number with its question, count and date.",
        "test_en": "Measure the time from decision to first recruitment. Refuted if neighbourhoods with and without recorded roles wait as long.",
    },
    {
        "slug": "directe-actie-werkt-beter-dan-structuren-samen-blijft-het",
        "claim": "Directe actie brengt meer dan bouwen aan structuren. Samen houden ze het langst stand.",
        "context": "Actie is aanbellen, een warmtecamera, een feest. Structuren zijn teams, overleg en afspraken.",
        "test": "Loot straten voor actie, structuren of beide, en volg ze twee jaar. Klopt niet als actie niet meer brengt, of beide niet langer duren.",
        "claim_en": "Direct action brings more than building structures. Together they last longest.",
        "context_en": "Action is ringing bells, a thermal camera, a party. Structures are teams, meetings and agreements.",
        "test_en": "Draw streets for action, structures or both, and follow them for two years. Refuted if action does not bring more, or both do not last longer.",
    },
    {
        "slug": "flexibel-persoonlijk-en-lokaal",
        "claim": "Een flexibele, persoonlijke en lokale aanpak bereikt mensen die op een brief niet reageren.",
        "context": "Persoonlijk contact kost meer uren per huishouden. Daarom tellen kosten per deelnemer mee.",
        "test": "Loot adressen voor een brief of een bezoek. Klopt niet als het bezoek dezelfde groepen bereikt als de brief.",
        "claim_en": "A flexible, personal and local approach reaches people who do not respond to a letter.",
        "context_en": "Personal contact takes more hours per household. So the cost per participant counts too.",
        "test_en": "Draw addresses for a letter or a visit. Refuted if the visit reaches the same groups as the letter.",
    },
]


def load(apps, schema_editor):
    Lesson = apps.get_model("learning", "Lesson")
    for claim in CLAIMS:
        facts = {name: text for name, text in claim.items() if name != "slug"}
        Lesson.objects.get_or_create(
            slug=claim["slug"], defaults={**facts, "from_approach": True}
        )


def unload(apps, schema_editor):
    apps.get_model("learning", "Lesson").objects.filter(from_approach=True).delete()


class Migration(migrations.Migration):
    dependencies = [("learning", "0001_initial")]
    operations = [migrations.RunPython(load, unload)]
