"""The Batch API of a provider: sheets sent, results fetched, nothing bought twice."""
