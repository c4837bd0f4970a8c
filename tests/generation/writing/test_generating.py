"""The plan of a corpus and its making, with the offline author."""

import asyncio
import json
from dataclasses import replace

from generation.asking.authors import AuthorFailed, OfflineAuthor, RunStopped
from generation.corpus.dialogues import Persona, Speaker, Turn, read_dialogues
from generation.labels.labelling import PersonaLabels
from generation.offline.labelling import label
from generation.writing.generating import Made, count_results, make, write_made
from generation.writing.planning import Commission, Planned, distinct_personas, plan_dialogues
from generation.writing.sampling import sample_traits
from tests.builders import a_dialogue
from tests.generation.builders import a_pair

AUTHOR = OfflineAuthor("offline", seed=7)
DISTIL = Commission(to="distilled")


def made(
    planned: list[Planned], commission: Commission = DISTIL, *, author: OfflineAuthor = AUTHOR, concurrency: int = 4
) -> Made:
    return asyncio.run(make(planned, commission=commission, author=author, known_labels={}, concurrency=concurrency))


class NeverHeardOfSkiing(OfflineAuthor):
    """Fails at every persona with skiing in it, and at every dialogue of a lawyer."""

    async def label(self, persona: Persona) -> PersonaLabels:
        if "i like to ski." in persona:
            raise AuthorFailed("refused", "what is skiing?", tries=3, request_id="req-1")
        return await super().label(persona)

    async def write(
        self, speakers: tuple[Speaker, Speaker], *, sample: int, opening: tuple[Turn, ...] = ()
    ) -> tuple[Turn, ...]:
        if any("i am a lawyer." in speaker.persona for speaker in speakers):
            raise AuthorFailed("truncated", "lawyers never end", tries=3)
        return await super().write(speakers, sample=sample)


def test_new_dialogues_are_numbered_per_split_in_the_order_of_the_source():
    source = [a_pair(7, split="test"), a_pair(3), a_pair(5)]

    planned = plan_dialogues(source, DISTIL)

    assert [(each.dialogue.id, each.dialogue.source) for each in planned] == [
        ("distilled/test/00000", "pairs/test/00007"),
        ("distilled/train/00000", "pairs/train/00003"),
        ("distilled/train/00001", "pairs/train/00005"),
    ]
    assert all(each.to_write for each in planned)


def test_what_is_distilled_from_a_distilled_dialogue_shares_its_origin():
    (planned,) = plan_dialogues([a_dialogue(3, corpus="spc", source="personachat/train/00001")], DISTIL)

    assert (planned.origin, planned.dialogue.source) == ("personachat/train/00001", "personachat/train/00001")


def test_filling_keeps_ids_sources_and_the_turns_that_are_there():
    written, empty = a_dialogue(1, corpus="crowd"), a_pair(2, corpus="crowd")

    planned = plan_dialogues([written, empty], Commission(to="full", fill=True))

    assert [(each.dialogue.id, each.dialogue.source, each.to_write) for each in planned] == [
        ("crowd/train/00001", None, False),
        ("crowd/train/00002", None, True),
    ]
    assert planned[0].dialogue.turns == written.turns


def test_labelling_alone_leaves_out_what_has_no_turns():
    planned = plan_dialogues([a_dialogue(1), a_pair(2)], Commission(to="labelled", label_only=True))

    assert [each.dialogue.id for each in planned] == ["personachat/train/00001"]


def test_each_persona_is_labelled_once_however_often_it_occurs():
    planned = plan_dialogues([a_pair(1), replace(a_pair(1), id="pairs/train/00002"), a_pair(3)], DISTIL)

    assert len(distinct_personas(planned)) == 4
    assert len(made(planned).labels) == 4


def test_spellings_of_one_persona_are_labelled_once_and_alike():
    spelt = [
        a_dialogue(1, personas=(("i'm shy.", "i like to ski."), ("i have a cat.",))),
        a_dialogue(2, personas=(("I like to ski", "i am shy ."), ("i have a dog.",))),
    ]
    planned = plan_dialogues(spelt, Commission(to="labelled", label_only=True))

    labelled = made(planned)

    assert list(distinct_personas(planned)) == [
        ("i'm shy.", "i like to ski."),
        ("i have a cat.",),
        ("i have a dog.",),
    ]
    assert len(labelled.labels) == 3
    assert [each.speakers[0].traits for each in labelled.dialogues] == [{"extraversion": "low"}] * 2


def test_nobody_speaks_for_a_persona_that_is_not_told():
    untold = replace(a_dialogue(1), speakers=(Speaker(()), Speaker(("i am shy.",))))

    corpus = made(plan_dialogues([untold], DISTIL))

    assert len(corpus.labels) == 1
    assert [(failure.kind, failure.reason) for failure in corpus.failures] == [
        ("untold", "the persona of speaker 0 is not told")
    ]


def test_labelling_alone_passes_over_a_persona_that_is_not_told():
    untold = replace(a_dialogue(1), speakers=(Speaker(()), Speaker(("i am shy.",))))

    (labelled,) = made(plan_dialogues([untold], Commission(to="labelled", label_only=True))).dialogues

    assert [speaker.traits for speaker in labelled.speakers] == [{}, {"extraversion": "low"}]


