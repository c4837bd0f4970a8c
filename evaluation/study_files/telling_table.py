"""What a study file says to annotators and of them beside its questions: a content warning, whether pairs may be
skipped, ethics, the background page. `docs/study-file.md` says what each key means.
"""

from dataclasses import dataclass
from typing import Final

from evaluation.study_files.toml_table import TomlTable

# What the database has room for.
LONGEST_ETHICS: Final = 300
LONGEST_WARNING: Final = 2000
# What is said where there is no approval.
NO_ETHICS: Final = "none"
ONE_PAGE: Final = "one-page"
ONE_PER_PAGE: Final = "one-per-page"
LAYOUTS: Final = (ONE_PAGE, ONE_PER_PAGE)
REASONS: Final = ("optional", "required")
# What a background page may ask; `evaluation.annotators.background` has the words.
BACKGROUND: Final = ("language", "age_band", "chatbots")


@dataclass(frozen=True)
class Controls:
    """Pairs that test the instrument, as shares of the pairs that are judged; `samples` are what A/A pairs are made of:
    responses of systems of the study, asked a second time."""

    aa_share: float = 0.0
    ceiling_share: float = 0.0
    samples: tuple[str, ...] = ()


def content_warning_in(table: TomlTable) -> str:
    """The warning that is said before the consent; empty where nothing is warned of."""
    warning = table.string("content_warning", "")
    if len(warning) > LONGEST_WARNING:
        raise table.bad("content_warning", f"expected at most {LONGEST_WARNING} characters, got {len(warning)}")
    return warning


def closes_in(table: TomlTable) -> str:
    """Until when pairs are handed out, as ISO has it in UTC; empty where the file does not say."""
    closes = table.moment("closes")
    return closes.isoformat(timespec="seconds") if closes is not None else ""


def ethics_in(table: TomlTable) -> str:
    """The reference of the approval, or "none"; empty where the file says neither."""
    ethics = table.string("ethics", "").strip()
    if len(ethics) > LONGEST_ETHICS:
        raise table.bad("ethics", f"expected at most {LONGEST_ETHICS} characters, got {len(ethics)}")
    return NO_ETHICS if ethics.lower() == NO_ETHICS else ethics


def background_in(table: TomlTable) -> tuple[str, ...]:
    """The questions of the background page, in their order; none where there is no such page."""
    if not table.has("background"):
        table.table("background")
        return ()
    said = table.table("background")
    asked = said.strings("ask", among=BACKGROUND)
    if not asked:
        raise said.bad("ask", f"expected at least one of {', '.join(BACKGROUND)}")
    said.finish()
    return asked


def controls_in(table: TomlTable) -> Controls | None:
    """The `[controls]` of a whole study file; None where the instrument is not tested."""
    if not table.has("controls"):
        table.table("controls")
        return None
    said = table.table("controls")
    controls = Controls(
        aa_share=said.share("aa_share", 0.0, of="a share of the pairs", zero=True),
        ceiling_share=said.share("ceiling_share", 0.0, of="a share of the pairs", zero=True),
        samples=said.strings("samples", ()),
    )
    if not controls.aa_share and not controls.ceiling_share:
        raise said.bad("aa_share", "expected aa_share or ceiling_share above 0: else nothing is tested")
    if controls.aa_share and not controls.samples:
        raise said.bad(
            "samples",
            "an A/A pair is two answers of one system: expected responses of a system of this study that was asked a "
            "second time (respond --decoding sample, with another --seed), under the same system name",
        )
    if controls.samples and not controls.aa_share:
        raise said.bad("aa_share", "there are samples, and no share of pairs to show them in")
    said.finish()
    return controls
