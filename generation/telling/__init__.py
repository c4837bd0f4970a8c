"""What models are told, and what their answers must look like."""
