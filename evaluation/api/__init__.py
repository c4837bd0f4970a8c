"""The REST interface: the same verbs as the pages, for scripts and for front ends of others."""
