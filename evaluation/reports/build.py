"""From judgments to a report: the analysis, and all that a page, a folder or the API shows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache

from evaluation.models import Study
from evaluation.reports.agreement_block import agreement_block, facts
from evaluation.reports.caution import Caution
from evaluation.reports.cautions import cautions
from evaluation.reports.contrast_sentences import contrast_verdicts
from evaluation.reports.figures import (
    HeatMap,
    Plot,
    agreement_plot,
    heat_map,
    overall,
    preference_plots,
    ranking_plot,
    side_plot,
)
from evaluation.reports.heds import Datasheet, datasheet_of
from evaluation.reports.influence_table import influence_table
from evaluation.reports.instrument_figures import annotator_plot, halo_plot, identification_plot, length_plot
from evaluation.reports.instrument_methods import instrument_methods
from evaluation.reports.instrument_sentences import (
    control_cautions,
    control_verdicts,
    identification_verdicts,
    instrument_paragraphs,
)
from evaluation.reports.instrument_tables import instrument_tables
from evaluation.reports.kind_words import kind_of, report_of_kind
from evaluation.reports.label_tables import report_label_tables
from evaluation.reports.methods import methods, size_said, title_of
from evaluation.reports.model_methods import model_methods
from evaluation.reports.places import Place, criterion_names, places, systems_of
from evaluation.reports.plan_tables import amendments_table, contrasts_table, looks_table, runs_table
from evaluation.reports.rating_tables import rating_differences_table, shares_table, strengths_table, ties_table
from evaluation.reports.references import references_in
from evaluation.reports.table import Table
from evaluation.reports.tables import tables_of
from evaluation.reports.treatment import (
    treatment_cautions,
    treatment_methods,
    treatment_paragraphs,
    treatment_tables,
)
from evaluation.reports.verdicts import Verdict, verdicts
from evaluation.results.exporting import info_of, rows_of
from evaluation.stats.analysis import analyse
from evaluation.stats.data.declared import StudyInfo
from evaluation.stats.data.rows import JudgmentRow
from generation.corpus.manifest import digest_of, parley_version

# Above this many systems their ranking is the result; their pairs stand in the CSV and the JSON.
MOST_SYSTEMS: Final = 10
# A table of pairs longer than this is for a machine.
MOST_ROWS: Final = 60
# But for those that one looks somebody up in: they stand there folded.
FOLDED: Final = ("ranking", "annotators")
DAY: Final = 24 * 3600


@dataclass(frozen=True)
class StudyReport:
    """Everything that a report shows. `analysis` is `report.json`; the rest is how people read it."""

    analysis: dict[str, Any]
    title: str
    size: str
    verdicts: tuple[Verdict, ...]
    cautions: tuple[Caution, ...]
    preference: tuple[Plot, ...]
    rankings: tuple[tuple[Plot, HeatMap | None], ...]
    agreement: Plot | None
    sides: Plot | None
    tables: tuple[Table, ...]
    methods: tuple[str, ...]
    # What the results rest on: who judged, how they worked, what their answers hang on.
    identification: Plot | None = None
    annotators: Plot | None = None
    instrument: tuple[str, ...] = ()
    instrument_plots: tuple[Plot, ...] = ()
    # What audits of the field ask for: terms and what is known of them, beside the table of that name.
    facts: tuple[tuple[str, str], ...] = ()
    datasheet: Datasheet | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands beside the numbers wherever they are shown, such as "Simulated annotators"."""
        return tuple(dict.fromkeys(caution.mark for caution in self.cautions if caution.mark))

    @property
    def marked(self) -> str:
        """What follows every caption and table: the marks of the loud cautions."""
        marks = dict.fromkeys(caution.mark for caution in self.loud_cautions if caution.mark)
        return "".join(f" {mark}." for mark in marks)

    @property
    def loud_cautions(self) -> tuple[Caution, ...]:
        """The cautions that come before the verdict."""
        return tuple(caution for caution in self.cautions if caution.weight == "loud")

    @property
    def quiet_cautions(self) -> tuple[Caution, ...]:
        """The cautions that follow the verdict."""
        return tuple(caution for caution in self.cautions if caution.weight == "plain")

    @property
    def leading_tables(self) -> tuple[Table, ...]:
        """The results themselves, beside their plots."""
        return tuple(table for table in self.shown_tables if table.key in ("comparisons", "ratings", "labels"))

    @property
    def annotators_table(self) -> Table | None:
        """One line for each annotator."""
        return next((table for table in self.tables if table.key == "annotators"), None)

    @property
    def agreement_table(self) -> Table | None:
        """One line for each criterion, as a paper reports it."""
        return next((table for table in self.tables if table.key == "agreement_reported"), None)

    @property
    def references(self) -> tuple[str, ...]:
        """The works that the methods and the datasheet cite."""
        return references_in((*self.methods, *((self.datasheet.intro,) if self.datasheet else ())))

    @property
    def other_tables(self) -> tuple[Table, ...]:
        """What the results rest on."""
        apart = (*self.leading_tables, self.agreement_table, self.annotators_table)
        return tuple(table for table in self.shown_tables if table not in apart)

    @property
    def shown_tables(self) -> tuple[Table, ...]:
        """The tables that a page has room for; the others are in the CSV."""
        return tuple(table for table in self.tables if len(table.rows) <= MOST_ROWS or table.key in FOLDED)

    @property
    def long_tables(self) -> tuple[Table, ...]:
        """Those that it has not."""
        return tuple(table for table in self.tables if table not in self.shown_tables)

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """What the report was made from, as terms and their values."""
        study = self.analysis.get("study") or {}
        said = {
            "Judgments": f"SHA-256 {self.analysis.get('snapshot', '')}",
            "Opened": str(study.get("opened_at") or ""),
            "Closed": str(study.get("closed_at") or ""),
            "Preregistration": str(study.get("deposited_at") or "not deposited") if study.get("opened_at") else "",
            "Seed": str(self.analysis.get("seed", "")),
            "Parley": parley_version(),
        }
        return tuple((term, value) for term, value in said.items() if value)


