"""PersonaChat's dialogues, in the forms found in the wild, as a corpus."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from generation.corpus.dialogues import DIALOGUES_FILE, SPLITS, BadLine, CorpusMissing, read_dialogues
from generation.corpus.folders import CorpusTaken, write_corpus
from generation.corpus.manifest import write_manifest
from generation.home import NoSuchName, existing, place
from generation.personachat.forms import READERS, UnknownForm
from generation.personachat.hub import PREFIX, HubUnreachable
from generation.personachat.importing import NothingImported, import_personachat
from generation.personachat.parallel import NotParallel, parallel_to
from generation.personachat.rows import FileMissing
from generation.terminal import BadInput, ParleyCommand


class Command(ParleyCommand):
    help = (
        "Imports PersonaChat: ParlAI's fbdialog text, Synthetic-Persona-Chat's CSV, the hub's JSON, persona pairs "
        "(JSONL), gzip or not, or hub:OWNER/NAME. The form is recognised; Dirty rows: docs/formats.md."
    )
    example = "valid_both_original.txt.gz --to personachat --split validation"
    bad_input = (
        BadLine,
        CorpusMissing,
        CorpusTaken,
        FileMissing,
        HubUnreachable,
        NoSuchName,
        NotParallel,
        NothingImported,
        UnknownForm,
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="a file, or hub:OWNER/NAME; several make one corpus, in this order"
        )
        parser.add_argument("--to", required=True, metavar="CORPUS", help="the corpus to write")
        parser.add_argument(
            "--split", choices=SPLITS, help="the split of all dialogues; without it, what the file says, else train"
        )
        parser.add_argument(
            "--format", choices=sorted(READERS), help="the form of the files, where it should not be recognised"
        )
        parser.add_argument(
            "--skip-bad", action="store_true", help="pass over bad rows and list them, instead of refusing the file"
        )
        parser.add_argument("--parallel", metavar="CORPUS", help="the corpus on whose personas these dialogues are")
        parser.add_argument(
            "--index", type=Path, metavar="TSV", help="which row is parallel to which dialogue (with --parallel)"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        if bool(options["parallel"]) != bool(options["index"]):
            raise BadInput(
                "--parallel and --index go together: the corpus, and which of its dialogues belongs to which row"
            )
        if options["parallel"] and options["split"]:
            raise BadInput(
                "--split does not go with --parallel: each dialogue has the split of the one it is parallel to"
            )
        folder, parallel = place("corpora", options["to"]), None
        inputs = {
            f"file{number}": Path(file).expanduser()
            for number, file in enumerate(options["files"], start=1)
            if not file.startswith(PREFIX)
        }
        if options["parallel"]:
            twins = existing("corpora", options["parallel"])
            parallel = parallel_to(options["parallel"], read_dialogues(twins), options["index"])
            inputs |= {"parallel": twins / DIALOGUES_FILE, "index": options["index"]}
        imported = import_personachat(
            files=options["files"],
            name=folder.resolve().name,
            split=options["split"],
            form=options["format"],
            skip_bad=options["skip_bad"],
            parallel=parallel,
        )
        write_corpus(folder, imported.dialogues)
        results = imported.as_json()
        write_manifest(
            folder,
            command="import_personachat",
            now=timezone.now(),
            settings={key: options[key] for key in ("files", "split", "format", "skip_bad", "parallel")},
            inputs=inputs,
            results=results,
        )
        self._tell(results, folder, options["to"])
        return {"corpus": str(folder), **results, "failed": len(imported.skipped)}

    def _tell(self, results: dict[str, Any], folder: Path, name: str) -> None:
        self.say(f"{results['dialogues']} dialogues with {results['turns']} turns are in {folder}.")
        for key, sentence in (
            ("persona_pairs_without_dialogue", "{} of them are persona pairs that wait to be written."),
            ("mirrored_rows_merged", "{} dialogues stood in the file twice, told from either side; each is now one."),
            ("stage_directions_dropped", "{} lines without a speaker were dropped."),
            ("turns_joined", "{} turns were joined to the one before, by the same speaker."),
            ("speakers_without_persona", "{} speakers have no persona in the file."),
        ):
            if results[key]:
                self.say(sentence.format(results[key]))
        for bad in results["skipped"]:
            self.say(f"Skipped {bad['file']}:{bad['line']}: {bad['problem']}")
        if results["persona_pairs_without_dialogue"]:
            self.say(f"Next: manage.py generate --personas {name} --to {name}-written")
        else:
            self.say(f"Next: manage.py describe {name}, or manage.py split_corpus {name} --to {name}-cut --by persona")
