"""Statistics of judgments: arrays and frozen dataclasses in, frozen dataclasses out; no Django, no files."""
