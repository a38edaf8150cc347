"""Storing it all in one SQLite file: documents, analyses, findings, decisions and their history."""
