"""Corpora side by side: gathered from their folders, and shown in a terminal and as a page."""
