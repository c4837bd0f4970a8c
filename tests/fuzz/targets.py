"""What reads files, bodies and answers from outside: for each how it is called, and how it may refuse.

A target takes bytes and reads all of what they say. It may refuse them with its module's own errors, whose message says
where; anything else that comes out of it is a flaw. `SEEDS` are what it is meant to read, so that what is made of them
gets past the first line.
"""

import gzip
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rest_framework.exceptions import ParseError

from evaluation.api.parsing import BoundedJson, TooLarge
from evaluation.experiments.experiment import BadExperiment, read_experiment
from evaluation.items.blinding import BlindedOption, BlindedQuestion
from evaluation.judges.prompting import parse_answer
from evaluation.judgment_forms.forms import UnknownForm
from evaluation.results.judgments_file import info_path, read_info, read_judgments
from evaluation.study_files.study_file import read_study_file
from evaluation.study_files.study_problems import look_at
from evaluation.study_files.toml_table import BadToml
from generation.corpus.dialogues import DIALOGUES_FILE, BadLine, Dialogue, Speaker, Turn, read_dialogues
from generation.labels.label_parsing import parse_labels
from generation.personachat import forms
from generation.telling.parsing import BOUNDS, Answer, Unusable, parse_dialogue, parse_message
from generation.writing.critics import parse_contradictions, parse_traits_shown
from tests.faults.old_data import CRITERIA
from training.data.responses import read_responses
from training.models.recipe import BUNDLED, BadRecipe, read_recipe
from training.serving.chat_requests import BadRequest, chat_from_json
from training.trait_scores.trait_docket import parse_pick

ROOT: Final = Path(__file__).resolve().parent.parent.parent
# A refusal that says where: a line, a place in a table, or (of what is said by hand or by a model) the part of it.
LINE: Final = r"^[^\n]*?:\d+: "
SOMEWHERE: Final = r"\S"


@dataclass(frozen=True)
class Target:
    """How bytes are read in the empty folder that it is given, how they may be refused, and what it is meant for."""

    read: Callable[[bytes, Path], object]
    refusals: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    where: str = LINE


