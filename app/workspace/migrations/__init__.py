"""Numbered SQL scripts: `0001_….sql` leads from an empty file to version 1, and so on. A released one never changes."""
