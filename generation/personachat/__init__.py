"""PersonaChat in the forms found in the wild: each form has a reader, and one import puts what they find in order."""
