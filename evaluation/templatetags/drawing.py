"""For templates: `{% drawn "part.html" name=value %}`, a part of a page that is drawn once for each set of values."""

from collections.abc import Hashable
from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def drawn(name: str, **values: Hashable) -> str:
    """The template `name`, which sees `values` and nothing else, in the language that is spoken now.

    Nothing can be out of date: all that it shows is what it is kept under. For what very many pages share, a question
    with its answers; not for what somebody wrote, which has no place in a memory that outlives the request.
    """
    # Whoever writes templates wants to see what they write.
    draw = _drawn.__wrapped__ if settings.DEBUG else _drawn
    return draw(name, get_language(), tuple(values.items()))


# The questions of some dozen studies, each in its languages and with its traits: a few kilobytes each.
@lru_cache(maxsize=500)
def _drawn(name: str, language: str | None, values: tuple[tuple[str, Hashable], ...]) -> str:
    # Escaped by the template, whose output knows so.
    return get_template(name).render(dict(values))
