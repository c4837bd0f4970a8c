"""How a study treated its annotators, and what is known of its material, as its export and its report say it."""

from evaluation.background import background_of
from evaluation.form_check import form_of
from evaluation.models import Study
from evaluation.skipping import skipped_pairs, skips_of_annotators
from evaluation.stats.conduct import Conduct


def conduct_of(study: Study, *, measured: bool = True) -> Conduct:
    """The conduct of `study`; not `measured`, without what takes reading every response."""
    return Conduct(
        layout=study.layout,
        content_warning=study.content_warning,
        may_skip=study.may_skip,
        ethics=study.ethics,
        skips=skips_of_annotators(study) if study.may_skip else {},
        skipped_pairs=skipped_pairs(study) if study.may_skip else (),
        background=background_of(study),
        form=form_of(study) if measured else (),
    )
