"""Trainings in a series: sweeps over mixing ratios, the best ratio, their page."""
