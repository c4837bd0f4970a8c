"""Background work as the database keeps it: jobs, webhooks, and what goes out."""
