"""Recipes: what they may say, and what is said of one that cannot be followed."""

from pathlib import Path

import pytest

from training.models.recipe import BUNDLED, BadRecipe, bundled_recipes, read_recipe


def written(folder: Path, *, change: tuple[str, str] = ("", ""), more: str = "") -> str:
    """A recipe file like smoke's, with one text changed and some lines more."""
    text = (BUNDLED / "smoke.toml").read_text()
    assert change[0] in text
    path = folder / "mine.toml"
    path.write_text(text.replace(*change, 1) + more)
    return str(path)


def test_the_bundled_recipes_are_the_small_ones_and_five_checkpoints():
    assert bundled_recipes() == [
        "bart-base", "bart-large", "demo", "flan-t5-base", "smoke", "t5-base", "t5-small", "tiny",
    ]  # fmt: skip


@pytest.mark.parametrize("name", bundled_recipes())
def test_every_bundled_recipe_can_be_read_and_gives_a_reason_on_each_line(name):
    recipe = read_recipe(name)

    assert recipe.name == name
    for line in (BUNDLED / f"{name}.toml").read_text().splitlines():
        _, sign, rest = line.partition("=")
        assert not sign or line.startswith("#") or "#" in rest, line


def test_tiny_and_demo_differ_only_in_what_few_dialogues_ask_for():
    tiny, demo = (read_recipe(name).as_json() for name in ("tiny", "demo"))

    assert {key for key in tiny if tiny[key] != demo[key]} == {"name", "steps", "evaluate_every"}


def test_a_recipe_of_ones_own_is_named_after_its_file(tmp_path):
    assert read_recipe(written(tmp_path, change=("steps = 60", "steps = 61"))).as_json() == {
        **read_recipe("smoke").as_json(),
        "name": "mine",
        "steps": 61,
    }


def test_overrides_have_the_type_of_their_key():
    recipe = read_recipe("smoke", overrides=["steps=5", "rate = 0.5", "text=as-is", "checkpoint="], batch=3)

    assert (recipe.steps, recipe.rate, recipe.text, recipe.batch) == (5, 0.5, "as-is", 3)


@pytest.mark.parametrize(
    ("change", "more", "problem"),
    [
        (("steps = 60", "stpes = 60"), "", r"mine\.toml:8: unknown key 'stpes'; expected architecture, at_once, batch"),
        (("steps = 60", "steps = 6.5"), "", r"mine\.toml:8: steps: expected a whole number, got 6\.5"),
        (("steps = 60", "steps = true"), "", r"mine\.toml:8: steps: expected a whole number, got True"),
        (("rate = 0.02", 'rate = "high"'), "", r"mine\.toml:15: rate: expected a number, got 'high'"),
        (('"lower-split"', '"split"'), "", r"mine\.toml:2: text: expected one of as-is, lower-split, got 'split'"),
        (("steps = 60 ", "# steps = 60 "), "", r"mine\.toml: steps missing; a recipe states everything"),
        (("steps = 60", "steps = 0"), "", r"mine\.toml: steps and epochs are both 0: the training would never end"),
        (("steps = 60", "steps = -1"), "", r"mine\.toml: steps: expected 0 or more, got -1"),
        (("batch = 16", "batch = 0"), "", r"mine\.toml: batch: expected at least 1, got 0"),
        (("clip = 1.0", "clip = 0"), "", r"mine\.toml: clip: expected a number above 0, got 0"),
        (("dropout = 0 ", "dropout = 1 "), "", r"mine\.toml: dropout: expected a number from 0 up to 1, got 1"),
        (("width = 64", "width = 0"), "", r"mine\.toml: a model built anew needs its sizes; missing: width"),
        (("", ""), 'checkpoint = "./t5"\n', "either a checkpoint to start from or an architecture to build"),
        (("architecture", "# architecture"), "", "either a checkpoint to start from or an architecture to build"),
        (
            ("architecture =", 'checkpoint = "./t5" #'),
            "",
            "sizes are those of the checkpoint; drop width, heads, head_width, feed_forward, layers, vocabulary",
        ),
        (("steps = 60", "steps = = 60"), "", r"mine\.toml: Invalid value \(at line 8"),
        (("", ""), "[model]\nsteps = 5\n", r"mine\.toml:36: unknown key 'model'"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_line(tmp_path, change, more, problem):
    path = written(tmp_path, change=change, more=more)

    with pytest.raises(BadRecipe, match=problem):
        read_recipe(path)


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("stpes=5", "unknown key 'stpes'"),
        ("name=mine", "unknown key 'name'"),
        ("steps", "--set steps: expected KEY=VALUE"),
        ("steps=many", "steps: expected a whole number, got 'many'"),
        ("optimiser=sgd", "optimiser: expected one of scaled-adamw, adamw, got 'sgd'"),
    ],
)
def test_an_override_that_means_nothing_is_refused(override, problem):
    with pytest.raises(BadRecipe, match=problem):
        read_recipe("smoke", overrides=[override])


def test_a_recipe_that_is_not_there_lists_what_is(tmp_path):
    with pytest.raises(BadRecipe, match=r"no recipe 'tyni'; expected a TOML file or one of bart-base, .*, tiny"):
        read_recipe("tyni")
    with pytest.raises(BadRecipe, match="no recipe"):
        read_recipe(str(tmp_path / "none.toml"))
