"""What judgments say of systems: preferences, ratings, rankings, the family of claims, verdicts, what they hang on."""
