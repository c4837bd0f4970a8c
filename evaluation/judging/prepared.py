"""Queries of the ORM that are turned into SQL once: for the few that every judgment asks.

Building a query and turning it into SQL takes Django ten times as long as the database takes to answer it, and was most
of what a judgment cost. A prepared query is written with the ORM and means what the ORM makes of it; only the SQL is
kept, and its parameters are put in anew each time.

    OPEN = Prepared(lambda study, now: Slot.objects.filter(study=study, leased_until__lte=now), study=int, now=datetime)
    OPEN.rows(study=7, now=now)

Values must be of the type said, and never None: `x = NULL` is other SQL than `x IS NULL`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql import DeleteQuery, UpdateQuery

from evaluation.judging.sending import ask, change

Row = TypeVar("Row")
M = TypeVar("M", bound=Model)
Kinds = type[int] | type[float] | type[str] | type[datetime]

# What stands for a parameter while the SQL is made: values that nobody else has.
_INT: Final = 7_160_000_000_000
_FLOAT: Final = 7_160_000_000_000.5
_DAY: Final = datetime(1716, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Ready:
    """SQL, what to put in place of each parameter (a name, or a value that never changes), and how rows are read."""

    sql: str
    params: tuple[tuple[str, Any], ...]
    read: Callable[[list[Sequence[Any]]], list[Any]] = list

    def filled(self, given: dict[str, Any], database: BaseDatabaseWrapper) -> list[Any]:
        return [_adapted(given[name], database) if name else value for name, value in self.params]


class _Statement:
    """What selects and updates have in common: stand-ins for parameters, and SQL kept with each connection."""

    def __init__(self, kinds: dict[str, Kinds]) -> None:
        self._kinds = kinds
        self._stand_ins = {name: _stand_in(kind, place) for place, (name, kind) in enumerate(kinds.items())}

    def _ready(self, database: BaseDatabaseWrapper) -> _Ready:
        # With the connection, which belongs to one thread and one database, and goes when it goes.
        kept: dict[_Statement, _Ready] = database.__dict__.setdefault("_parley_prepared", {})
        ready = kept.get(self)
        if ready is None:
            ready = kept[self] = self._make(database)
        return ready

    def _make(self, database: BaseDatabaseWrapper) -> _Ready:
        raise NotImplementedError

    def _parameters(self, params: Iterable[Any], database: BaseDatabaseWrapper) -> tuple[tuple[str, Any], ...]:
        names = {_adapted(value, database): name for name, value in self._stand_ins.items()}
        found = tuple((names.get(each, "") if _can_stand(each) else "", each) for each in params)
        missing = set(self._kinds) - {name for name, _ in found}
        if missing:
            raise ValueError(f"expected a query with a parameter for {', '.join(sorted(missing))}")
        return found

    def _check(self, given: dict[str, Any]) -> None:
        for name, value in given.items():
            if not isinstance(value, self._kinds[name]):
                raise TypeError(f"{name}: expected {self._kinds[name].__name__}, got {value!r}")


class Prepared(_Statement, Generic[Row]):
    """A select. `build` makes the queryset from stand-ins for its arguments, of the types that `kinds` says."""

    def __init__(self, build: "Callable[..., QuerySet[Any, Row]]", **kinds: Kinds) -> None:
        super().__init__(kinds)
        self._build = build

    def rows(self, **given: Any) -> list[Row]:
        """All rows, as the queryset would give them."""
        self._check(given)
        database = _database()
        ready = self._ready(database)
        return ready.read(ask(database, ready.sql, ready.filled(given, database)))

    def first(self, **given: Any) -> Row | None:
        """The first row; the queryset says by its order which that is, and takes no more than one by its slice."""
        return next(iter(self.rows(**given)), None)

    def _make(self, database: BaseDatabaseWrapper) -> _Ready:
        queryset = self._build(**self._stand_ins)
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise ValueError("expected a query without prefetch_related: that asks more than one")
        compiler = queryset.query.get_compiler(connection=database)
        sql, params = compiler.as_sql()
        fields = [each[0] for each in compiler.select[: compiler.col_count]]
        conversions = [
            (place, convert, expression)
            for place, (converts, expression) in compiler.get_converters(fields).items()
            for convert in converts
        ]

        def converted(found: list[Sequence[Any]]) -> list[Sequence[Any]]:
            if not conversions or not found:
                return found
            # Column by column: row by row, as the compiler does it, many rows took longer than the database to find.
            columns: list[Sequence[Any]] = list(zip(*found, strict=True))
            for place, convert, expression in conversions:
                columns[place] = [convert(value, expression, database) for value in columns[place]]
            return list(zip(*columns, strict=True))

        if queryset._iterable_class is not ModelIterable:
            flat = queryset._iterable_class.__name__ == "FlatValuesListIterable"

            def plain(found: list[Sequence[Any]]) -> list[Any]:
                return [row[0] for row in converted(found)] if flat else converted(found)

            return _Ready(sql, self._parameters(params, database), plain)
        info = compiler.klass_info
        model, mine = info["model"], info["select_fields"]
        start, end = mine[0], mine[-1] + 1
        names = [each[0].target.attname for each in compiler.select[start:end]]
        # The stubs are of a later Django, where it takes one more.
        related = get_related_populators(info, compiler.select, database.alias)  # type: ignore[call-arg]

        def objects(found: list[Sequence[Any]]) -> list[Any]:
            made = []
            for row in converted(found):
                each = model.from_db(database.alias, names, row[start:end])
                for populate in related:
                    populate.populate(row, each)
                made.append(each)
            return made

        return _Ready(sql, self._parameters(params, database), objects)


class _Change(_Statement):
    """What updates and deletes have in common: they answer by how many rows they met."""

    def run(self, **given: Any) -> int:
        """Change the rows, and return how many rows were met."""
        self._check(given)
        database = _database()
        ready = self._ready(database)
        return change(database, ready.sql, ready.filled(given, database))


class PreparedUpdate(_Change):
    """An update of the rows of a queryset. `build` gives the queryset, and what its fields become."""

    def __init__(self, build: "Callable[..., tuple[QuerySet[Any, Any], dict[str, Any]]]", **kinds: Kinds) -> None:
        super().__init__(kinds)
        self._build = build

    def _make(self, database: BaseDatabaseWrapper) -> _Ready:
        queryset, values = self._build(**self._stand_ins)
        query = queryset.query.chain(UpdateQuery)
        query.add_update_values(values)  # type: ignore[attr-defined]
        sql, params = query.get_compiler(connection=database).as_sql()
        return _Ready(sql, self._parameters(params, database))


class PreparedDelete(_Change):
    """A delete of the rows of a queryset, and of them alone: only for what nothing else refers to."""

    def __init__(self, build: "Callable[..., QuerySet[Any, Any]]", **kinds: Kinds) -> None:
        super().__init__(kinds)
        self._build = build

    def _make(self, database: BaseDatabaseWrapper) -> _Ready:
        queryset = self._build(**self._stand_ins)
        if queryset.model._meta.related_objects:
            raise ValueError(f"expected a model that nothing refers to, got {queryset.model.__name__}")
        sql, params = queryset.query.chain(DeleteQuery).get_compiler(connection=database).as_sql()
        return _Ready(sql, self._parameters(params, database))


def insert_all(objects: Sequence[M]) -> None:
    """Insert new objects of one model in one statement. Their keys are not read back."""
    if not objects:
        return
    model = type(objects[0])
    database = _database()
    kept: dict[Any, str] = database.__dict__.setdefault("_parley_inserts", {})
    fields = [each for each in model._meta.local_concrete_fields if not each.primary_key]
    sql = kept.get((model, len(objects)))
    if sql is None:
        name = database.ops.quote_name
        columns = ", ".join(name(str(each.column)) for each in fields)
        row = f"({', '.join(['%s'] * len(fields))})"
        sql = f"INSERT INTO {name(model._meta.db_table)} ({columns}) VALUES {', '.join([row] * len(objects))}"  # noqa: S608
        kept[model, len(objects)] = sql
    params = [
        each.get_db_prep_save(each.pre_save(one, add=True), connection=database) for one in objects for each in fields
    ]
    # What is empty in one row is not in the next: PostgreSQL would keep a statement for each set of types.
    change(database, sql, params, keep=False)


def _stand_in(kind: Kinds, place: int) -> Any:
    if kind is int:
        return _INT + place
    if kind is float:
        return _FLOAT + place
    if kind is datetime:
        return _DAY + timedelta(days=place)
    return f"stands for {place} until it is known"


def _database() -> BaseDatabaseWrapper:
    # Itself, and not `django.db.connection`: that looks it up again for each of its attributes.
    return connections[DEFAULT_DB_ALIAS]


def _adapted(value: Any, database: BaseDatabaseWrapper) -> Any:
    return database.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _can_stand(value: Any) -> bool:
    return isinstance(value, int | float | str | datetime) and not isinstance(value, bool)
