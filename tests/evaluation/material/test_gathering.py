"""What systems answered: files that belong together, and those that do not."""

import pytest

from evaluation.material.gathering import WrongFiles, alike, find_responses, gather
from generation.corpus.dialogues import BadLine
from generation.corpus.manifest import digest_of_file
from generation.home import NoSuchName
from tests.evaluation.files import a_line, an_outside_line, named_responses, two_systems, write_lines


def test_systems_stand_in_the_order_of_the_files_with_the_digest_of_theirs(parley_home):
    two_systems(parley_home, contexts=3)
    files = [parley_home / "responses" / system for system in ("pt", "p")]

    gathered = gather(files)

    assert [(each.system, each.digest) for each in gathered.systems] == [
        (file.name, digest_of_file(file / "responses.jsonl")) for file in files
    ]
    assert gathered.missing == {"pt": 0, "p": 0}
    assert list(gathered.contexts) == [
        "personachat/test/00000#1",
        "personachat/test/00002#3",
        "personalitychat/test/00001#2",
    ]


def test_only_contexts_that_all_answered_are_compared_and_the_others_counted(tmp_path):
    one = write_lines(tmp_path / "p.jsonl", [a_line("p", number) for number in range(4)])
    two = write_lines(tmp_path / "pt.jsonl", [a_line("pt", number) for number in range(1, 6)])

    gathered = gather([one, two])

    assert len(gathered.contexts) == 3
    assert gathered.missing == {"p": 2, "pt": 1}


def test_one_file_may_hold_several_systems_and_one_system_several_files(tmp_path):
    both = write_lines(tmp_path / "both.jsonl", [a_line(system, 0) for system in ("p", "pt")])
    more = write_lines(tmp_path / "more.jsonl", [a_line(system, 1) for system in ("p", "pt")])

    gathered = gather([both, more])

    assert [(each.system, len(each.responses)) for each in gathered.systems] == [("p", 2), ("pt", 2)]


def test_a_system_that_is_not_named_is_called_as_its_file(tmp_path):
    files = [
        write_lines(tmp_path / name, [an_outside_line(), an_outside_line(1, name)]) for name in ("a.jsonl", "b.1.jsonl")
    ]

    assert [each.system for each in gather(files).systems] == ["a", "b.1"]


def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    files = [write_lines(tmp_path / folder / "out.jsonl", [an_outside_line(0, folder)]) for folder in ("old", "new")]

    assert [each.system for each in gather(files).systems] == ["old-out", "new-out"]


def test_what_only_one_file_says_of_a_context_is_taken(tmp_path):
    line = a_line("p", 0, domain="moon", traits={"openness": "high"})
    bare = {
        "system": "pt",
        "context": {"id": line["context"]["id"], "turns": line["context"]["turns"]},
        "response": "x",
    }
    files = [write_lines(tmp_path / "p.jsonl", [line]), write_lines(tmp_path / "pt.jsonl", [bare])]

    either = [gather(order).contexts for order in (files, files[::-1])]

    assert either[0] == either[1]
    context = either[0]["moon/test/00000#3"]
    assert (context.domain, context.traits, len(context.persona)) == ("moon", {"openness": "high"}, 4)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            {"turns": ["hi !", "good .", "nope ."]},
            r"turn 1 is 'good , just back .*' in the one, 'good \.' in the other",
        ),
        ({"turns": ["hi !"]}, "3 turns in the one, 1 in the other"),
        ({"persona": ["i am somebody else ."]}, "the persona is"),
        (
            {"traits": {"openness": "low"}},
            "the traits is {'openness': 'high'} in the one, {'openness': 'low'} in the other",
        ),
        ({"domain": "mars"}, "the domain is 'personachat' in the one, 'mars' in the other"),
    ],
)
def test_one_context_described_in_two_ways_is_refused_with_both_files(tmp_path, other, message):
    one = write_lines(tmp_path / "p.jsonl", [a_line("p", traits={"openness": "high"})])
    line = a_line("pt", traits={"openness": "high"})
    line["context"].update({"turns": ["hi ! how are you today ?", *line["context"]["turns"][1:]], **other})
    if "turns" in other:
        line["context"]["turns"] = [a_line()["context"]["turns"][0]["text"], *other["turns"][1:]]
    two = write_lines(tmp_path / "pt.jsonl", [line])

    with pytest.raises(WrongFiles, match=message) as caught:
        gather([one, two])

    assert "p.jsonl" in str(caught.value)
    assert "pt.jsonl" in str(caught.value)


def test_a_file_given_twice_is_taken_for_the_wrong_file(tmp_path):
    one = write_lines(tmp_path / "p.jsonl", [an_outside_line()])
    copy = write_lines(tmp_path / "pt.jsonl", [an_outside_line()])

    with pytest.raises(WrongFiles, match="same file, byte for byte"):
        gather([one, copy])
    with pytest.raises(WrongFiles, match="same file, byte for byte"):
        gather([one, one])


