"""Judgments as rows and arrays, what was declared of their study, and which of them count."""
