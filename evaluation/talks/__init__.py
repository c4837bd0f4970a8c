"""Talks with systems: the queue that pages know, the process that asks, talks as a corpus."""
