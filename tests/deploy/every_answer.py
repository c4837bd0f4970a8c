"""Asks every address of Parley as everybody who might, and prints the statuses and what got loaded, as JSON.

`python -m tests.deploy.every_answer`, under the production settings (ALLOWED_HOSTS=testserver; SECURE_SSL_REDIRECT=no:
nobody stands in front) and an empty database. It needs what the web image has and nothing of the tests' own tools.
"""

import json
import os
import sys
from collections import Counter

import django
from django.core.management import call_command

HEAVY = ("torch", "transformers", "accelerate", "tokenizers", "datasets", "openai")


def main() -> None:
    """Migrate, make a study with all that one can have, and ask."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
    django.setup()
    from django.test import Client

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from tests.security.addresses import API, TABLE, filled, own_addresses
    from tests.security.worlds import a_world

    world = a_world()
    routes = own_addresses()
    statuses: Counter[int] = Counter()
    broken, pages = [], 0
    for name, rights in TABLE.items():
        if "get" not in rights:
            continue
        address = filled(routes[name], world.ids | {"number": world.numbers.get(name, 1)})
        people = world.scripts if name in API else world.browsers
        for who, asking in people.items():
            answer = asking.get(address)
            statuses[answer.status_code] += 1
            pages += answer.status_code == 200
            if answer.status_code >= 500:
                broken.append(f"{who} at {address}: {answer.status_code}")
    sign_in = Client().get("/account/login/")
    sys.stdout.write(
        json.dumps(
            {
                "broken": broken,
                "statuses": {str(key): count for key, count in sorted(statuses.items())},
                "pages": pages,
                "sign_in": sign_in.status_code,
                "loaded": sorted(name for name in HEAVY if name in sys.modules),
            }
        )
    )


if __name__ == "__main__":
    main()
