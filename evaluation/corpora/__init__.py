"""Corpora looked through in the browser, and flags on their dialogues."""
