"""Old files of judgments, looked at again."""
