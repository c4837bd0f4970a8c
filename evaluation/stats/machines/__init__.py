"""Language models as judges, beside people."""
