"""Examples and responses: their files, their form, what a model is told, batches."""
