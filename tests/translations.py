"""Keeps the window's translations whole: `python -m tests.translations` says what is missing, and fails where something is.

Qt's own tools do the work: lupdate collects the strings, lrelease packs them. Both come with PySide6-Essentials.

    python -m tests.translations                    check: every string stands in the .ts files, translated; the .qm are of them
    python -m tests.translations --update           collect the strings anew and pack
    python -m tests.translations --merge FILE.tsv   the same, and take translations from lines of
                                                    context<TAB>English<TAB>Japanese, for a string with a number
                                                    (`%n`) followed by <TAB>English for one<TAB>English for many;
                                                    (where `(s)` says it all in the text itself they may be left out);
                                                    `\\n` in a text stands for a line break

The packed files are kept in the repository: they are small, and neither a clone nor an installation needs a tool to be in the
user's language.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import PySide6

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "app" / "ui"
FOLDER = ROOT / "resources" / "translations"
JAPANESE, ENGLISH = FOLDER / "fusen_ja.ts", FOLDER / "fusen_en.ts"
"""The English one holds what has forms of number, and nothing else."""

Key = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """A line of a file of translations: the Japanese, and for a string with a number the English forms."""

    key: Key
    japanese: str
    english: tuple[str, ...]


def _tool(name: str) -> Path:
    folder = Path(PySide6.__file__).parent
    return next(path for path in (folder / name, folder / f"{name}.exe") if path.exists())


def _run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode or "error" in done.stderr.lower():
        raise SystemExit(f"{command[0]} failed: {done.stdout}{done.stderr}")


# ---- strings that lupdate does not see


@dataclass(frozen=True, order=True)
class Found:
    """A string of a source; `counted`: it has forms of number."""

    context: str
    text: str
    counted: bool = False


def strings(tree: ast.Module) -> Iterator[Found]:
    """All strings of a module that are translated.

    lupdate knows Qt's names only, no function of a module's own around `translate`, and does not look into f-strings.
    """
    helpers = {function.name: context for function in tree.body if (context := _context_of(function))}
    for holder, call in _calls(tree, ""):
        texts, rest = call.args[:1], call.args[1:]
        match call.func:
            case ast.Name(id=name) if name in helpers:
                context = helpers[name]
            case ast.Attribute(value=ast.Name(id="self"), attr="tr"):
                context = holder
            case ast.Attribute(attr="translate") if len(call.args) >= 2 and isinstance(call.args[0], ast.Constant):
                context, texts, rest = str(call.args[0].value), call.args[1:2], call.args[2:]
            case _:
                continue
        for text in (one for value in texts for one in _texts(value)):
            yield Found(context, text, counted="%n" in text and bool(rest))


def _context_of(node: ast.stmt) -> str:
    """The context that a module's own function hands to `translate` with its argument; empty for every other statement."""
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)] if isinstance(node, ast.FunctionDef) else []
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "translate" and len(call.args) >= 2:
            context, text = call.args[:2]
            if isinstance(context, ast.Constant) and isinstance(text, ast.Name):
                return str(context.value)
    return ""


