"""Prices, tokens, budgets, and what was spent."""
