"""What a running study shows its researchers, and nothing by system."""
