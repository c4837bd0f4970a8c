"""A study of up to millions of slots in a served site's database, in seconds: rows are multiplied by SQL.

`python -m benchmarks.large_study '{"name": "size-1000000", "slots": 1000000, "k": 2, "links": 9}'`, under the site's
settings, prints its links. One pair is made as the tests make it (`tests.served_study`), through the models; all others
are copies of its rows, each a context of its own, with numbers of their own. Only the building is short: tables,
columns and indexes are those that `create_study` fills, and slots lie in the order in which they are handed out, one
round over all items after the other and each round mixed, as planning writes them.
"""

import json
import sys
from typing import Any, Final

import django

# Rounds are mixed by steps of this many items through all of them: a prime, so that none is left out.
STEP: Final = 7919


def make(*, name: str, slots: int, k: int = 2, links: int = 9) -> dict[str, Any]:
    """An open study of `slots` slots, `k` for each pair, and personal links into it."""
    from django.db import connection, transaction

    from tests.served_study import analyse
    from tests.served_study import make as make_small

    pairs, rest = divmod(slots, k)
    if rest or pairs < 2 or pairs % STEP == 0:
        raise ValueError(f"slots: expected a multiple of {k}, at least {2 * k} and none of {k * STEP}, got {slots}")
    made = make_small(name=name, contexts=1, k=k, links=links)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # 400 MB, of this connection alone: its usual 2 MB would be read and written over and over.
            cursor.execute("PRAGMA cache_size = -400000")
    with transaction.atomic():
        _multiply(name, pairs, k)
    analyse()
    return made


def _multiply(name: str, pairs: int, k: int) -> None:
    from evaluation.models import Context, Item, Response, Slot, Study

    study = Study.objects.get(name=name)
    context, item = Context.objects.get(study=study), Item.objects.get(study=study)
    first, second = Response.objects.filter(context=context).order_by("pk")
    # The slots of the one pair go: all are written anew, in the order of the plan. One stays to be copied until then,
    # under a number that no other has.
    slot = Slot.objects.filter(study=study).earliest("pk")
    Slot.objects.filter(study=study).exclude(pk=slot.pk).delete()
    Slot.objects.filter(pk=slot.pk).update(number=k)
    contexts, items, slots = context.pk, item.pk, slot.pk
    numbered = "'personachat/test/' || n || "
    _copies(
        Context,
        contexts,
        1,
        pairs - 1,
        {"id": f"{contexts} + n", "ident": f"{numbered}'#6'", "cluster": f"{numbered}''"},
    )
    for response in (first, second):
        own = {"id": f"{response.pk} + 2 * n", "context_id": f"{contexts} + n"}
        _copies(Response, response.pk, 1, pairs - 1, own)
    replies = {"first_id": f"{first.pk} + 2 * n", "second_id": f"{second.pk} + 2 * n"}
    _copies(Item, items, 1, pairs - 1, {"id": f"{items} + n", "context_id": f"{contexts} + n", **replies})
    # The n-th slot is of this item, in this round; the product is more than PostgreSQL's own integers hold.
    place = f"(CAST(n % {pairs} AS bigint) * {STEP} + n / {pairs}) % {pairs}"
    own = {
        "id": f"{slots} + {k} + n",
        "item_id": f"{items} + {place}",
        "context_id": f"{contexts} + {place}",
        "number": f"n / {pairs}",
        "position": "n",
        "first_on_left": f"(n / {pairs} + {place}) % 2 = 0",
    }
    _copies(Slot, slots, 0, pairs * k - 1, own)
    slot.delete()


def _copies(model: Any, number: int, start: int, end: int, own: dict[str, str]) -> None:
    """Rows like the one with this key but for `own`: column -> SQL of `n`, which runs from `start` to `end`."""
    from django.core.management.color import no_style
    from django.db import connection

    table = model._meta.db_table
    columns = [str(each.column) for each in model._meta.local_concrete_fields]
    quoted = [connection.ops.quote_name(column) for column in columns]
    values = ", ".join(own.get(column, f"a.{name}") for column, name in zip(columns, quoted, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT {start} UNION ALL SELECT n + 1 FROM numbers WHERE n < {end}) "
            f"INSERT INTO {table} ({', '.join(quoted)}) "
            f"SELECT {values} FROM numbers, (SELECT * FROM {table} WHERE id = {number}) a"
        )
        # The next row that is inserted the usual way comes after these.
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(make(**json.loads(sys.argv[1]))) + "\n")
