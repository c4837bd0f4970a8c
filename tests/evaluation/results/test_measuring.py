import json

import pytest

from evaluation.models import Context, Response
from evaluation.results.exporting import info_of
from evaluation.results.measuring import measures_of
from evaluation.stats.data.declared import study_info_from_json
from evaluation.stats.data.measures import EqualPair
from generation.corpus.manifest import digest_of_file
from tests.evaluation.builders import a_study

pytestmark = pytest.mark.django_db


def answered(study, system, text, **given):
    """The system's reply in every context of the study."""
    Response.objects.filter(context__study=study, system__name=system).update(text=text, given=given)


def test_every_reply_has_its_length_in_words_and_its_overlap_with_what_was_said():
    study = a_study(contexts=2)
    Context.objects.filter(study=study).update(reference="i love to ski !")
    answered(study, "p", "i love cats .")
    answered(study, "pt", "skiing is what i love to do , and you ?")

    found = measures_of(study)

    contexts = list(study.contexts.values_list("ident", flat=True))
    assert found.lengths == {"p": dict.fromkeys(contexts, 4), "pt": dict.fromkeys(contexts, 11)}
    # Two words of three, two of four: 2 x 2 / 7.
    assert found.scores["f1"]["p"] == dict.fromkeys(contexts, pytest.approx(4 / 7, abs=1e-6))


def test_without_references_there_is_no_overlap():
    assert measures_of(a_study(contexts=1)).scores == {}


def test_who_was_told_no_trait_follows_from_what_was_given():
    study = a_study(contexts=1)
    answered(study, "pt", "hi", persona=True, traits={"openness": "high"})
    answered(study, "p", "hi", persona=True, traits={})

    assert measures_of(study).told_no_trait == ("p",)


def test_pairs_with_equal_replies_are_named():
    study = a_study(contexts=1)
    study.items.update(automatic_tie=True, trait="openness", level="high")
    item = study.items.get()

    (found,) = measures_of(study).equal_pairs

    context = item.context
    assert found == EqualPair(context.ident, "p", "pt", context.domain, context.cluster, "openness", "high")


def test_scores_count_while_they_lie_beside_the_very_responses(tmp_path, settings):
    settings.PARLEY_HOME = tmp_path
    study = a_study(contexts=1)
    folder = tmp_path / "responses" / "pt-tiny"
    folder.mkdir(parents=True)
    (folder / "responses.jsonl").write_text("{}\n")
    scores = {
        "system": "pt",
        "domains": {"all": {"n": {"responses": 1}, "perplexity": {"value": 21.5}, "f1": {"value": None}}},
    }
    (folder / "scores.json").write_text(json.dumps(scores))
    study.design = {"responses": ["pt-tiny", "gone"]}

    assert measures_of(study).system_scores == {}
    study.systems.filter(name="pt").update(digest=digest_of_file(folder / "responses.jsonl"))
    assert measures_of(study).system_scores == {"perplexity": {"pt": 21.5}}


def test_study_json_carries_the_measures():
    study = a_study(contexts=1)
    info = info_of(study)

    assert info.measures == measures_of(study)
    assert study_info_from_json(json.loads(json.dumps(info.as_json()))) == info