def _calls(node: ast.AST, holder: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the name of the class around it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield holder, child
        yield from _calls(child, child.name if isinstance(child, ast.ClassDef) else holder)


def _texts(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _texts(value.body)
        yield from _texts(value.orelse)


def collect(target: Path, language: str, *options: str) -> None:
    """Bring `target` up to date with what the sources hold."""
    files = sorted(SOURCES.rglob("*.py"))
    held = sorted({one for file in files for one in strings(ast.parse(file.read_text(encoding="utf-8")))})
    with tempfile.TemporaryDirectory() as folder:
        extra = Path(folder) / "strings.py"
        lines = (_line(one) for one in held)
        extra.write_text("\n".join(lines), encoding="utf-8")
        named = ("-source-language", "en", "-target-language", language, "-locations", "none", "-no-obsolete")
        _run(_tool("lupdate"), "-silent", *named, *options, *files, extra, "-ts", target)


def _line(one: Found) -> str:
    number = ', "", 1' if one.counted else ""
    return f"QCoreApplication.translate({_quoted(one.context)}, {_quoted(one.text)}{number})"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def pack(source: Path, target: Path) -> None:
    """Make the .qm that the window loads."""
    _run(_tool("lrelease"), "-silent", source, "-qm", target)


TARGETS: tuple[tuple[Path, str, tuple[str, ...]], ...] = ((JAPANESE, "ja", ()), (ENGLISH, "en", ("-pluralonly",)))


# ---- what the files hold


def messages(source: Path) -> dict[Key, ElementTree.Element]:
    """Every message of a .ts file by context and text."""
    tree = ElementTree.parse(source)  # noqa: S314 -- our own file
    return {
        (context.findtext("name") or "", message.findtext("source") or ""): message
        for context in tree.getroot().iter("context")
        for message in context.iter("message")
    }


def _forms(message: ElementTree.Element) -> list[str]:
    translation = message.find("translation")
    if translation is None or translation.get("type") in ("unfinished", "vanished", "obsolete"):
        return [""]
    forms = translation.findall("numerusform")
    return [form.text or "" for form in forms] if forms else [translation.text or ""]


def faults() -> list[str]:
    """What is wrong with the files, a sentence each."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for source, language, options in TARGETS:
            fresh, packed = Path(folder) / source.name, Path(folder) / "packed.qm"
            fresh.write_bytes(source.read_bytes())
            collect(fresh, language, *options)
            old, new = messages(source), messages(fresh)
            found += [f"{source.name}: not in it: {key}" for key in sorted(new.keys() - old.keys())]
            found += [f"{source.name}: in no source any more: {key}" for key in sorted(old.keys() - new.keys())]
            found += [f"{source.name}: unfinished: {key}" for key, one in old.items() if not all(_forms(one))]
            pack(source, packed)
            if packed.read_bytes() != source.with_suffix(".qm").read_bytes():
                found.append(f"{source.with_suffix('.qm').name} is not made of {source.name}")
    return found


# ---- taking translations


def read_lines(file: Path) -> Iterator[Line]:
    """The lines of a file of translations; a line that is none ends the program with its number."""
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip() or text.startswith("#"):
            continue
        context, *parts = (part.replace("\\n", "\n") for part in text.split("\t"))
        if len(parts) not in (2, 4):
            raise SystemExit(f"{file.name}, line {number}: not context<TAB>English<TAB>Japanese: {text}")
        yield Line((context, parts[0]), parts[1], tuple(parts[2:]))


def _enter(source: Path, lines: Sequence[Line], *, english: bool) -> list[Line]:
    """Write the lines into a .ts file; returns those that belong to no string of it."""
    tree = ElementTree.parse(source)  # noqa: S314 -- our own file
    held: dict[Key, ElementTree.Element] = {}
    by_text: dict[str, list[ElementTree.Element]] = {}
    for context in tree.getroot().iter("context"):
        for message in context.iter("message"):
            text = message.findtext("source") or ""
            held[context.findtext("name") or "", text] = message
            by_text.setdefault(text, []).append(message)
    strangers = []
    for line in lines:
        # A line under another context than the code's fits as long as nothing else has its words without a translation.
        found = held.get(line.key)
        others = [one for one in by_text.get(line.key[1], []) if not all(_forms(one))]
        for message in [found] if found is not None else others:
            _translate(message, line.english if english else (line.japanese,))
        if found is None and not others:
            strangers.append(line)
    tree.write(source, encoding="utf-8", xml_declaration=True)
    return strangers


def _translate(message: ElementTree.Element, texts: tuple[str, ...]) -> None:
    translation = message.find("translation")
    assert translation is not None
    if not texts:
        return
    translation.attrib.pop("type", None)
    for form in list(translation):
        translation.remove(form)
    if message.get("numerus") == "yes":
        for text in texts:
            ElementTree.SubElement(translation, "numerusform").text = text
    else:
        translation.text = texts[0]


def update(lines: Sequence[Line] = ()) -> list[Line]:
    """Collect, take over `lines`, pack; returns the lines whose string no source holds."""
    strangers: list[Line] = []
    for source, language, options in TARGETS:
        collect(source, language, *options)
        if source == JAPANESE:
            strangers = _enter(source, lines, english=False)
        else:
            own = [line for line in lines if line.english]
            plain = [
                Line(key, "", (key[1].replace("(s)", ""), key[1].replace("(s)", "s")))
                for key in messages(source)
                if "(s)" in key[1] and key not in {line.key for line in own}
            ]
            _enter(source, [*plain, *own], english=True)
        collect(source, language, *options)  # once more, for the form in which lupdate writes
        pack(source, source.with_suffix(".qm"))
    return strangers


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 1 where something is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--merge", type=Path, nargs="+", default=[])
    chosen = parser.parse_args(arguments)
    if chosen.update or chosen.merge:
        for line in update([line for file in chosen.merge for line in read_lines(file)]):
            print(f"no source holds: {line.key}")
    found = faults()
    print("\n".join(found) or "Every string is translated.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
