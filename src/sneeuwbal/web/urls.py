"""All addresses. Dutch without prefix, English under /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from sneeuwbal.web import views

urlpatterns = i18n_patterns(
    path("", views.start, name="start"),
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
