"""The forms that judgments come in: our own long tables, wide ones, and the exports of other platforms."""
