"""Addresses of studies: annotators under `/j/`, researchers under `/studies/`, scripts under `/api/`."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
