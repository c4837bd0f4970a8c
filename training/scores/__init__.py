"""Metrics of responses, their controls and intervals, the table and its page."""
