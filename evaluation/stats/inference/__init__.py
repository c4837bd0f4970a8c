"""Intervals and tests over clusters, correlations, least squares: arrays in, estimates with signatures out."""
