"""A study made from its file: imported, planned, tried out with simulated annotators."""
