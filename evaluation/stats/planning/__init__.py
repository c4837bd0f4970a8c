"""How large a study must be: power by simulation, sizes, what a pilot teaches."""
