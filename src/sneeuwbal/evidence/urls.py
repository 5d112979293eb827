"""Addresses of the evidence room."""

from django.urls import path

from sneeuwbal.evidence import design_views, effect_views, views

_EVIDENCE = "werk/<slug:organisation>/bewijs/"

urlpatterns = [
    path(_EVIDENCE, views.evidence, name="evidence"),
    path(f"{_EVIDENCE}berekenen/", views.update, name="update_evidence"),
    path(f"{_EVIDENCE}cijfers.csv", views.download, name="evidence_csv"),
    path(f"{_EVIDENCE}geheel/", views.whole, name="evidence_whole"),
    path(f"{_EVIDENCE}ontwerp/", design_views.design, name="design"),
    path(f"{_EVIDENCE}ontwerp/<int:pk>/", design_views.answer, name="design_answer"),
    path(f"{_EVIDENCE}effect/", effect_views.effects, name="effects"),
    path(f"{_EVIDENCE}effect/nieuw/", effect_views.new, name="effect_new"),
    path(f"{_EVIDENCE}effect/<int:pk>/", effect_views.effect, name="effect"),
    path(f"{_EVIDENCE}effect/<int:pk>/wijzigen/", effect_views.edit, name="effect_edit"),
    path(f"{_EVIDENCE}effect/<int:pk>/weg/", effect_views.remove, name="effect_remove"),
    path(f"{_EVIDENCE}effect/<int:pk>/vastleggen/", effect_views.lock, name="effect_lock"),
    path(f"{_EVIDENCE}effect/<int:pk>/versie/", effect_views.revise, name="effect_revise"),
    path(f"{_EVIDENCE}effect/<int:pk>/berekenen/", effect_views.compute, name="effect_compute"),
    path(f"{_EVIDENCE}<str:code>/", views.area, name="evidence_area"),
    path("methoden/", views.methods, name="methods"),
    path("methoden/ontwerp/", design_views.method, name="design_method"),
    path("methoden/<slug:slug>/", views.method, name="method"),
]
