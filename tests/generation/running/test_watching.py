"""The line that a run shows, as it stands where the output is no terminal."""

from generation.running.watching import Watch
from generation.terminal import Progress
from generation.writing.generating import Failure, Made


def a_failure(kind: str) -> Failure:
    return Failure("persona", "i ski.", kind, "it is so", 3, None)


def test_the_line_has_rows_rate_time_left_failures_by_kind_waits_and_money(monkeypatch, capsys):
    monkeypatch.setattr(Progress, "every_seconds", 0.0)
    watch = Watch({"personas": 10}, quiet=False, note=lambda: "12 times told to wait (429) · 0.43 USD")
    made = Made(failures=[a_failure("malformed"), a_failure("malformed"), a_failure("refused")])

    watch.advance("personas", made)

    parts = capsys.readouterr().err.removesuffix("\n").split(" · ")
    assert parts[0] == "personas: 1 of 10"
    assert parts[1].endswith("/s")
    assert parts[2].endswith(" left")
    assert parts[3:] == ["3 failed (2 malformed, 1 refused)", "12 times told to wait (429)", "0.43 USD"]


def test_each_stage_has_its_own_line(monkeypatch, capsys):
    monkeypatch.setattr(Progress, "every_seconds", 0.0)
    watch = Watch({"personas": 1, "dialogues": 2}, quiet=False)

    watch.advance("personas", Made())
    watch.advance("dialogues", Made())
    # Nobody knows beforehand how many are written anew.
    watch.advance("written anew", Made())

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" · ")[0] for line in lines] == ["personas: 1 of 1", "dialogues: 1 of 2", "written anew: 1"]


def test_quiet_is_quiet(monkeypatch, capsys):
    monkeypatch.setattr(Progress, "every_seconds", 0.0)
    watch = Watch({"personas": 1}, quiet=True)

    watch.advance("personas", Made())
    watch.finish()

    assert capsys.readouterr().err == ""


def test_what_is_left_to_do_is_said_stage_by_stage():
    watch = Watch({"personas": 2, "dialogues": 3}, quiet=True)

    before = watch.left
    for _ in range(2):
        watch.advance("personas", Made())
    watch.advance("dialogues", Made())

    assert (before, watch.left) == ("2 personas and 3 dialogues", "2 dialogues")
