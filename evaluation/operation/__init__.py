"""Running Parley on a machine: accounts, tokens, backups, trouble with the database."""
