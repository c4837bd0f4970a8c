"""Files that appear whole, and what is said of how they were made."""

import hashlib
import json

import pytest

from generation.corpus.manifest import (
    BadManifest,
    digest_of,
    digest_of_file,
    manifest_path,
    new_file,
    parley_version,
    read_manifest,
    write_manifest,
)
from tests.cast import NOW


def test_a_manifest_says_what_made_a_folder_and_from_what(tmp_path):
    source = tmp_path / "source.txt"
    source.write_text("hi")
    made = tmp_path / "made"
    made.mkdir()

    path = write_manifest(
        made, command="describe", now=NOW, settings={"seed": 7}, inputs={"source": source}, results={"rows": 3}
    )

    manifest = json.loads(path.read_text())
    assert path == made / "manifest.json"
    assert manifest.pop("python").count(".") == 2
    assert manifest == {
        "command": "describe",
        "made_at": NOW.isoformat(timespec="seconds"),
        "parley": parley_version(),
        "settings": {"seed": 7},
        "inputs": {"source": {"file": "source.txt", "sha256": hashlib.sha256(b"hi").hexdigest()}},
        "results": {"rows": 3},
    }
    assert read_manifest(made)["results"] == {"rows": 3}


def test_the_manifest_of_a_single_file_lies_beside_it(tmp_path):
    file = tmp_path / "table.csv"
    file.write_text("a")

    assert manifest_path(file) == tmp_path / "table.csv.manifest.json"
    assert read_manifest(file) == {}


def test_a_file_appears_only_once_it_is_whole(tmp_path):
    file = tmp_path / "deep" / "file.txt"

    with new_file(file) as out:
        out.write("half")
        assert not file.exists()

    assert file.read_text() == "half"


def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path):
    file = tmp_path / "file.txt"
    file.write_text("old")

    def break_off() -> None:
        with new_file(file) as out:
            out.write("new")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()

    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("content", ["{", "[1]", '{"results": 3}', '"\\ud800'])
def test_a_manifest_that_no_command_wrote_is_refused_with_its_place(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)

    with pytest.raises(BadManifest, match=str(tmp_path / "manifest.json")):
        read_manifest(tmp_path)


def test_digests_of_values_do_not_depend_on_the_order_of_keys():
    assert digest_of({"a": 1, "b": ["ü"]}) == digest_of({"b": ["ü"], "a": 1}) != digest_of({"a": 1, "b": ["u"]})


def test_the_digest_of_a_file_is_sha_256(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")

    # FIPS 180-2, appendix B.1.
    assert digest_of_file(tmp_path / "file") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
