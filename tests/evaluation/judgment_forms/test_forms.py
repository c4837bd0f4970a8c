import gzip
import json

import pytest

from evaluation.judgment_forms.forms import READERS, UnknownForm, form_of
from evaluation.results.judgments_file import read_judgments
from generation.corpus.dialogues import BadLine
from tests.evaluation.stats.builders import a_judgment

BEGINNINGS = {
    "csv": "context,annotator,criterion,choice,first,second\n",
    "jsonl": '{"context": "talk 1", "annotator": "ada", "criterion": "n", "choice": "4"}\n',
    "wide": "context,first,second,ada\n",
    "label-studio": '[{"id": 1, "data": {}, "annotations": []}]',
    "appraise": "ada,pt,seg-1,TGT,eng,deu,80,1.0,2.0\n",
    "lmsys": '{"question_id": 1, "model_a": "pt", "model_b": "p", "winner": "tie", "judge": "expert_0"}\n',
}


@pytest.mark.parametrize(("form", "text"), BEGINNINGS.items())
@pytest.mark.parametrize("dress", ["plain", "byte-order mark and CRLF", "gzip"])
def test_a_form_is_recognised_whatever_the_file_is_called(tmp_path, form, text, dress):
    path = tmp_path / ("judgments.gz" if dress == "gzip" else "judgments")
    raw = text.encode()
    if dress == "byte-order mark and CRLF":
        raw = b"\xef\xbb\xbf" + raw.replace(b"\n", b"\r\n")
    path.write_bytes(gzip.compress(raw) if dress == "gzip" else raw)

    assert form_of(path) == form


def test_every_form_has_a_reader():
    assert set(READERS) == set(BEGINNINGS)


def test_a_form_with_a_long_first_object_is_known_by_its_keys(tmp_path):
    path = tmp_path / "export.json"
    task = {"id": 1, "annotations": [], "data": {"text1": "la " * 200_000, "text2": "lo"}}
    path.write_text(json.dumps([task]))

    assert form_of(path) == "label-studio"


@pytest.mark.parametrize("text", ["", "PK\x03\x04 a workbook", "hello there\n"])
def test_what_is_no_judgments_file_is_refused_with_what_it_begins_with(tmp_path, text):
    path = tmp_path / "judgments.xlsx"
    path.write_text(text)

    with pytest.raises(UnknownForm, match="expected judgments: a long or wide table") as error:
        form_of(path)

    assert text.strip()[:10] in str(error.value).encode().decode("unicode_escape")


def test_a_form_that_is_named_is_not_guessed(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text("context,first,second,annotator,choice\ntalk 1,pt,p,pt,tie\n")

    with pytest.raises(BadLine, match="expected a column 'criterion'"):
        read_judgments(path)
    with pytest.raises(BadLine, match="the column 'annotator' belongs to one judgment"):
        read_judgments(path, form="wide")


def test_all_columns_that_are_missing_are_named_at_once(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text("item;annotator;criterion;preferred\n1;ada;fluency;pt\n")

    with pytest.raises(BadLine) as error:
        read_judgments(path)

    assert str(error.value).endswith(
        "judgments.csv:1: expected a column 'context' and a column 'choice'; "
        "the columns are item, annotator, criterion, preferred"
    )


def test_what_a_spreadsheet_would_compute_is_restored_in_every_table(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text("context,first,second,'=ada\n'+1,'@pt,p,'@pt\n")

    assert read_judgments(path, form="wide") == [
        a_judgment("@pt", context="+1", first="@pt", annotator="'=ada", criterion="preference")
    ]
