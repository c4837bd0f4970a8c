"""Trait labels: what they are, how far labellers agree, samples for people to check."""
