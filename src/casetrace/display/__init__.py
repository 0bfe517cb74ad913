"""The kit: figure, panel, style, labels, traced table, traced text."""
