"""`study.toml`: each of its tables, the wording that is bundled, and all that can be wrong with one."""
