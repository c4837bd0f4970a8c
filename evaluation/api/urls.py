"""Addresses of the API, below `/api/`."""

from django.urls import URLPattern, URLResolver, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from evaluation.api import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/studies/", views.studies, name="api-studies"),
    path("v1/studies/<str:name>/", views.study, name="api-study"),
    path("v1/studies/<str:name>/judgments/", views.judgments, name="api-judgments"),
    path("v1/studies/<str:name>/report/", views.report, name="api-report"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    # The split view: its script comes from an address of its own, since nothing inline may run.
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="evaluation/api_docs.html"),
        name="api-docs",
    ),
]
