"""The clinical questions: a folder for each, with its analysis, tables and figures."""
