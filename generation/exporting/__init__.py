"""Corpora in the forms that others read: JSON lines and Parquet for `datasets`, text for ParlAI."""
