"""Recipes, checkpoints, and how well a model foresees text."""
