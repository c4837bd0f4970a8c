"""Filters: what a dialogue is held against, and a corpus filtered."""
