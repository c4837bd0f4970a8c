"""No page reaches torch or a client of an LLM: each is served in a fresh process, which is looked into afterwards."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

SERVE = """
    import sys
    import django
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client
    from django.test.utils import setup_test_environment
    setup_test_environment()
    call_command("migrate", verbosity=0)
    from evaluation.annotators.joining import create_invite
    from evaluation.studies.life import close_study
    from tests.cast import NOW
    from tests.evaluation.builders import THREE_CRITERIA, a_researcher, a_study, an_annotator, judge_all
    browser, owner = Client(), a_researcher()
    study = a_study(contexts=8, k=2, criteria=THREE_CRITERIA, traits={"openness": "low"}, owner=owner)
    for code in ("A-ADA", "A-BO"):
        judge_all(study, an_annotator(study, code), "left")
    link = create_invite(study=study, personal=True, now=NOW).token
    pages = [f"/j/{link}/", "/account/login/", "/studies/", "/studies/snow/", "/studies/snow/invite/"]
    pages += ["/account/tokens/", "/account/2fa/", "/api/schema/", "/api/docs/"]
    pages += ["/api/v1/studies/", "/api/v1/studies/snow/"]
    browser.get(pages[0], follow=True)
    browser.force_login(owner)
    answers = {page: browser.get(page, follow=True).status_code for page in pages[1:]}
    close_study(study=study, now=NOW)
    results = ["/studies/snow/report/", "/api/v1/studies/snow/report/", "/api/v1/studies/snow/judgments/"]
    answers |= {page: browser.get(page).status_code for page in results}
    assert set(answers.values()) == {200}, answers
    heavy = ["torch", "transformers", "openai", "pandas", "datasets", "matplotlib"]
    print("loaded:", [name for name in heavy if name in sys.modules])
"""


def test_no_page_loads_a_model_or_its_client(tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PARLEY_TEST_DATABASE_URL": f"sqlite:///{tmp_path / 'light.sqlite3'}",
        "PYTHONPATH": str(ROOT),
    }

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SERVE)], env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout.splitlines()[-1:] == ["loaded: []"], done.stderr[-2000:]
