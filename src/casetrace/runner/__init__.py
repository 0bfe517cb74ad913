"""Run the notebooks: what is stale, execute, publish whole or not at all."""
