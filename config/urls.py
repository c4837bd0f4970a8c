"""Every address of Parley."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("", include("evaluation.urls")),
]
