import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import BadLine
from generation.corpus.manifest import new_file, write_manifest
from generation.home import NoSuchName, existing
from generation.terminal import BadInput, ParleyCommand
from training.data.responses import ResponsesMissing, responses_file
from training.models.checkpoints import CheckpointMissing
from training.scores.differences import DECLARED, Compared, UnknownMetric, compare
from training.scores.learned_metrics import Learned
from training.scores.score_page import write_score_page
from training.scores.score_table import as_csv, as_latex, as_table, differences_as_table
from training.scores.scoring import Scores, score, write_scores


class Command(ParleyCommand):
    help = (
        "Automatic scores of responses, side by side, with intervals over dialogues, controls, and every difference "
        "between two systems."
    )
    example = "p-tiny pt-tiny --to scores"
    bad_input = (BadLine, CheckpointMissing, NoSuchName, ResponsesMissing, UnknownMetric)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "responses", nargs="+", metavar="RESPONSES", help="folders of responses, or files from outside"
        )
        parser.add_argument("--seed", type=int, default=7, help="of intervals and controls (default: %(default)s)")
        parser.add_argument("--batch-size", type=int, default=32, help="changes the speed alone (default: %(default)s)")
        parser.add_argument(
            "--metrics",
            default=",".join(DECLARED),
            metavar="A,B",
            help="the metrics on which systems are compared, corrected over all of them (default: %(default)s)",
        )
        parser.add_argument(
            "--bertscore",
            default="",
            metavar="CHECKPOINT",
            help="BERTScore by this encoder: a folder or hub:OWNER/NAME",
        )
        parser.add_argument("--bertscore-layer", type=int, metavar="N", help="its layer (default: the last)")
        parser.add_argument(
            "--nli",
            default="",
            metavar="CHECKPOINT",
            help="consistency with the persona by this classifier of entailment and contradiction",
        )
        parser.add_argument("--to", type=Path, metavar="DIR", help="write a page, and the table as JSON, CSV and LaTeX")

    def work(self, **options: Any) -> dict[str, Any]:
        if options["batch_size"] < 1:
            raise BadInput(f"--batch-size: expected at least 1, got {options['batch_size']}")
        if options["to"] and options["to"].is_file():
            raise BadInput(f"--to {options['to']}: expected a folder, and it is a file")
        learned = Learned(options["bertscore"], options["nli"], options["bertscore_layer"])
        folders = [existing("responses", name) for name in options["responses"]]
        files = [responses_file(folder) for folder in folders]
        scored, written = [], []
        for folder, file in zip(folders, files, strict=True):
            scores = score(folder, seed=options["seed"], batch_size=options["batch_size"], learned=learned)
            path = write_scores(folder, scores)
            write_manifest(
                path,
                command="score",
                now=timezone.now(),
                settings={"seed": options["seed"], "bertscore": learned.bertscore, "nli": learned.nli},
                inputs={"responses": file},
                results={"signature": scores.signature, "caveats": list(scores.caveats)},
            )
            scored.append(scores)
            written.append(path)
        metrics = [name.strip() for name in options["metrics"].split(",") if name.strip()]
        compared = compare(scored, metrics=metrics, seed=options["seed"])
        result = {
            "scores": [scores.as_json() for scores in scored],
            "differences": [each.as_json() for each in compared],
        }
        if options["to"]:
            inputs = {f"responses {number}": file for number, file in enumerate(files, start=1)}
            written += self._write(options["to"], scored, result, settings=options, inputs=inputs)
        self._tell(scored, compared)
        self.say(f"Written: {', '.join(map(str, written))}")
        self.say("Next: manage.py create_study STUDY.toml")
        return result

    def _write(
        self,
        folder: Path,
        scored: list[Scores],
        result: dict[str, Any],
        *,
        settings: dict[str, Any],
        inputs: dict[str, Path],
    ) -> list[Path]:
        texts = {
            "scores.json": json.dumps(result, indent=2, ensure_ascii=False) + "\n",
            "scores.csv": as_csv(scored),
            "scores.tex": as_latex(scored),
        }
        for name, text in texts.items():
            with new_file(folder / name) as out:
                out.write(text)
        write_manifest(
            folder,
            command="score",
            now=timezone.now(),
            settings={key: settings[key] for key in ("responses", "seed", "metrics")},
            inputs=inputs,
            results={"systems": [scores.system for scores in scored]},
        )
        return [*(folder / name for name in texts), write_score_page(folder, result)]

    def _tell(self, scored: list[Scores], compared: list[Compared]) -> None:
        self.say(as_table(scored))
        if compared:
            self.say(differences_as_table(compared))
        for scores in scored:
            for warning in scores.warnings:
                self.say(f"Beware, {scores.system}, {warning}")
        self.say(f"Signature: {scored[0].signature}")
