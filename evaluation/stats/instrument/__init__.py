"""What is known of the instrument: sides, pace, halo, lengths, conditions, controls, form, annotators."""