def _file(name: str, read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def read_bytes(data: bytes, folder: Path) -> object:
        path = folder / name
        path.write_bytes(data)
        return read(path)

    return read_bytes


def _rows(form: str | None) -> Callable[[Path], object]:
    def read(path: Path) -> None:
        for row in forms.read_rows(str(path), form):
            # A broken record is handed on, so that the reader of it decides; it must say where it stands as well.
            assert not isinstance(row, BadLine) or re.search(LINE, str(row))

    return read


def _info(path: Path) -> object:
    info_path(path).write_bytes(path.read_bytes())
    return read_info(path)


def _looked_at(data: bytes, folder: Path) -> None:
    found = look_at(data.decode(errors="replace"), folder=folder, files=[])
    assert (found.file is None) == bool(found.problems)
    assert all(str(problem).strip() for problem in found.problems)


def _said(parse: Callable[[Answer], object]) -> Callable[[bytes, Path], object]:
    def read(data: bytes, folder: Path) -> object:
        return parse(Answer(data.decode(errors="replace")))

    return read


def _chat(data: bytes, folder: Path) -> object:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        # The server's own reading of bodies refuses it before.
        return None
    return chat_from_json(body, most_new_tokens=32)


def _lines(*rows: object) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


_PERSONA: Final = ("i like to ski.", "i have two dogs.")
_OTHER: Final = ("i bake bread every sunday.", "my sister lives in lisbon.")
_TURNS: Final = tuple(
    Turn(place % 2, text)
    for place, text in enumerate(
        (
            "hi there , i like to ski in the mountains .",
            "hello , i bake bread every sunday for my sister .",
            "nice , my two dogs would love some fresh bread .",
            "do they go with you when you ski ?",
            "they do , both of my dogs love the snow .",
            "my sister in lisbon has never seen any snow .",
            "she should come and see it then , it is great .",
            "i will tell her on sunday when we bake .",
        )
    )
)
_SPEAKERS: Final = (Speaker(_PERSONA, {"extraversion": "high"}), Speaker(_OTHER, {}))
_DIALOGUE: Final = Dialogue(id="made/test/00001", split="test", source=None, speakers=_SPEAKERS, turns=_TURNS)
_QUESTIONS: Final = tuple(
    BlindedQuestion(
        field=key,
        criterion=key,
        name=key,
        text="Which is better?",
        help="",
        scale="preference",
        options=(BlindedOption("left", "Reply 1", "1"), BlindedOption("right", "Reply 2", "2")),
        chosen="",
        locked=False,
        about="",
    )
    for key in CRITERIA[:2]
)
_JUDGED: Final = {
    "context": "personachat/test/00001#5",
    "annotator": "A-7Q2",
    "criterion": "naturalness",
    "choice": "pt",
    "first": "p",
    "second": "pt",
    "seconds": 12.5,
    "look": 1,
    "is_check": False,
    "submitted_at": "2026-11-24T09:00:00+00:00",
}
_RATED: Final = {"context": "c2", "annotator": "A-BO", "criterion": "fluency", "choice": "4", "system": "p"}
_CSV: Final = (
    b"context,annotator,criterion,choice,first,second,seconds,look\n"
    b'"c 1",A-ADA,naturalness,pt,p,pt,12.5,1\n"c,\n2",A-BO,naturalness,tie,p,pt,,2\n'
)
_WIDE: Final = b"context;first;second;ada;bo\nc1;p;pt;pt;tie\nc2;p;pt;p;\n"
_LABEL_STUDIO: Final = json.dumps(
    [
        {
            "id": 1,
            "data": {"context": "talk 1", "text1": "hi !", "text2": "hello .", "model_a": "pt", "model_b": "p"},
            "annotations": [
                {
                    "id": 100,
                    "completed_by": {"id": 3, "email": "ada@example.org"},
                    "was_cancelled": False,
                    "lead_time": 12.5,
                    "created_at": "2026-01-31T09:00:00Z",
                    "result": [
                        {"from_name": "n", "to_name": "a,b", "type": "pairwise", "value": {"selected": "left"}},
                        {"from_name": "c", "to_name": "text1", "type": "choices", "value": {"choices": ["good"]}},
                        {"from_name": "r", "to_name": "text1", "type": "rating", "value": {"rating": 4}},
                    ],
                }
            ],
        }
    ]
).encode()
_APPRAISE: Final = (
    b"ada,pt,seg-1,TGT,eng,deu,80,1700000000.0,1700000012.5\nada,p,seg-1,TGT,eng,deu,35,1700000000.0,1700000012.5\n"
)
_APPRAISED: Final = (
    b"ada,pt,seg-1,BAD,eng,deu,5,doc-a,False,20.0,29.0\nada,pt,seg-1,TGT,eng,deu,78,doc-a,False,30.0,39.0\n"
)
_VOTE: Final = {"question_id": 81, "model_a": "pt", "model_b": "p", "winner": "tie", "judge": "expert_0", "turn": 1}
_VOTES: Final = _lines(_VOTE, {**_VOTE, "winner": "model_a", "tstamp": 1682351591.13, "turn": None})
_INFO: Final = json.dumps(
    {
        "format": 1,
        "name": "snow",
        "title": "Snow",
        "systems": ["p", "pt"],
        "criteria": [{"key": "naturalness", "name": "Naturalness", "scale": "preference", "options": ["tie"]}],
        "plan": {"alpha": 0.05, "hypotheses": [{"better": "pt", "than": "p", "criterion": "naturalness"}]},
    }
).encode()
_RESPONSE: Final = {
    "system": "pt",
    "context": {
        "id": "personachat/test/00001#3",
        "persona": list(_PERSONA),
        "traits": {"extraversion": "high"},
        "turns": [{"speaker": 0, "text": "hi !"}, "hello .", "do you ski ?"],
        "speaker": 1,
    },
    "given": {"persona": True, "traits": {}},
    "response": "i do , every winter .",
    "reference": None,
    "run": 2,
}
_TABLE: Final = b'context,response,id,persona,extraversion\n"hi !\nhello .","i ski .",c1,"i like to ski.",high\n'
_FBDIALOG: Final = (
    b"1 your persona: i like to ski.\n2 partner's persona: i bake.\n3 hi !\thello , i ski .\t\tno .|hello , i ski .\n"
    b"4 where ?\tin the alps .\n1 your persona: i am tall.\n2 __SILENCE__\thi .\n"
)
_SYNTHETIC: Final = (
    b"user 1 personas,user 2 personas,Best Generated Conversation\n"
    b'"I like cheese.\nI have two dogs.","I bake.","User 1: Hi!\nUser 2: Hello.\n[User 1: waves] So?"\n'
)
_HUB: Final = json.dumps(
    {
        "train": [
            {
                "personality": ["i like to ski."],
                "utterances": [{"history": ["hi !", "hello ."], "candidates": ["no .", "do you ski ?"]}],
            }
        ],
        "valid": [],
    }
).encode()
_PAIRS: Final = _lines({"id": "a", "first": list(_PERSONA), "second": list(_OTHER)})
_LABELS: Final = json.dumps(
    {
        trait: {"evidence": ["i like to ski."], "reason": "skis", "level": "high"}
        for trait in ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
    }
).encode()
_CLAIMS: Final = json.dumps(
    {"contradictions": [{"turn": 1, "speaker": 1, "quote": "ski", "against": "i hate", "reason": "no"}]}
).encode()
_CHAT: Final = json.dumps(
    {
        "model": "t5",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}, {"role": "user", "content": "so"}],
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": 20,
        "seed": 1,
        "parley": {"persona": ["i ski."], "traits": {"extraversion": "high"}},
    }
).encode()


