"""What the README and CONTRIBUTING promise is there; nothing in the repository belongs to one machine; the wheel is whole."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
MEBIBYTE = 1 << 20
NOT_OURS = {"LICENSE"}


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


def test_the_licence_is_the_whole_agpl() -> None:
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    for section in range(18):
        assert re.search(rf"^  {section}\. ", text, flags=re.MULTILINE), section
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_wheel_carries_code_and_resources(tracked: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "source"
    for file in tracked:
        target = copy / file.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=copy, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    rooms = [REPOSITORY / name for name in ("app", "model", "resources")]
    wanted = {
        file.relative_to(REPOSITORY).as_posix() for file in tracked if any(room in file.parents for room in rooms)
    }
    assert wanted - inside == set()
    assert not [name for name in inside if "__pycache__" in name or name.startswith("tests")]
