"""Curves as lines and as a picture."""

from xml.etree import ElementTree

from training.learning.curves import add_to_curves, cut_curves, plot_curves, read_curves


def a_look(step: int, perplexity: float) -> dict[str, float]:
    return {"step": step, "train_perplexity": perplexity / 2, "validation_perplexity": perplexity}


def test_what_lies_beyond_the_kept_state_and_what_a_kill_cut_off_goes(tmp_path):
    for step in (4, 8, 12):
        add_to_curves(tmp_path, a_look(step, 10.0))
    with (tmp_path / "curves.jsonl").open("a", encoding="utf-8") as out:
        out.write('{"step": 16, "tra')

    cut_curves(tmp_path, after=8)

    assert [look["step"] for look in read_curves(tmp_path)] == [4, 8]


def test_the_picture_falls_where_the_perplexity_falls():
    picture = ElementTree.fromstring(plot_curves([a_look(4, 100.0), a_look(8, 10.0)], title="pt & p"))

    lines = picture.findall("{*}polyline")
    (validation, training) = [
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()] for line in lines
    ]
    # Downwards is a larger y; training lies below validation, and has a dashed line.
    assert validation[0][0] < validation[1][0]
    assert validation[0][1] < validation[1][1]
    assert training[0][1] > validation[0][1]
    assert lines[1].attrib["stroke-dasharray"] == "6 4"
    assert picture.findtext("{*}title") == "pt & p"


def test_one_look_is_no_curve():
    assert "Fewer than two looks" in plot_curves([a_look(4, 10.0)], title="pt")


def test_looks_without_a_number_are_passed_over():
    picture = plot_curves([a_look(4, 10.0), a_look(8, float("inf")), a_look(12, 5.0)], title="pt")

    assert "inf" not in picture.lower()
    assert "nan" not in picture.lower()
