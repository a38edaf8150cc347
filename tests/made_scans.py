"""Scans made of text PDFs: pages drawn, turned a little, blurred, with noise, stored as JPEG pictures; the same from a seed."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image, ImageFilter


@dataclass(frozen=True, slots=True)
class Scan:
    """`angle` in degrees with the clock, `turned` in whole quarter turns with the clock; `noise` of 255, `blur` in pixels."""

    dpi: int = 200
    angle: float = 0.3
    turned: int = 0
    noise: float = 6.0
    blur: float = 0.5
    quality: int = 85
    seed: int = 1

    def words(self) -> str:
        """For a table."""
        return f"{self.dpi} dpi, {self.angle}°, noise {self.noise:g}, JPEG {self.quality}"


def as_scan(source: Path, target: Path, scan: Scan, pages: Iterable[int] = (1,)) -> Path:
    """Write `pages` (from 1) of a PDF as one of pictures."""
    random = np.random.default_rng(scan.seed)
    with pymupdf.open(source) as pdf, pymupdf.open() as made:
        for number in pages:
            pixmap = pdf[number - 1].get_pixmap(dpi=scan.dpi, colorspace=pymupdf.csGRAY)
            picture = Image.frombytes("L", (pixmap.width, pixmap.height), pixmap.samples)
            picture = _worn(picture, scan, random)
            data = io.BytesIO()
            picture.save(data, "JPEG", quality=scan.quality)
            page = made.new_page(width=picture.width * 72 / scan.dpi, height=picture.height * 72 / scan.dpi)
            page.insert_image(page.rect, stream=data.getvalue())
        made.save(target)
    return target


def _worn(picture: Image.Image, scan: Scan, random: np.random.Generator) -> Image.Image:
    if scan.angle:
        picture = picture.rotate(-scan.angle, Image.Resampling.BICUBIC, fillcolor=255)
    if scan.turned:
        picture = picture.rotate(-90 * scan.turned, expand=True)
    if scan.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(scan.blur))
    pixels = np.asarray(picture, dtype=np.float32)
    pixels = pixels + random.normal(0.0, scan.noise, pixels.shape) if scan.noise else pixels
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
