"""casetrace: a published clinical case report as a reproducible analysis."""
