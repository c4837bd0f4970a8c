"""Personas, traits and dialogues: what every stage reads, with no framework and no network."""
