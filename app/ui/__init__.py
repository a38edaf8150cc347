"""The window. Imports PySide6, and neither torch nor PyMuPDF, directly or through others."""

from app.ui.immortal import keep_constants_alive

keep_constants_alive()
