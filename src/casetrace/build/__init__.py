"""Run the notebooks: what is stale, execute, publish whole or not at all."""

import sys

# On import, jsonschema would compile a grammar of internationalised addresses, which no notebook
# has, and take seconds for it (jupyter/nbformat#420): as if it were not installed.
sys.modules.setdefault("rfc3987_syntax", None)
