"""The image: nobody is root in it, no secret is in it, and gunicorn is its first process."""

import fnmatch
import re
import shlex
import tomllib

from tests.conftest import ROOT

TEXT = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()


def stages() -> dict[str, list[tuple[str, str]]]:
    """Each stage's instructions, its FROM first, lines that go on put together."""
    whole = re.sub(r"\\\n", " ", "\n".join(line for line in TEXT.splitlines() if not line.startswith("#")))
    found: dict[str, list[tuple[str, str]]] = {}
    now = found.setdefault("", [])
    for line in filter(None, (each.strip() for each in whole.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            now = found.setdefault(rest.split(" AS ")[1], [])
        now.append((word, " ".join(rest.split())))
    return found


def said(stage: str, word: str) -> list[str]:
    return [rest for each, rest in stages()[stage] if each == word]


def test_whoever_runs_in_it_is_a_user_of_a_fixed_number_who_owns_no_code():
    assert (said("web", "USER")[-1], said("worker", "USER")[-1]) == ("10001:10001", "10001:10001")
    assert said("proxy", "USER") == ["10002:10002"]
    # Copied as root's: none of it is handed to the user.
    assert [rest for rest in said("web", "COPY") if "--chown" in rest or "--chmod" in rest] == []


def test_the_first_process_is_gunicorn_itself_and_no_start_migrates():
    assert said("web", "CMD") == ['["gunicorn", "-c", "config/gunicorn.py", "config.wsgi:application"]']
    assert said("web", "STOPSIGNAL") == ["SIGTERM"]
    assert all("migrate" not in rest for stage in stages().values() for word, rest in stage if word in ("CMD", "RUN"))
    assert "ENTRYPOINT" not in TEXT


def test_its_health_is_what_readyz_says():
    assert said("web", "HEALTHCHECK")[0].endswith('CMD ["python", "deploy/ready.py"]')


def test_it_installs_pinned_versions_and_the_extras_that_there_are_none_of_torchs():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    installed = {name: re.findall(r"'\.\[([a-z,]+)\]'", " ".join(said(name, "RUN"))) for name in stages()}

    assert installed["dependencies"] == ["postgres,redis,workers"]
    assert installed["worker-dependencies"] == ["llm,pdf"]
    assert {each for lines in installed.values() for line in lines for each in line.split(",")} <= set(extras) - {
        "train",
        "dev",
    }
    for rest in (
        rest for stage in stages().values() for word, rest in stage if word == "RUN" and "pip install" in rest
    ):
        assert "-c constraints.txt" in rest
        assert "--no-cache-dir" in rest


def test_static_files_are_collected_when_it_is_built():
    assert any(
        "collectstatic" in rest and "STATIC_ROOT=/opt/parley/staticfiles" in rest for rest in said("static", "RUN")
    )
    assert "STATIC_ROOT=/opt/parley/staticfiles" in said("web", "ENV")[0]


def test_no_secret_is_in_a_layer_and_what_is_copied_exists():
    kept = [rest for stage in stages().values() for word, rest in stage if word in ("ENV", "ARG", "LABEL")]
    assert [rest for rest in kept if re.search("SECRET|PASSWORD|TOKEN|API_KEY", rest)] == []

    sources = [
        source
        for stage in stages().values()
        for word, rest in stage
        if word == "COPY" and "--from" not in rest
        for source in shlex.split(rest)[:-1]
    ]
    assert sources
    allowed = [line[1:] for line in IGNORED if line.startswith("!")]
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source in allowed, f"{source} is copied, and .containerignore keeps it out"
    # All is left out that is not named; and within that, what could hold a secret or somebody's data.
    assert IGNORED[[bool(line) and not line.startswith("#") for line in IGNORED].index(True)] == "*"
    for name in ("config/.env", "evaluation/x.sqlite3", "training/__pycache__"):
        assert any(fnmatch.fnmatch(name, line) for line in IGNORED if line.startswith("**")), name


def test_no_base_floats():
    bases = re.findall(r"^ARG \w*BASE=(\S+)$", TEXT, re.M)

    assert len(bases) == 2
    assert all(re.search(r":\d+\.\d+-\w+", base) and "latest" not in base for base in bases)
