"""Data is never code: nothing is unpickled, no checkpoint brings code along, nothing that was typed is evaluated."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted(
    path
    for folder in ("config", "generation", "training", "evaluation", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle", "yaml"}
CALLS = {"eval", "exec", "compile", "__import__"}
# Ways by which a library unpickles, runs a shell, or lets markup through unescaped.
ATTRIBUTES = {"read_pickle", "to_pickle", "system", "popen", "extra", "raw", "RawSQL"}
# One place makes HTML of its own: the sanitised Markdown.
MARKED_SAFE = {
    "evaluation/operation/markdown.py",
    "evaluation/reports/figures.py",
    "generation/describing/figures.py",
    "training/plots.py",
}


@pytest.fixture(scope="module")
def trees() -> list[tuple[str, ast.AST]]:
    """Every file of ours, read once."""
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in FILES]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """The last part of what is called, and the call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", "")), node


def given(call: ast.Call, name: str) -> object:
    """The constant given for a keyword; None where it is not given."""
    for each in call.keywords:
        if each.arg == name:
            return each.value.value if isinstance(each.value, ast.Constant) else each.value
    return None


def test_there_are_files_to_look_at():
    assert len(FILES) > 200


def test_nothing_that_unpickles_is_imported(trees):
    found = [
        f"{name}:{node.lineno}"
        for name, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in [getattr(node, "module", None), *(each.name for each in node.names)]
        if str(module).partition(".")[0] in MODULES
    ]

    assert found == []


def test_no_checkpoint_is_loaded_but_its_weights(trees):
    found = []
    for name, tree in trees:
        for called, call in calls(tree):
            owner = getattr(getattr(call.func, "value", None), "id", "")
            if called == "load" and owner == "torch" and given(call, "weights_only") is not True:
                found.append(f"{name}:{call.lineno} torch.load")
            if given(call, "trust_remote_code") not in (None, False):
                found.append(f"{name}:{call.lineno} trust_remote_code")
            if given(call, "allow_pickle") not in (None, False):
                found.append(f"{name}:{call.lineno} allow_pickle")

    assert found == []


def test_nothing_that_was_typed_is_run(trees):
    found = []
    for name, tree in trees:
        for called, call in calls(tree):
            # `model.eval()` and `re.compile()` are other things of that name.
            if called in CALLS and isinstance(call.func, ast.Name):
                found.append(f"{name}:{call.lineno} {called}")
            if called in ATTRIBUTES and isinstance(call.func, ast.Attribute):
                owner = getattr(call.func.value, "attr", getattr(call.func.value, "id", ""))
                if owner in ("os", "objects", "pd", "pandas"):
                    found.append(f"{name}:{call.lineno} {owner}.{called}")
            if given(call, "shell") is True:
                found.append(f"{name}:{call.lineno} shell=True")

    assert found == []


def test_html_is_marked_safe_in_few_places_and_no_template_turns_escaping_off(trees):
    marked = {name for name, tree in trees for called, _ in calls(tree) if called == "mark_safe"}
    templates = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if "autoescape off" in path.read_text(encoding="utf-8")
    ]

    assert marked - MARKED_SAFE == set(), "say here why what is marked safe is safe"
    assert templates == []


def test_what_passes_a_template_unescaped_is_our_own():
    """`|safe` stands only behind what no person and no model wrote: help texts of forms, plots, sanitised Markdown."""
    found = {}
    for path in (ROOT / "templates").rglob("*.html"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            for part in line.split("{{")[1:]:
                expression = part.partition("}}")[0]
                if "|safe" in expression.replace(" ", ""):
                    found[f"{path.relative_to(ROOT)}:{number}"] = expression.strip()

    assert {each.partition("|")[0] for each in found.values()} <= OURS, found


REACH = {"requests", "httpx", "urllib3", "aiohttp", "socket", "urllib.request", "http.client"}
OURS = {"field.help_text", "styles"}


@pytest.mark.parametrize("folder", ["config", "generation", "training", "evaluation"])
def test_nothing_is_fetched_from_an_address_that_a_page_was_given(trees, folder):
    """Pages and API reach no network: what does stands in modules that only commands and workers use."""
    found = set()
    for name, tree in trees:
        if not name.startswith((f"{folder}/views/", f"{folder}/api/")):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None) or "", *(each.name for each in node.names)]
                if REACH & {*names, *(each.partition(".")[0] for each in names)}:
                    found.add(name)

    assert found == set()


def test_no_key_and_no_password_stands_in_the_source(trees):
    found = []
    for name, tree in trees:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
                continue
            value = node.value.value
            for target in node.targets:
                called = str(getattr(target, "id", getattr(target, "attr", ""))).upper()
                secret = any(word in called for word in ("SECRET_KEY", "PASSWORD", "API_KEY", "TOKEN"))
                if secret and isinstance(value, str) and len(value) > 8 and name != "config/settings/test.py":
                    found.append(f"{name}:{node.lineno} {called}")

    assert [each for each in found if "KNOX_TOKEN_MODEL" not in each] == []
    assert Path(ROOT / ".gitignore").read_text(encoding="utf-8").count("var") >= 1
