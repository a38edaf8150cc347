"""Makes the pictures of exported files in docs/images: `python -m tests.export.pictures`; needs soffice and pdftoppm.

The web page's is made where WeasyPrint is installed as well (`pip install weasyprint`, in an environment of its own).
Of one brief made by hand, in both languages. With `--all DIR`, every page of every file goes to DIR, to be looked at.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

from app.documents.document import Language
from app.export.formats import FORMATS
from tests.export.made_briefs import full_brief

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
MOST_BYTES = 120_000
LANGUAGES: tuple[Language, ...] = ("en", "ja")
PAGED = {"docx": 1, "xlsx": 0, "html": 1}
"""What is drawn, and which page of it; Markdown, JSON and a calendar look as the program that takes them in."""
_RESOLUTIONS = {"xlsx": 110}
_EDGE = 16
_COLOURS = 64


def pages_of(output: Path, folder: Path, resolution: int) -> list[Path]:
    """The pages of an exported file as pictures; none of a web page where WeasyPrint is not installed."""
    if output.suffix == ".html":
        if shutil.which("weasyprint") is None:  # LibreOffice leaves most of a style sheet out
            return []
        subprocess.run(["weasyprint", output, output.with_suffix(".pdf")], check=True, timeout=180)
    else:
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, output]
        subprocess.run(convert, check=True, stdout=subprocess.DEVNULL, timeout=180)
    stem = folder / f"{output.stem}-{output.suffix[1:]}"
    subprocess.run(
        ["pdftoppm", "-r", str(resolution), "-png", folder / f"{output.stem}.pdf", stem], check=True, timeout=60
    )
    return sorted(folder.glob(f"{stem.name}-*.png"))


def packed(page: Path, picture: Path) -> None:
    """The page with few colours, so that it is small enough for the repository."""
    with Image.open(page) as image:
        plain = image.convert("RGB")
        left, top, right, bottom = ImageOps.invert(plain).getbbox() or (0, 0, *plain.size)
        edges = (left - _EDGE, top - _EDGE, right + _EDGE, bottom + _EDGE)
        plain.crop((max(edges[0], 0), max(edges[1], 0), edges[2], edges[3])).quantize(_COLOURS).save(
            picture, optimize=True
        )
    if picture.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{picture.name} has {picture.stat().st_size} bytes; {MOST_BYTES} are allowed")


def main() -> None:
    """One page of each format and language, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIR", help="write every page there, and nothing to docs/images")
    parser.add_argument("--findings", type=int, default=4)
    arguments = parser.parse_args()
    if shutil.which("soffice") is None or shutil.which("pdftoppm") is None:
        raise SystemExit("LibreOffice (soffice) and pdftoppm are needed")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for language in LANGUAGES:
            brief = full_brief(language, arguments.findings)
            for name, shown in PAGED.items():
                output = folder / f"export-{name}-{language}{FORMATS[name].ending}"
                FORMATS[name].write(brief, output)
                pages = pages_of(output, folder, _RESOLUTIONS.get(name, 70))
                if arguments.all is not None:
                    arguments.all.mkdir(parents=True, exist_ok=True)
                    for page in pages:
                        shutil.copy(page, arguments.all / page.name)
                elif pages:
                    packed(pages[shown], IMAGES / f"{output.stem}.png")


if __name__ == "__main__":
    main()
