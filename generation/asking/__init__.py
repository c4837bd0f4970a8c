"""Asking models: requests, pacing, trying again, several endpoints as one, the journal of what was bought."""
