"""Trait control, measured: can a classifier or a judge tell high from low?"""
