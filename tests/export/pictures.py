"""Makes the pictures of exported files in docs/images: `python -m tests.export.pictures`.

Needs LibreOffice (soffice), poppler (pdftoppm), Chromium and fontconfig (fc-match). Of one brief made by hand: Word, Excel and
the web page in both languages, what is text in itself as an editor shows it. With `--all DIR`, all pages of all files go to DIR.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from app.documents.document import Language
from app.export.formats import FORMATS
from tests.export.made_briefs import full_brief

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
MOST_BYTES = 120_000
LANGUAGES: tuple[Language, ...] = ("en", "ja")
PAGED = {"docx": 1, "xlsx": 0, "html": 1}
"""What is printed, and which page of it is shown."""
TEXTS = {"md": "## ", "json": '  "findings"', "ics": "BEGIN"}
"""What is shown as text, in English, and what the picture's first line begins with: of several such lines the fourth."""
_RESOLUTIONS = {"xlsx": 110}
_EDGE = 16
COLOURS = 64
_FONT, _FONT_SIZE, _LINE_HEIGHT = "Noto Sans Mono CJK JP", 14, 20
_COLUMNS, _LINES = 96, 34
INK = (31, 42, 55)
_PROGRAMS = {"soffice": "LibreOffice", "pdftoppm": "poppler-utils", "chromium": "chromium", "fc-match": "fontconfig"}


def require(*programs: str) -> None:
    """End with words on what is missing, if anything is."""
    missing = [f"{program} ({_PROGRAMS[program]})" for program in programs if shutil.which(program) is None]
    if missing:
        raise SystemExit(f"needed, and not installed: {', '.join(missing)}")


def pages_of(output: Path, folder: Path, resolution: int) -> list[Path]:
    """The pages of an exported file as pictures."""
    printed = folder / f"{output.stem}.pdf"
    if output.suffix == ".html":  # LibreOffice leaves most of a style sheet out
        options = ("--headless", "--no-sandbox", "--no-pdf-header-footer", f"--user-data-dir={folder / 'browser'}")
        run = ["chromium", *options, f"--print-to-pdf={printed}", output.as_uri()]
    else:
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        run = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(output)]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180)
    stem = folder / f"{output.stem}-{output.suffix[1:]}"
    subprocess.run(["pdftoppm", "-r", str(resolution), "-png", printed, stem], check=True, timeout=60)
    return sorted(folder.glob(f"{stem.name}-*.png"))


def text_page(text: str, first: str, page: Path) -> None:
    """What an editor shows of a file from the line on that begins with `first`."""
    lines = text.splitlines()
    begins = [number for number, line in enumerate(lines) if line.startswith(first)]
    lines = lines[begins[3 if len(begins) > 3 else 0] :]
    shown = [part for line in lines for part in _wrapped(line)][:_LINES]
    font = font_of(_FONT, _FONT_SIZE)
    width = round(font.getlength("0") * _COLUMNS) + 2 * _EDGE
    image = Image.new("RGB", (width, _LINE_HEIGHT * len(shown) + 2 * _EDGE), "white")
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(shown):
        pen.text((_EDGE, _EDGE + number * _LINE_HEIGHT), line, fill=INK, font=font)
    image.save(page)


def font_of(name: str, size: int) -> ImageFont.FreeTypeFont:
    """The font of this name, or what the system has instead."""
    found = subprocess.run(["fc-match", "-f", "%{file}\n%{index}", name], check=True, capture_output=True, timeout=60)
    file, index = found.stdout.decode().split("\n")
    return ImageFont.truetype(file, size, index=int(index))


def _wrapped(line: str) -> list[str]:
    """A long line goes on below its own indent, as editors wrap it."""
    indent = " " * (len(line) - len(line.lstrip()))
    wrapped = textwrap.wrap(line, _COLUMNS, subsequent_indent=indent, break_on_hyphens=False, replace_whitespace=False)
    return wrapped or [""]


def packed(page: Path, picture: Path, colours: int = COLOURS) -> None:
    """The page with few colours, so that it is small enough for the repository."""
    with Image.open(page) as image:
        plain = image.convert("RGB")
        left, top, right, bottom = ImageOps.invert(plain).getbbox() or (0, 0, *plain.size)
        ends = (min(right + _EDGE, plain.width), min(bottom + _EDGE, plain.height))
        shown = plain.crop((max(left - _EDGE, 0), max(top - _EDGE, 0), *ends))
        shown.quantize(colours).save(picture, optimize=True)
    if picture.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{picture.name} has {picture.stat().st_size} bytes; {MOST_BYTES} are allowed")


def main() -> None:
    """One page of each format and language, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIR", help="write every page there, and nothing to docs/images")
    parser.add_argument("--findings", type=int, default=4)
    arguments = parser.parse_args()
    require(*_PROGRAMS)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, first in TEXTS.items() if arguments.all is None else ():
            content = FORMATS[name].render(full_brief("en", arguments.findings)).decode()
            text_page(content, first, folder / f"{name}.png")
            packed(folder / f"{name}.png", IMAGES / f"export-{name}-en.png", colours=8)
        for language in LANGUAGES:
            brief = full_brief(language, arguments.findings)
            for name, shown in PAGED.items():
                output = folder / f"export-{name}-{language}{FORMATS[name].ending}"
                FORMATS[name].write(brief, output)
                pages = pages_of(output, folder, _RESOLUTIONS.get(name, 70))
                if arguments.all is None:
                    packed(pages[shown], IMAGES / f"{output.stem}.png")
                    continue
                arguments.all.mkdir(parents=True, exist_ok=True)
                for page in pages:
                    shutil.copy(page, arguments.all / page.name)


if __name__ == "__main__":
    main()
