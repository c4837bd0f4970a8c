"""The real server, killed, starved and cut off while annotators judge."""
