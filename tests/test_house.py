"""What the README and CONTRIBUTING promise is there; nothing in the repository belongs to one machine; the wheel is whole.

Nothing connects to a network and nothing is pickled, by what is written in the code and by what an analysis does.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
MEBIBYTE = 1 << 20
WEIGHTS = REPOSITORY / "resources" / "model"

# Modules of which the program needs nothing, each with all that lies below it. asyncio is used for the workers' pipes.
NETWORK = {
    "aiohttp", "ftplib", "http", "httpx", "huggingface_hub", "imaplib", "multiprocessing.connection", "multiprocessing.managers",
    "poplib", "PySide6.QtNetwork", "PySide6.QtWebEngineCore", "PySide6.QtWebEngineWidgets", "PySide6.QtWebSockets", "requests",
    "smtplib", "socket", "socketserver", "ssl", "telnetlib", "torch.hub", "urllib", "urllib3", "webbrowser", "websockets",
    "xmlrpc",
}  # fmt: skip
# A second start of the window hands its files to the first through a pipe of this very machine, as Qt wraps it.
ONE_WINDOW = REPOSITORY / "app" / "ui" / "single.py"
LOCAL = {"PySide6.QtNetwork", "PySide6.QtNetwork.QLocalServer", "PySide6.QtNetwork.QLocalSocket"}
PICKLE = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve", "torch.load", "torch.save"}
CONNECTING = {"create_connection", "create_datagram_endpoint", "create_server", "open_connection", "start_server"}


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    files = [REPOSITORY / name for name in done.stdout.decode().split("\0") if name]
    return [file for file in files if file.is_file()]


def shell_lines(name: str) -> list[str]:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def test_the_continuous_check_runs_the_readme_command() -> None:
    lines = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] in shell_lines("README.md")
    assert lines[-1].endswith("tests/run.py")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "docs/user-guide.md", "docs/user-guide.ja.md"])
def test_links_lead_somewhere(name: str) -> None:
    page = REPOSITORY / name
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_named_files_exist(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:app|model|resources|tests|docs|\.ci)/[\w./-]*[\w-]", text))
    missing = sorted(path for path in named if not (REPOSITORY / path).exists())
    assert named
    assert missing == []


def test_no_tracked_file_names_a_machine_or_a_registry(tracked: list[Path]) -> None:
    pattern = re.compile(
        rb"(?:^|[^a-z.\w])/(?:work|farm|home/\w+|Users/\w+)/|--(?:extra-)?index-url|source = \{ registry|files\.pythonhosted"
    )
    named = [str(file) for file in tracked if file != Path(__file__) and pattern.search(file.read_bytes())]
    assert named == []


def test_the_repository_and_the_weights_stay_small(tracked: list[Path]) -> None:
    assert sum(file.stat().st_size for file in tracked) < 44 * MEBIBYTE
    weights = [file for file in tracked if file.suffix in {".safetensors", ".model"}]
    assert sum(file.stat().st_size for file in weights) <= 32 * MEBIBYTE
    examples = [file for file in tracked if REPOSITORY / "resources" / "examples" in file.parents]
    assert sum(file.stat().st_size for file in examples) <= 1.5 * MEBIBYTE


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    value: dict[str, Any] = json.loads((WEIGHTS / "manifest.json").read_text(encoding="utf-8"))
    return value


def test_the_weights_are_those_of_the_manifest(manifest: dict[str, Any], tracked: list[Path]) -> None:
    shipped = [file for file in tracked if file.suffix == ".safetensors"]
    assert shipped == [WEIGHTS / "model.safetensors"]
    assert manifest["sha256"] == hashlib.sha256(shipped[0].read_bytes()).hexdigest()
    assert manifest["name"]
    assert manifest["version"]
    assert {"architecture", "training", "calibration", "figures"} <= manifest.keys()


def test_every_figure_of_the_weights_says_its_command(manifest: dict[str, Any]) -> None:
    assert manifest["figures"]
    for made in (manifest["training"], *manifest["figures"]):
        module = re.match(r"python -m (model\.[\w.]+) --", made["command"])
        assert module, made["command"]
        assert (REPOSITORY / module[1].replace(".", "/")).with_suffix(".py").is_file(), module[1]
        assert " /" not in made["command"], "a path of one machine"
    assert {figure["weights_sha256"] for figure in manifest["figures"]} == {manifest["sha256"]}
    assert all("seed" in figure for figure in manifest["figures"])


def test_no_tracked_file_is_pickled(tracked: list[Path]) -> None:
    endings = {".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin", ".joblib", ".npy", ".npz"}
    assert [str(file) for file in tracked if file.suffix in endings] == []


def names_used(file: Path) -> Iterator[str]:
    """Dotted names that a module imports or reaches through a name: `torch.load`, `urllib.request`, `allow_pickle=True`."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) or (isinstance(node, ast.keyword) and node.arg == "allow_pickle"):
            yield ast.unparse(node)


