"""One tiny model, trained once for all tests of a file that only look at it."""

import os
from pathlib import Path

import pytest

from tests.cast import NOW
from tests.training.builders import a_recipe, toy_corpus


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Tests run beside each other: each keeps to one thread."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    yield
    if before is None:
        del os.environ["OMP_NUM_THREADS"]
    else:
        os.environ["OMP_NUM_THREADS"] = before


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory) -> Path:
    """A home with the corpus `toy` and the model `pt`, which has learned from it; not to be written to."""
    from training.data.sources import Source
    from training.data.told import Telling
    from training.learning.runs import train

    home = tmp_path_factory.mktemp("home")
    corpus = toy_corpus(home)
    recipe = a_recipe("steps=200", "evaluate_every=200", "width=64", "head_width=64")
    train(
        recipe,
        sources=[Source(name="toy", folder=corpus, split=None, share=None)],
        to=home / "models" / "pt",
        telling=Telling(),
        seed=7,
        allow_persona_overlap=False,
        now=NOW,
    )
    return home
