"""Reports: the results in sentences, tables and plots, as pages, PDF, LaTeX and letters."""
