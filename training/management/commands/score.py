from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import BadLine
from generation.corpus.manifest import write_manifest
from generation.home import NoSuchName, existing
from generation.terminal import BadInput, ParleyCommand
from training.responses import ResponsesMissing, responses_file
from training.score_table import as_table
from training.scoring import score, write_scores


class Command(ParleyCommand):
    help = "Automatic scores of responses, side by side, with intervals over dialogues and controls."
    example = "p-tiny pt-tiny"
    bad_input = (BadLine, NoSuchName, ResponsesMissing)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "responses", nargs="+", metavar="RESPONSES", help="folders of responses, or files from outside"
        )
        parser.add_argument("--seed", type=int, default=7, help="of intervals and controls (default: %(default)s)")
        parser.add_argument("--batch-size", type=int, default=32, help="changes the speed alone (default: %(default)s)")

    def work(self, **options: Any) -> dict[str, Any]:
        if options["batch_size"] < 1:
            raise BadInput(f"--batch-size: expected at least 1, got {options['batch_size']}")
        folders = [existing("responses", name) for name in options["responses"]]
        files = [responses_file(folder) for folder in folders]
        scored, written = [], []
        for folder, file in zip(folders, files, strict=True):
            scores = score(folder, seed=options["seed"], batch_size=options["batch_size"])
            path = write_scores(folder, scores)
            write_manifest(
                path,
                command="score",
                now=timezone.now(),
                settings={"seed": options["seed"]},
                inputs={"responses": file},
                results={"signature": scores.signature, "caveats": list(scores.caveats)},
            )
            scored.append(scores)
            written.append(path)
        self.say(as_table(scored))
        for scores in scored:
            for warning in scores.warnings:
                self.say(f"Beware, {scores.system}, {warning}")
        self.say(f"Signature: {scored[0].signature}")
        self.say(f"Written: {', '.join(map(str, written))}")
        self.say("Next: manage.py create_study STUDY.toml")
        return {"scores": [scores.as_json() for scores in scored]}
