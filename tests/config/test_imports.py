"""What is slow to import is imported only where it works."""

import subprocess
import sys

from tests.conftest import ROOT

SLOW = ("torch", "transformers", "accelerate", "openai", "scipy.stats", "statsmodels", "pandas", "matplotlib")

LOOK = """
import sys
import django
from django.core.management import call_command, get_commands, load_command_class
django.setup()
call_command("check")
for name, app in get_commands().items():
    if app in ("generation", "training", "evaluation"):
        load_command_class(app, name).create_parser("manage.py", name)
from django.urls import get_resolver
get_resolver().url_patterns
print(sorted(set(sys.modules) & set({slow!r})))
"""


def test_checks_help_and_addresses_load_nothing_slow():
    ran = subprocess.run(
        [sys.executable, "-c", LOOK.format(slow=SLOW)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ran.stdout.splitlines()[-1] == "[]"
