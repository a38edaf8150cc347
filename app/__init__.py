"""Fusen, the desktop application: reading, analysis, review, workspace, export, window and command line."""
