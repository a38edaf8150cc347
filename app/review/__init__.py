"""Findings, decisions and undo: pure values and operations on them."""