def is_unwanted(name: str) -> bool:
    parts = name.split(".")
    starts = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return bool(starts & (NETWORK | PICKLE)) or parts[-1] in CONNECTING or name == "allow_pickle=True"


@pytest.mark.parametrize(
    "line",
    [
        "import socket",
        "from urllib.request import urlopen",
        "from PySide6.QtNetwork import QNetworkAccessManager",
        "from torch import load",
        "torch.save(model, path)",
        "asyncio.open_connection('a', 1)",
        "np.load(path, allow_pickle=True)",
    ],
)
def test_the_search_for_network_and_pickle_finds(line: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(line)
    assert any(map(is_unwanted, names_used(tmp_path / "a.py")))


def test_the_program_neither_connects_nor_pickles(tracked: list[Path]) -> None:
    rooms = [REPOSITORY / name for name in ("app", "model", "resources")]
    ours = [file for file in tracked if file.suffix == ".py" and any(room in file.parents for room in rooms)]
    assert len(ours) > 50
    found = [
        f"{file.relative_to(REPOSITORY)}: {name}"
        for file in ours
        for name in names_used(file)
        if is_unwanted(name) and not (file == ONE_WINDOW and name in LOCAL)
    ]
    assert found == []


def test_the_notice_names_what_is_installed() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.split(r"[\[><=~ ]", one)[0] for one in wanted} - {"fusen"}
    spoken = {"torch": "PyTorch"}
    notice = (REPOSITORY / "NOTICE").read_text(encoding="utf-8").lower()
    missing = sorted(name for name in names if not re.search(rf"\b{spoken.get(name, name).lower()}\b", notice))
    assert missing == []


def test_the_licence_is_the_whole_agpl() -> None:
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    for section in range(18):
        assert re.search(rf"^  {section}\. ", text, flags=re.MULTILINE), section
    assert "END OF TERMS AND CONDITIONS" in text


@pytest.fixture(scope="module")
def wheel(tracked: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the tracked files."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    for file in tracked:
        target = copy / file.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=copy, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_the_wheel_carries_code_resources_and_licence_and_no_tests(wheel: Path, tracked: list[Path]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    rooms = [REPOSITORY / name for name in ("app", "model", "resources")]
    wanted = {
        file.relative_to(REPOSITORY).as_posix() for file in tracked if any(room in file.parents for room in rooms)
    }
    assert wanted - inside == set()
    assert {"resources/model/model.safetensors", "resources/examples/services-agreement.pdf"} <= inside
    (facts,) = {name.split("/")[0] for name in inside} - {"app", "model", "resources"}
    assert facts.endswith(".dist-info")
    assert {f"{facts}/licenses/LICENSE", f"{facts}/licenses/NOTICE"} <= inside
    assert {name for name in inside - wanted if not name.startswith(facts)} == set()


GUARD = """
import os, sys

def guard(event, arguments):
    # On some systems the workers' event loop wakes itself through a pair of sockets; no address is involved.
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        print("NETWORK", event, arguments, file=open(os.environ["SEEN"], "a"))
        raise PermissionError(event)

sys.addaudithook(guard)
print("GUARDED", *sys.argv[:1], file=open(os.environ["SEEN"], "a"))
"""


def test_the_wheel_alone_analyses_an_example_and_asks_nothing_of_a_network(
    wheel: Path, manifest: dict[str, Any], tmp_path: Path
) -> None:
    installed, guard, elsewhere = tmp_path / "installed", tmp_path / "guard", tmp_path / "elsewhere"
    for folder in (installed, guard, elsewhere):
        folder.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    (guard / "sitecustomize.py").write_text(GUARD)
    example = elsewhere / "excerpt.md"
    text = (installed / "resources" / "examples" / "design-proposal.md").read_text(encoding="utf-8")
    example.write_text(text[: text.index("## 3.")], encoding="utf-8")
    code = "import sys, app, app.cli; print(app.__file__, file=sys.stderr); app.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "analyze", example, "--json"],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (guard, installed))), "SEEN": str(tmp_path / "seen")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(str(installed))
    analysis = json.loads(done.stdout)
    assert analysis["schema"] == "fusen.analysis/1"
    assert (analysis["model"]["name"], analysis["model"]["sha256"]) == (manifest["name"], manifest["sha256"])
    assert any(passage["selected"] for passage in analysis["passages"])
    seen = (tmp_path / "seen").read_text(encoding="utf-8").splitlines()
    assert len(seen) >= 3, "the command and its two workers were guarded"
    assert [line for line in seen if line.startswith("NETWORK")] == []
