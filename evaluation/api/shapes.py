"""Serializers made from dataclasses: what a domain function returns is what is answered, and the document says so."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from rest_framework import serializers

PLAIN: Final[dict[type, type[serializers.Field[Any, Any, Any, Any]]]] = {
    str: serializers.CharField,
    bool: serializers.BooleanField,
    int: serializers.IntegerField,
    float: serializers.FloatField,
    datetime: serializers.DateTimeField,
    date: serializers.DateField,
}


def answers_as(
    kind: type[Any],
    *,
    leave_out: frozenset[str] = frozenset(),
    add: Mapping[str, serializers.Field[Any, Any, Any, Any]] | None = None,
    says: Mapping[str, str] | None = None,
) -> type[serializers.Serializer[Any]]:
    """A serializer of the dataclass `kind`, of every field but those to `leave_out`; dataclasses inside it likewise.

    `add` are fields of the answer's own, and `says` the help of fields by name.
    """
    hints, help_of = get_type_hints(kind), says or {}
    made: dict[str, Any] = dict(add or {})
    for each in fields(kind):
        if each.name not in leave_out:
            made[each.name] = _field(hints[each.name], help_text=help_of.get(each.name, ""))
    doc = (kind.__doc__ or "").partition("\n")[0].replace("`", "")
    return type(f"{kind.__name__}Out", (serializers.Serializer,), {**made, "__doc__": doc})


def _field(hint: Any, **words: Any) -> serializers.Field[Any, Any, Any, Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType) and NoneType in inner:
        (real,) = [each for each in inner if each is not NoneType]
        return _field(real, allow_null=True, **words)
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            if isinstance(inner[0], type) and is_dataclass(inner[0]):
                return _inner(inner[0])(many=True, **words)
            return serializers.ListField(child=_field(inner[0]), **words)
        # A tuple of a fixed length is a list of that length; all of one kind.
        return serializers.ListField(child=_field(inner[0]), min_length=len(inner), max_length=len(inner), **words)
    if is_dataclass(hint) and isinstance(hint, type):
        return _inner(hint)(**words)
    if hint is Decimal:
        return serializers.DecimalField(max_digits=20, decimal_places=2, **words)
    if hint is str or hint is Any:
        return serializers.CharField(allow_blank=True, **words)
    if hint in PLAIN:
        return PLAIN[hint](**words)
    # A closed choice of words.
    return serializers.ChoiceField(choices=list(inner), **words)


@cache
def _inner(kind: type) -> type[serializers.Serializer[Any]]:
    """One serializer for a dataclass wherever it stands inside another: the document gives each name once."""
    return answers_as(kind)
