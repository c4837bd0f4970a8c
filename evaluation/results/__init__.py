"""What was judged, as files and rows: exports, old files, measures of responses."""
