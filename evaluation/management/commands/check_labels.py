import json
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandParser
from django.utils import timezone

from evaluation.judgment_forms.forms import UnknownForm
from evaluation.reports.label_tables import label_tables
from evaluation.reports.numbers import decimal, has_interval, span
from evaluation.results.judgments_file import UnknownSuffix
from evaluation.results.label_checking import NoKey, NothingToCheck, check_labels, find_key
from generation.corpus.dialogues import BadLine
from generation.corpus.manifest import new_file, write_manifest
from generation.terminal import BadInput, ParleyCommand

RESULT: Final = "labels.json"


class Command(ParleyCommand):
    help = "How right the labels of personas' traits are, held against people's labels of a sample of them."
    example = "labels.csv.key.jsonl --judgments answers.csv --to label-check"
    bad_input = (BadLine, UnknownSuffix, UnknownForm, NoKey, NothingToCheck)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "key",
            nargs="?",
            metavar="CORPUS|KEY",
            help="the sample's key, or a corpus with its labels (default: those of the labelling study whose export "
            "FILE is)",
        )
        parser.add_argument(
            "--judgments", metavar="FILE", type=Path, required=True, help="people's labels, CSV or JSONL"
        )
        parser.add_argument("--to", metavar="DIR", type=Path, help="folder for labels.json and the tables")
        parser.add_argument("--seed", type=int, default=7, help="of resampling (default %(default)s)")

    def work(self, **options: Any) -> dict[str, Any]:
        judgments, folder = options["judgments"], options["to"]
        if not judgments.is_file():
            raise BadInput(f"no judgments file at {judgments}")
        if options["seed"] < 0:
            raise BadInput(f"--seed: expected a whole number of at least 0, got {options['seed']}")
        if folder is not None and folder.is_dir() and any(folder.iterdir()) and not (folder / RESULT).is_file():
            raise BadInput(f"{folder} holds other things than a check of labels; expected an empty or a new folder")
        key = find_key(options["key"]) if options["key"] else None
        check = check_labels(key=key, judgments=judgments, seed=options["seed"])
        self._tell(check.found)
        if folder is not None:
            self._write(folder, check.found, inputs={"key": check.key, "judgments": judgments})
        return check.found

    def _tell(self, found: dict[str, Any]) -> None:
        if found["annotator_kind"] != "human":
            self.say(f"Not people's labels: {found['annotator_kind']} annotators")
        for trait, each in {
            **found["traits"],
            "all five" if len(found["traits"]) == 5 else "all": found["all"],
        }.items():
            accuracy = each["balanced_accuracy"]
            if accuracy["value"] is None:
                self.say(f"{trait}: no balanced accuracy, since {accuracy['reason']}")
                continue
            bounds = f" ({span(accuracy['low'], accuracy['high'])})" if has_interval(accuracy) else ""
            beside = ""
            if "leave_one_out" in each and each["leave_one_out"]["people"]["value"] is not None:
                out = each["leave_one_out"]
                beside = (
                    f"; against the majority of the others {decimal(out['labeller']['value'])}, "
                    f"and a person {decimal(out['people']['value'])}"
                )
            self.say(f"{trait}: balanced accuracy {decimal(accuracy['value'])}{bounds}{beside}")

    def _write(self, folder: Path, found: dict[str, Any], *, inputs: dict[str, Path]) -> None:
        tables = label_tables(found)
        texts = {folder / RESULT: json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n"}
        texts |= {folder / "tables" / f"{table.key}.csv": table.as_csv() for table in tables}
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(path) as out:
                out.write(text)
        settings = {"seed": found["seed"]}
        write_manifest(folder, command="check_labels", now=timezone.now(), settings=settings, inputs=inputs, results={})
        self.say(f"Written: {folder / RESULT} and {len(tables)} tables in {folder / 'tables'}")
