"""The people in every test: Ada and Bo annotate, Cleo leads the study, Dov is a stranger."""

from datetime import UTC, datetime

# The morning on which every test happens, unless it says otherwise.
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

CLEO = "cleo@example.org"
DOV = "dov@example.org"
