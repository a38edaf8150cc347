"""Pictures of the window, made small enough for the repository."""

from __future__ import annotations

from PIL import Image
from PySide6.QtGui import QImage


def packed(image: QImage, colours: int) -> Image.Image:
    """The picture with so many colours at most."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    raw = bytes(plain.constBits())
    picture = Image.frombytes("RGB", (plain.width(), plain.height()), raw, "raw", "RGB", plain.bytesPerLine())
    return picture.quantize(colours, dither=Image.Dither.NONE)
