"""What a study's items are: its `kind`, what they are made of, and what is shown beside them. No database here.

A `pair` is two replies to one context; `dialogues` are two whole conversations; a `persona` is labelled by itself.
`docs/study-file.md` says what each key means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from evaluation.study_files.toml_table import TomlTable

Kind = Literal["pair", "dialogues", "persona"]
KINDS: Final[tuple[Kind, ...]] = ("pair", "dialogues", "persona")
# What each kind is made of: the key that must be there, and those of the other kinds that must not.
MADE_OF: Final[dict[Kind, str]] = {"pair": "responses", "dialogues": "dialogues", "persona": "personas"}
SHOWN: Final = ("personas",)


def kind_of(design: Mapping[str, Any]) -> Kind:
    """The kind of the items of a study whose design is kept so."""
    return cast(Kind, design.get("kind", "pair"))


@dataclass(frozen=True)
class Material:
    """What a study's items are made of, as its file says; only what belongs to its `kind` is filled."""

    kind: Kind = "pair"
    responses: tuple[str, ...] = ()
    dialogues: tuple[str, ...] = ()
    personas: str = ""
    # What is shown beside two dialogues.
    show: tuple[str, ...] = ()


def material_in(table: TomlTable) -> Material:
    """The `kind` of a whole study file and what goes with it; what belongs to another kind is refused."""
    kind = cast(Kind, table.string("kind", "pair", among=KINDS))
    for other, key in MADE_OF.items():
        if other != kind and table.has(key):
            raise table.bad(
                key, f'goes with kind = "{other}"; this study is of kind "{kind}": expected {MADE_OF[kind]}'
            )
    if kind != "pair" and table.has("controls"):
        raise table.bad("controls", 'goes with kind = "pair" alone')
    if kind == "persona" and table.has("plan"):
        plan = table.table("plan")
        for claims in ("hypotheses", "contrasts"):
            if plan.has(claims):
                raise plan.bad(claims, "nothing is compared in a study of personas: expected a plan without them")
    if kind != "dialogues" and table.has("show"):
        raise table.bad("show", 'goes with kind = "dialogues" alone')
    if kind == "persona":
        return Material(kind=kind, personas=table.string("personas"))
    if kind == "dialogues":
        dialogues = table.strings("dialogues")
        if len(dialogues) < 2:
            raise table.bad("dialogues", f"expected at least two corpora to compare, got {len(dialogues)}")
        return Material(kind=kind, dialogues=dialogues, show=table.strings("show", SHOWN, among=SHOWN))
    responses = table.strings("responses")
    if not responses:
        raise table.bad("responses", "expected at least one file or name, got none")
    return Material(kind=kind, responses=responses)