def build_report(rows: Sequence[JudgmentRow], info: StudyInfo) -> StudyReport:
    """The report of `rows`; the same rows, info and seed always give the same."""
    return report_from(analyse(rows, info))


def report_from(analysis: dict[str, Any]) -> StudyReport:
    """The report of an analysis that was made before."""
    found = places(analysis)
    report = StudyReport(
        analysis=analysis,
        title=title_of(analysis),
        size=size_said(analysis),
        verdicts=(
            *control_verdicts(analysis),
            *verdicts(analysis, found),
            *identification_verdicts(analysis),
            *contrast_verdicts(analysis),
        ),
        cautions=(*control_cautions(analysis), *cautions(analysis, found), *treatment_cautions(analysis)),
        preference=tuple(preference_plots(found)) if len(systems_of(found)) <= MOST_SYSTEMS else (),
        rankings=_rankings(analysis, found),
        agreement=agreement_plot(analysis, caption=_AGREEMENT),
        sides=side_plot(analysis),
        tables=_with_models(tables_of(analysis, found), analysis),
        methods=(
            *methods(analysis, found),
            *model_methods(analysis, found),
            *instrument_methods(analysis),
            *treatment_methods(analysis),
        ),
        identification=identification_plot(analysis),
        annotators=annotator_plot(analysis),
        instrument=(*instrument_paragraphs(analysis), *treatment_paragraphs(analysis)),
        instrument_plots=tuple(plot for plot in (halo_plot(analysis), length_plot(analysis)) if plot),
        facts=facts(analysis) if int((analysis.get("n") or {}).get("judgments") or 0) else (),
        datasheet=datasheet_of(analysis, found, title=title_of(analysis)),
    )
    return report_of_kind(report, kind_of(analysis))


def answered(report: StudyReport, answers: Mapping[str, str]) -> StudyReport:
    """The report with researchers' answers to its datasheet; they stand before those that were there."""
    study = report.analysis["study"]
    datasheet = dict(sorted({**study.get("datasheet", {}), **answers}.items()))
    return report_from({**report.analysis, "study": {**study, "datasheet": datasheet}})


def report_of(study: Study) -> StudyReport:
    """The report of a study as it stands now. Whether it may be seen is for the caller to ask (`require_results`)."""
    rows, info = rows_of(study), info_of(study)
    made_from = digest_of([info.as_json(), [repr(row) for row in rows], parley_version()])
    # The numbers follow from the judgments alone: for the same ones they are had once.
    analysis = cache.get(f"analysis-{made_from}")
    if analysis is None:
        analysis = analyse(rows, info)
        cache.set(f"analysis-{made_from}", analysis, DAY)
    return report_from(analysis)


def _with_models(tables: tuple[Table, ...], analysis: Mapping[str, Any]) -> tuple[Table, ...]:
    """The tables with those of single modules (contrasts, ratings, influence, ...) before what was left out."""
    if not int((analysis.get("n") or {}).get("judgments") or 0):
        return tables
    makers = (
        agreement_block,
        contrasts_table,
        looks_table,
        amendments_table,
        runs_table,
        rating_differences_table,
        shares_table,
        strengths_table,
        ties_table,
        influence_table,
    )
    made = tuple(table for maker in makers if (table := maker(analysis)) is not None)
    last = tuple(table for table in tables if table.key == "excluded")
    labels = report_label_tables(analysis)
    return (
        *labels,
        *(table for table in tables if table not in last),
        *made,
        *instrument_tables(analysis),
        *treatment_tables(analysis),
        *last,
    )


_AGREEMENT: Final = "Krippendorff's α: 1 is perfect agreement, 0 is chance. The numbers are those of the nominal α."
_STRENGTHS: Final = "Strengths centred on 0, 95 % intervals. An arrow: that bound is open, or lies beyond the axis."
_EACH: Final = "The row's system over the column's, both in the order of the ranking; empty: never compared."


def _rankings(analysis: Mapping[str, Any], found: list[Place]) -> tuple[tuple[Plot, HeatMap | None], ...]:
    """For more than two systems, per criterion: their order, and for many every pair of them."""
    made: list[tuple[Plot, HeatMap | None]] = []
    for criterion, name in criterion_names(analysis).items():
        strengths = (analysis["criteria"][criterion].get("ranking") or {}).get("bradley_terry") or {}
        plot = ranking_plot(strengths, title=f"{name}: Bradley-Terry log strength", caption=_STRENGTHS)
        if len(strengths) < 3 or plot is None:
            continue
        order = [row.label for row in plot.rows]
        title = f"{name}: each system against each other"
        many = len(order) > MOST_SYSTEMS
        made.append((plot, heat_map(overall(found, criterion), order, title=title, caption=_EACH) if many else None))
    return tuple(made)
