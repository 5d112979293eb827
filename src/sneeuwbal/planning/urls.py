"""Addresses of the planning room."""

from django.urls import path

from sneeuwbal.planning.views import outcome, rounds, schedules, weighing

_ROUNDS = "werk/<slug:organisation>/kiezen/"
_SCHEDULES = "werk/<slug:organisation>/planning/"

urlpatterns = [
    path(_ROUNDS, rounds.rounds_list, name="rounds"),
    path(f"{_ROUNDS}nieuw/", rounds.round_new, name="round_new"),
    path(f"{_ROUNDS}<int:pk>/", rounds.round_page, name="round"),
    path(f"{_ROUNDS}<int:pk>/wijzigen/", rounds.round_edit, name="round_edit"),
    path(f"{_ROUNDS}<int:pk>/weggooien/", rounds.round_remove, name="round_remove"),
    path(f"{_ROUNDS}<int:pk>/criteria/", rounds.round_criteria, name="round_criteria"),
    path(f"{_ROUNDS}<int:pk>/wegen/", weighing.weigh, name="weigh"),
    path(f"{_ROUNDS}<int:pk>/wegen/intrekken/", weighing.weigh_withdraw, name="weigh_withdraw"),
    path(f"{_ROUNDS}<int:pk>/weglaten/", weighing.exclusion_new, name="exclusion_new"),
    path(f"{_ROUNDS}weglating/<int:pk>/", weighing.exclusion_end, name="exclusion_end"),
    path(f"{_ROUNDS}<int:pk>/uitrekenen/", rounds.round_evaluate, name="round_evaluate"),
    path(f"{_ROUNDS}<int:pk>/uitkomst.csv", outcome.round_csv, name="round_csv"),
    path(f"{_ROUNDS}<int:pk>/algoritmekaart/", outcome.round_card, name="round_card"),
    path(f"{_ROUNDS}<int:pk>/overnemen/", outcome.round_take_over, name="round_take_over"),
    path("werk/<slug:organisation>/wegen/", weighing.weighings, name="weighings"),
    path(_SCHEDULES, schedules.schedules_list, name="schedules"),
    path(f"{_SCHEDULES}nieuw/", schedules.schedule_new, name="schedule_new"),
    path(f"{_SCHEDULES}<int:pk>/", schedules.schedule_page, name="schedule"),
    path(f"{_SCHEDULES}<int:pk>/planning.csv", schedules.schedule_csv, name="schedule_csv"),
    path(f"{_SCHEDULES}<int:pk>/vaststellen/", schedules.schedule_adopt, name="schedule_adopt"),
    path(f"{_SCHEDULES}<int:pk>/terugdraaien/", schedules.schedule_undo, name="schedule_undo"),
]
