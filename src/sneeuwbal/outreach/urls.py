"""Addresses of the outreach room."""

from django.urls import path

from sneeuwbal.outreach.views import cards, conversations, costs, households, overview, teams

HERE = "werk/<slug:organisation>/bereik/"
DOOR = f"{HERE}vastgelegd/<uuid:key>/"
HOME = f"{HERE}huishouden/<uuid:household>/"

urlpatterns = [
    path("kaartje/", cards.card_code, name="card_code"),
    path("kaartje/<str:code>/", cards.redeem, name="redeem"),
    path("kaartje/<str:code>/bedankt/", cards.thanks, name="thanks"),
    path(HERE, overview.outreach, name="outreach"),
    path(f"{HERE}gesprek/<str:code>/", conversations.conversation, name="conversation"),
    path(f"{HERE}gesprekken/", conversations.conversations, name="conversations"),
    path(DOOR, conversations.recorded, name="recorded"),
    path(f"{DOOR}vervallen/", conversations.undo, name="undo_conversation"),
    path(f"{DOOR}verbeteren/", conversations.correct, name="correct_conversation"),
    path(f"{DOOR}kaartje/", conversations.hand_on, name="hand_on"),
    path(f"{HERE}kaartje/<str:code>/", cards.card, name="card"),
    path(HOME, households.household, name="household"),
    path(f"{HOME}gegevens/", households.details, name="household_details"),
    path(f"{HOME}intrekken/<str:purpose>/", households.withdraw, name="withdraw_consent"),
    path(f"{HOME}wissen/", households.erase, name="erase_household"),
    path(f"{HERE}teams/", teams.teams, name="teams"),
    path(f"{HERE}teams/nieuw/", teams.team_new, name="team_new"),
    path(f"{HERE}teams/<int:pk>/stoppen/", teams.team_end, name="team_end"),
    path(f"{HERE}kosten/", costs.costs, name="costs"),
    path(f"{HERE}kosten/nieuw/", costs.cost_new, name="cost_new"),
    path(f"{HERE}kosten/<int:pk>/terugboeken/", costs.cost_reverse, name="cost_reverse"),
]
