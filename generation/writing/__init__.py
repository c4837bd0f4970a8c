"""Authors at work: planning a corpus, labelling personas, writing dialogues, critics."""
