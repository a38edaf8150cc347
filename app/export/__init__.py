"""Findings out: annotated PDF, DOCX brief, JSON, Markdown."""
