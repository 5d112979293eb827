"""Addresses of the learning room."""

from django.urls import path

from sneeuwbal.learning.views import contributions, lessons, sessions

_LEARN = "werk/<slug:organisation>/leren/"
_SESSION = f"{_LEARN}<int:pk>/"
_LESSON = f"{_LEARN}lessen/<slug:slug>/"

urlpatterns = [
    path(_LEARN, sessions.intervisions, name="intervisions"),
    path(f"{_LEARN}nieuw/", sessions.intervision_new, name="intervision_new"),
    path(_SESSION, sessions.intervision, name="intervision"),
    path(f"{_SESSION}wijzigen/", sessions.intervision_edit, name="intervision_edit"),
    path(f"{_SESSION}verslag/", sessions.intervision_minutes, name="intervision_minutes"),
    path(f"{_SESSION}sluiten/", sessions.intervision_close, name="intervision_close"),
    path(f"{_SESSION}heropenen/", sessions.intervision_reopen, name="intervision_reopen"),
    path(f"{_SESSION}casus/", contributions.case, name="intervision_case"),
    path(f"{_SESSION}notitie/<slug:note>/", contributions.note, name="intervision_note"),
    path(f"{_SESSION}aanwezig/", contributions.attendance, name="intervision_attendance"),
    path(f"{_SESSION}advies/", contributions.advice, name="intervision_advice"),
    path(
        f"{_SESSION}advies/<int:advice>/intrekken/",
        contributions.advice_withdraw,
        name="advice_withdraw",
    ),
    path(f"{_SESSION}afspraak/", contributions.agreement, name="intervision_agreement"),
    path(
        f"{_SESSION}afspraak/<int:agreement>/",
        contributions.agreement_status,
        name="agreement_status",
    ),
    path(f"{_SESSION}les/", lessons.lesson_new, name="lesson_new"),
    path(f"{_LESSON}wijzigen/", lessons.lesson_edit, name="lesson_edit"),
    path(f"{_LESSON}cijfers/", lessons.lesson_evidence, name="lesson_evidence"),
    path(f"{_LESSON}cijfers/<int:figure>/", lessons.lesson_unlink, name="lesson_unlink"),
    path(f"{_LESSON}verlagen/", lessons.lesson_lower, name="lesson_lower"),
    path(f"{_LESSON}intrekken/", lessons.lesson_withdraw, name="lesson_withdraw"),
    path("lessen/", lessons.lessons, name="lessons"),
    path("lessen/<slug:slug>/", lessons.lesson, name="lesson"),
]
