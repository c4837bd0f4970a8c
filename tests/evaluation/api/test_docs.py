"""What `docs/api.md` walks through is there: its addresses, and the rates that it states."""

import re

from django.urls import resolve

from config.settings import base
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_address_of_the_walk_is_one_of_the_api():
    addresses = re.findall(r'"\$API/([^"?]*)', TEXT)

    assert len(addresses) > 20
    for each in addresses:
        filled = each.replace("$PAIR", "x").replace("$CODE", "A-ADA").replace("$DOV", "3").replace("$JOB", "4")
        assert resolve(f"/api/v1/{filled}").url_name != "api-nowhere", each


def test_the_stated_rates_are_those_of_the_settings():
    stated = {number.replace(",", "") for number in re.findall(r"\b([\d,]+) (?:requests|pairs|tries|tokens)", TEXT)}

    assert {rate.partition("/")[0] for rate in base.API_RATES.values()} <= stated