def _examples(name: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((ROOT / "examples").glob(f"*/{name}")))


def _judgments(name: str, form: str | None, *seeds: bytes) -> Target:
    return Target(_file(name, lambda path: read_judgments(path, form=form)), (BadLine, UnknownForm), seeds)


TARGETS: Final[dict[str, Target]] = {
    "judgments-csv": _judgments("a.csv", "csv", _CSV),
    "judgments-jsonl": _judgments("a.jsonl", "jsonl", _lines(_JUDGED, _RATED)),
    "judgments-wide": _judgments("a.csv", "wide", _WIDE),
    "judgments-label-studio": _judgments("a.json", "label-studio", _LABEL_STUDIO),
    "judgments-appraise": _judgments("a.csv", "appraise", _APPRAISE, _APPRAISED),
    "judgments-lmsys": _judgments("a.jsonl", "lmsys", _VOTES, b"[" + _VOTES.replace(b"\n", b",", 1) + b"]"),
    "judgments-of-any-form": _judgments("a.txt", None, _CSV, _lines(_JUDGED), _WIDE, _LABEL_STUDIO, _APPRAISE, _VOTES),
    "judgments-packed": _judgments("a.csv.gz", None, gzip.compress(_CSV, mtime=0), gzip.compress(_VOTES, mtime=0)),
    "judgments-study-json": Target(_file("a.csv", _info), (BadLine,), (_INFO,)),
    "responses-jsonl": Target(
        _file("a.jsonl", lambda path: list(read_responses(path))), (BadLine,), (_lines(_RESPONSE),)
    ),
    "responses-csv": Target(
        _file("a.csv", lambda path: list(read_responses(path, default_system="p"))), (BadLine,), (_TABLE,)
    ),
    "responses-csv-packed": Target(
        _file("a.csv.gz", lambda path: list(read_responses(path, default_system="p"))),
        (BadLine,),
        (gzip.compress(_TABLE, mtime=0),),
    ),
    "study-toml": Target(_file("study.toml", read_study_file), (BadToml,), _examples("study.toml"), SOMEWHERE),
    "study-toml-looked-at": Target(_looked_at, (), _examples("study.toml")),
    "experiment-toml": Target(
        _file("experiment.toml", read_experiment),
        (BadExperiment,),
        _examples("experiment.toml"),
        r"^experiment\.toml: ",
    ),
    "recipe-toml": Target(
        _file("a.toml", lambda path: read_recipe(str(path))),
        (BadRecipe,),
        tuple(path.read_bytes() for path in sorted(BUNDLED.glob("*.toml"))),
        r"^a\.toml:",
    ),
    "corpus": Target(
        _file(DIALOGUES_FILE, lambda path: list(read_dialogues(path.parent))),
        (BadLine,),
        (_lines(_DIALOGUE.as_json()),),
    ),
    "personachat-fbdialog": Target(_file("a.txt", _rows("fbdialog")), (BadLine,), (_FBDIALOG,)),
    "personachat-synthetic": Target(_file("a.csv", _rows("synthetic")), (BadLine,), (_SYNTHETIC,)),
    "personachat-hub": Target(_file("a.json", _rows("hub")), (BadLine,), (_HUB,)),
    "personachat-pairs": Target(_file("a.jsonl", _rows("pairs")), (BadLine,), (_PAIRS,)),
    "personachat-of-any-form": Target(
        _file("a", _rows(None)), (BadLine, forms.UnknownForm), (_FBDIALOG, _SYNTHETIC, _HUB, _PAIRS)
    ),
    "answer-dialogue": Target(
        _said(lambda answer: parse_dialogue(answer, _SPEAKERS, BOUNDS)),
        (Unusable,),
        ("\n".join(f"Speaker {turn.speaker + 1}: {turn.text}" for turn in _TURNS).encode(),),
        SOMEWHERE,
    ),
    "answer-message": Target(
        _said(lambda answer: parse_message(answer, _TURNS, _SPEAKERS[0], BOUNDS)),
        (Unusable,),
        (b"do you often go to lisbon ?", b'"hi ," she said'),
        SOMEWHERE,
    ),
    "answer-labels": Target(
        _said(lambda answer: parse_labels(answer, _PERSONA, levels=5)), (Unusable,), (_LABELS,), SOMEWHERE
    ),
    "answer-contradictions": Target(
        _said(lambda answer: parse_contradictions(answer, _DIALOGUE)), (Unusable,), (_CLAIMS,), SOMEWHERE
    ),
    "answer-traits-shown": Target(_said(parse_traits_shown), (Unusable,), (_LABELS,), SOMEWHERE),
    "answer-pick": Target(_said(parse_pick), (Unusable,), (b'{"answer": "neither"}', b'{"answer": 1}'), SOMEWHERE),
    "answer-judge": Target(
        _said(lambda answer: parse_answer(answer, _QUESTIONS)),
        (Unusable,),
        (b'{"naturalness": "Reply 1", "coherence": "Reply 2"}',),
        SOMEWHERE,
    ),
    "api-body": Target(
        lambda data, folder: BoundedJson().parse(io.BytesIO(data)),
        (ParseError, TooLarge),
        (b'{"pair": "0123", "answers": {"naturalness": "left"}, "seconds": 1.5e3, "list": [null, true]}',),
        SOMEWHERE,
    ),
    "chat-request": Target(_chat, (BadRequest,), (_CHAT,), SOMEWHERE),
}


def try_out(target: Target, data: bytes, folder: Path) -> bool:
    """Whether `data` was taken; False where it was refused as it may be. Whatever else is raised is a flaw."""
    try:
        target.read(data, folder)
    except target.refusals as refusal:
        said = str(refusal)
        assert re.search(target.where, said), f"the refusal says no place: {said!r}"
        # It is shown on a page and in a terminal.
        said.encode()
        return False
    return True
