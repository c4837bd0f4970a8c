"""For templates: `{{ language|direction }}`."""

from django import template

from evaluation.annotators import language as languages

register = template.Library()


@register.filter
def direction(language: str | None) -> str:
    """The way in which texts of `language` run, "rtl" or "ltr"; "ltr" where a page has no language of its own."""
    return languages.direction(language or languages.FALLBACK)
