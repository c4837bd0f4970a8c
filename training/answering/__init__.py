"""Systems that answer contexts: decoding, choosing contexts, endpoints, several runs as one."""
