"""A study file written and read back is the same study, to the last field; so is one out of the database."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation.study_files.kept_design import DesignMissing, study_file_in
from evaluation.study_files.study_file import StudyFile, read_study_file
from evaluation.study_files.study_toml import written
from tests.evaluation.written_studies import study_files

ROOT = Path(__file__).resolve().parents[3]


def read_back(file: StudyFile, folder: Path) -> StudyFile:
    for name, text in written(file).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return read_study_file(folder / "study.toml")


@given(data=st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_written_and_read_it_is_the_same(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("study").resolve()
    file = data.draw(study_files(folder))

    assert read_back(file, folder) == file


@given(data=st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_kept_in_the_database_and_taken_out_it_is_the_same(data):
    folder = Path("somewhere")
    file = data.draw(study_files(folder))

    kept = json.loads(json.dumps({**file.as_json(), "digests": {"p": "0"}}))

    assert study_file_in(kept, folder=folder) == file


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/**/study*.toml")), ids=lambda path: path.parent.name)
def test_every_example_survives(path, tmp_path):
    file = replace(read_study_file(path), folder=tmp_path.resolve(), name=tmp_path.name)

    assert read_back(file, tmp_path.resolve()) == file


def test_what_is_not_said_is_not_written(tmp_path):
    (tmp_path / "study.toml").write_text('title = "T"\nresponses = ["a", "b"]\n[[criteria]]\nkey = "coherence"\n')
    file = read_study_file(tmp_path / "study.toml")

    assert (
        written(file)["study.toml"]
        == """\
title = "T"
public_title = "Which reply is better?"
language = "en"
responses = ["a", "b"]
judgments_per_pair = 3
max_share = 1.0
repeat_share = 0.0
lease_minutes = 30
display = "detokenised"
layout = "one-page"
may_skip = false
contexts = {per_cluster = 1, seed = 7}
text = {consent = "consent.md", instructions = "instructions.md", end = "end.md"}

[[criteria]]
key = "coherence"
name = "Coherence"
question = "Which fits better with what was said before?"
help = "A reply that takes up what was asked or said fits; one that could stand anywhere does not."
scale = "preference"
options = ["tie"]
"""
    )


def test_a_study_that_came_from_no_file_has_none():
    with pytest.raises(DesignMissing):
        study_file_in({})
