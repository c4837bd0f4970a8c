"""One run of `generate`: its options and order, its staff, its cost foreseen, its forks."""
