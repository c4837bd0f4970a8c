"""The design engine: pure, seeded functions that plan which pair is shown to whom, and on which side."""
