"""The window. Imports PySide6, and neither torch nor PyMuPDF, directly or through others."""
