"""Labels of personas, by people and by labellers."""
