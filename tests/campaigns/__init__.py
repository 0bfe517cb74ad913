"""Campaigns: each tries one promise by the hundred. Run as scripts; docs/trust.md says which."""
