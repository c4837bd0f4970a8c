"""A study's life, its members, its trail, and who may go on while it is changed."""
