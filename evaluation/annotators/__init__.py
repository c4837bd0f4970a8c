"""People who judge: coming by a link or a platform, leaving, being left out, being paid."""
