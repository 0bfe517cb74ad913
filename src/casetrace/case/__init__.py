"""The curated report: rows, clocks, readings, references; read once and checked."""
