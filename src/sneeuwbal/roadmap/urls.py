"""Addresses of the roadmap room."""

from django.urls import path

from sneeuwbal.roadmap.views import cards, decisions, means, programme, sessions

_PROGRAMME = "werk/<slug:organisation>/programma/"
_ROADMAP = "werk/<slug:organisation>/routekaart/"

urlpatterns = [
    path(_PROGRAMME, programme.programme, name="programme"),
    path(f"{_PROGRAMME}nieuw/", programme.programme_new, name="programme_new"),
    path(f"{_PROGRAMME}<int:pk>/wijzigen/", programme.programme_edit, name="programme_edit"),
    path(f"{_PROGRAMME}<int:pk>/capaciteit/", means.capacity, name="programme_capacity"),
    path(f"{_PROGRAMME}<int:pk>/budget/", means.budget, name="programme_budget"),
    path(
        f"{_PROGRAMME}<int:pk>/buurt-toevoegen/",
        programme.neighbourhood_add,
        name="neighbourhood_add",
    ),
    path(f"{_PROGRAMME}buurt/<int:pk>/", programme.neighbourhood, name="programme_neighbourhood"),
    path(
        f"{_PROGRAMME}buurt/<int:pk>/wijzigen/",
        programme.neighbourhood_edit,
        name="neighbourhood_edit",
    ),
    path(f"{_PROGRAMME}buurt/<int:pk>/fase/", programme.phase_change, name="phase_change"),
    path(f"{_PROGRAMME}buurt/<int:pk>/fase/terugdraaien/", programme.phase_undo, name="phase_undo"),
    path(_ROADMAP, sessions.roadmap, name="roadmap"),
    path(f"{_ROADMAP}nieuw/", sessions.session_new, name="session_new"),
    path(f"{_ROADMAP}<int:pk>/", sessions.roadmap_session, name="roadmap_session"),
    path(f"{_ROADMAP}<int:pk>/wijzigen/", sessions.session_edit, name="session_edit"),
    path(f"{_ROADMAP}<int:pk>/vaststellen/", sessions.session_adopt, name="session_adopt"),
    path(f"{_ROADMAP}<int:pk>/heropenen/", sessions.session_reopen, name="session_reopen"),
    path(f"{_ROADMAP}<int:pk>/afdrukken/", sessions.session_print, name="session_print"),
    path(f"{_ROADMAP}<int:pk>/kaarten.csv", sessions.cards_csv, name="cards_csv"),
    path(f"{_ROADMAP}<int:pk>/besluiten.csv", sessions.decisions_csv, name="decisions_csv"),
    path(f"{_ROADMAP}<int:pk>/kaart-toevoegen/", cards.card_add, name="card_add"),
    path(f"{_ROADMAP}kaart/<int:pk>/", cards.card_edit, name="card_edit"),
    path(f"{_ROADMAP}kaart/<int:pk>/intrekken/", cards.card_withdraw, name="card_withdraw"),
    path(f"{_ROADMAP}kaart/<int:pk>/terugzetten/", cards.card_restore, name="card_restore"),
    path(f"{_ROADMAP}kaart/<int:pk>/besluit/", cards.card_decide, name="card_decide"),
    path(f"{_ROADMAP}<int:pk>/besluit-toevoegen/", decisions.decision_add, name="decision_add"),
    path(f"{_ROADMAP}besluit/<int:pk>/", decisions.decision_edit, name="decision_edit"),
    path(f"{_ROADMAP}besluit/<int:pk>/status/", decisions.decision_status, name="decision_status"),
]