def test_a_context_that_a_system_answered_in_two_files_is_refused(tmp_path):
    files = [write_lines(tmp_path / f"{reply}.jsonl", [a_line("p", reply=reply)]) for reply in ("yes", "no")]

    with pytest.raises(WrongFiles, match=r"'p' answered 'personachat/test/00000#3' in .*no.jsonl and already in .*yes"):
        gather(files)


def test_one_system_alone_is_no_comparison(tmp_path):
    with pytest.raises(WrongFiles, match="at least two systems to compare, got p"):
        gather([write_lines(tmp_path / "p.jsonl", [a_line("p")])])


def test_files_without_a_context_in_common_do_not_belong_together(tmp_path):
    files = [write_lines(tmp_path / f"{system}.jsonl", [a_line(system, n)]) for n, system in enumerate(("p", "pt"))]

    with pytest.raises(WrongFiles, match="no context was answered by all of p, pt"):
        gather(files)


def test_a_broken_line_is_refused_with_its_place(tmp_path):
    files = [write_lines(tmp_path / "p.jsonl", [a_line("p"), {"response": "hi"}]), tmp_path / "pt.jsonl"]
    write_lines(files[1], [a_line("pt")])

    with pytest.raises(BadLine, match=r"p\.jsonl:2"):
        gather(files)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (a_line("tie"), "the system is called 'tie', which in a judgments file means something else"),
        (a_line("made-for-a-check"), "the system is called 'made-for-a-check'"),
        (a_line("s" * 201), "the system has 201 characters; expected at most 200"),
        (a_line("p", domain="all"), "the domain is 'all', which is kept for what is pooled over domains"),
        (a_line("p", domain="d" * 101), "the domain has 101 characters; expected at most 100"),
        (a_line("p", id="i" * 201), "the id has 201 characters; expected at most 200"),
        (a_line("p", cluster="c" * 201), "the cluster has 201 characters; expected at most 200"),
        (a_line("p", reply="hi\0"), "it holds the character NUL"),
        (a_line("p", persona=["i ski .\0"]), "it holds the character NUL"),
    ],
)
def test_names_and_texts_that_a_study_could_not_keep_are_refused(tmp_path, line, message):
    with pytest.raises(WrongFiles, match=rf"p\.jsonl, context .*: {message}"):
        gather([write_lines(tmp_path / "p.jsonl", [line]), write_lines(tmp_path / "pt.jsonl", [a_line("pt")])])


def test_caveats_that_are_no_list_are_refused(parley_home):
    files = [named_responses(parley_home, system, [a_line(system)]) for system in ("p", "pt")]
    (files[1] / "manifest.json").write_text('{"results": {"caveats": 3}}')

    with pytest.raises(WrongFiles, match=r"pt/manifest\.json: expected a list of caveats, got 3"):
        gather(files)


def test_replies_that_give_their_system_away_and_empty_ones_are_said(tmp_path):
    replies = ["i am acme-9 , your assistant", "As an AI language model I cannot ski .", "", "i ski ."]
    one = write_lines(tmp_path / "p.jsonl", [a_line("acme-9", n, reply=reply) for n, reply in enumerate(replies)])
    two = write_lines(tmp_path / "pt.jsonl", [a_line("pt", n, reply="pt cruisers are cars .") for n in range(4)])

    assert gather([one, two]).warnings == (
        "acme-9: 1 of 4 replies are empty",
        "acme-9: 2 of 4 replies name a system or say that a machine speaks, so annotators may know who answered; the "
        "first is to personachat/test/00000#3: 'i am acme-9 , your assistant'",
    )


def test_caveats_of_what_made_the_responses_are_gathered_once(parley_home):
    one = named_responses(parley_home, "p", [a_line("p")], caveats=["offline author"])
    two = named_responses(parley_home, "pt", [a_line("pt")], caveats=["offline author", "a demo model"])

    assert gather([one, two]).caveats == ("offline author", "a demo model")


def test_a_name_is_looked_for_at_home_and_then_beside_the_study(parley_home, tmp_path):
    at_home = named_responses(parley_home, "p", [a_line("p")])
    beside = write_lines(tmp_path / "mine" / "p.jsonl", [a_line("p")])

    assert find_responses("p", folder=tmp_path) == at_home
    assert find_responses("mine/p.jsonl", folder=tmp_path) == beside
    assert find_responses("./mine/p.jsonl", folder=tmp_path) == beside
    assert find_responses(str(beside), folder=parley_home) == beside
    with pytest.raises(NoSuchName, match=r"no responses 'q': expected .*home/responses/q or .*/q"):
        find_responses("q", folder=tmp_path)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("i don ' t know .", "I don't know.", True),
        ("Fine ,  thanks", "fine, thanks", True),
        ("fine", "fine!", False),
        ("", " ", True),
    ],
)
def test_replies_are_alike_when_they_read_the_same(one, two, same):
    assert alike(one, two) is same
