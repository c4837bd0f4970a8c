"""Judging: what comes next, claiming, submitting, changing, passing over, practising."""
