"""Studies written in the browser: drafts, their form, uploads, preview and cost."""
