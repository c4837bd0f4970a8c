"""A language model as a judge beside people: same pairs, same wording, both orders, and never in their results."""