def test_a_human_dialogue_and_the_one_distilled_from_it_get_the_same_traits():
    human = [a_dialogue(number) for number in range(10)]

    labelled = made(plan_dialogues(human, Commission(to="labelled", label_only=True)))
    distilled = made(plan_dialogues(human[::-1], DISTIL))

    def traits(corpus: Made) -> dict[str, list[dict[str, str]]]:
        return {dialogue.origin: [speaker.traits for speaker in dialogue.speakers] for dialogue in corpus.dialogues}

    assert traits(labelled) == traits(distilled)
    for number, speaker in enumerate(human[0].speakers):
        assert traits(labelled)[human[0].id][number] == sample_traits(
            levels=label(speaker.persona).levels, count=2, seed=7, origin=human[0].id, speaker=number
        )


def test_labelling_alone_changes_nothing_but_the_traits():
    human = a_dialogue(4)

    (labelled,) = made(plan_dialogues([human], Commission(to="labelled", label_only=True))).dialogues

    bare = tuple(Speaker(speaker.persona) for speaker in labelled.speakers)
    assert replace(labelled, speakers=bare) == replace(human, speakers=bare)


def test_two_dialogues_on_equal_terms_are_not_the_same_dialogue():
    twin = replace(a_pair(1), id="pairs/train/00002", source="pairs/train/00001")

    first, second = made(plan_dialogues([a_pair(1), twin], DISTIL)).dialogues

    assert first.speakers == second.speakers
    assert first.turns != second.turns


def test_the_corpus_does_not_depend_on_concurrency_or_order(tmp_path):
    source = [a_pair(number) for number in range(20)]

    write_made(tmp_path / "one", made(plan_dialogues(source, DISTIL), concurrency=1))
    write_made(tmp_path / "other", made(plan_dialogues(source[::-1], DISTIL), concurrency=16))

    for name in ("dialogues.jsonl", "labels.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_every_row_is_accounted_for_with_its_reason(tmp_path):
    source = [a_pair(number) for number in range(40)]
    planned = plan_dialogues(source, DISTIL)

    corpus = made(planned, author=NeverHeardOfSkiing("offline", seed=7))
    write_made(tmp_path, corpus)

    listed = [json.loads(line) for line in (tmp_path / "failed.jsonl").read_text().splitlines()]
    failed = {row["name"]: (row["kind"], row["reason"]) for row in listed if row["what"] == "dialogue"}
    skiers = [row for row in listed if row["what"] == "persona"]
    assert {each.dialogue.id for each in planned} == failed.keys() | {each.id for each in read_dialogues(tmp_path)}
    # The builders' first twenty personas like to ski and are labelled in vain; they fill the first ten pairs.
    assert len(skiers) == 20
    assert {row["request_id"] for row in skiers} == {"req-1"}
    assert failed["distilled/train/00009"] == ("unlabelled", "the persona of speaker 0 has no labels")
    assert failed["distilled/train/00011"] == ("truncated", "lawyers never end")
    assert count_results(corpus)["failures"] == {
        "refused": 20,
        "truncated": sum(kind == "truncated" for kind, _ in failed.values()),
        "unlabelled": 10,
    }


def test_a_list_of_failures_goes_once_there_are_none(tmp_path):
    planned = plan_dialogues([a_pair(0)], DISTIL)
    write_made(tmp_path, made(planned, author=NeverHeardOfSkiing("offline", seed=7)))

    write_made(tmp_path, made(planned))

    assert not (tmp_path / "failed.jsonl").exists()


def test_a_stop_lets_what_was_begun_end_and_begins_nothing_more():
    done: list[str] = []

    class Strike(OfflineAuthor):
        async def write(
            self, speakers: tuple[Speaker, Speaker], *, sample: int, opening: tuple[Turn, ...] = ()
        ) -> tuple[Turn, ...]:
            if "i like to ski." in speakers[0].persona and "i have a cat." in speakers[0].persona:
                raise RunStopped("no more paper")
            await asyncio.sleep(0)
            done.append(speakers[0].persona[1])
            return await super().write(speakers, sample=sample)

    planned = plan_dialogues([a_pair(number) for number in range(30)], DISTIL)

    try:
        made(planned, author=Strike("offline", seed=7), concurrency=3)
    except RunStopped as error:
        stopped = str(error)

    # Pairs 0 and 1 have two dogs; pair 2 is the first with a cat, pair 3 the second.
    assert stopped == "no more paper"
    assert done == ["i have two dogs.", "i have two dogs."]


def test_every_row_is_heard_of_as_it_is_done():
    heard: list[str] = []
    planned = plan_dialogues([a_pair(number) for number in range(3)], DISTIL)

    asyncio.run(
        make(
            planned,
            commission=DISTIL,
            author=AUTHOR,
            known_labels={},
            concurrency=1,
            advance=lambda stage, made: heard.append(stage),
        )
    )

    assert heard == ["personas"] * 6 + ["dialogues"] * 3
