"""All addresses. Dutch without prefix, English under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from sneeuwbal.web import views

handler400 = "sneeuwbal.web.views.bad_request"
handler500 = "sneeuwbal.web.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [path("healthz", views.health, name="health")]
urlpatterns += i18n_patterns(
    path("", views.start, name="start"),
    path("over/", views.about, name="about"),
    path("toegankelijkheid/", views.accessibility, name="accessibility"),
    path("werk/", views.workplace, name="workplace"),
    path("werk/<slug:organisation>/", views.organisation, name="organisation"),
    path("", include("sneeuwbal.publication.urls")),
    path("", include("sneeuwbal.learning.urls")),
    path("", include("sneeuwbal.planning.urls")),
    path("", include("sneeuwbal.evidence.urls")),
    path("", include("sneeuwbal.outreach.urls")),
    path("", include("sneeuwbal.roadmap.urls")),
    path("", include("sneeuwbal.accounts.urls")),
    path("", include("sneeuwbal.places.urls")),
    prefix_default_language=False,
)
