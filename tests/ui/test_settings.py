"""Settings as data: defaults, what is kept, what is no good, keys."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from app.ui.commands import COMMANDS
from app.ui.settings import BY_KEY, SECTIONS, SETTINGS, Problem, Settings, collisions


def test_every_setting_is_sound() -> None:
    assert len(BY_KEY) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.accepts(setting.default), setting.key
        assert setting.section in SECTIONS
        assert setting.words
        assert not setting.accepts(None)
        assert not setting.accepts(["x"])


def test_what_is_chosen_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "settings.json"
    settings = Settings.load(file)
    assert settings["theme"] == "system"
    heard: list[str] = []
    settings.listen(heard.append)
    settings.choose("theme", "dark")
    settings.choose("reviewer", "山田 花子")
    assert heard == ["theme", "reviewer"]
    again = Settings.load(file)
    assert (again["theme"], again["reviewer"]) == ("dark", "山田 花子")
    assert "山田 花子" in file.read_text(encoding="utf-8")  # readable
    again.choose("theme", "system")
    assert "theme" not in json.loads(file.read_text(encoding="utf-8"))  # a default is not written down
    assert [path.name for path in file.parent.iterdir()] == ["settings.json"]


def test_what_is_not_known_stays(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"future": {"a": [1]}, "theme": "dark"}', encoding="utf-8")
    settings = Settings.load(file)
    assert settings.problems == ()
    settings.choose("device", "cpu")
    assert json.loads(file.read_text(encoding="utf-8")) == {"future": {"a": [1]}, "theme": "dark", "device": "cpu"}


@pytest.mark.parametrize("bad", ['"purple"', "7", "null", "[]", '{"a": 1}', "true"])
def test_a_bad_value_is_told_and_the_default_serves(tmp_path: Path, bad: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(f'{{"theme": {bad}, "device": "cpu"}}', encoding="utf-8")
    settings = Settings.load(file)
    assert [problem.key for problem in settings.problems] == ["theme"]
    assert settings["theme"] == "system"
    assert settings["device"] == "cpu"


@pytest.mark.parametrize("text", ["", "not json", "[1]", '"x"', "\0", "[" * 100_000])
def test_a_broken_file_is_told_and_not_lost_before_a_choice(tmp_path: Path, text: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text, encoding="utf-8")
    settings = Settings.load(file)
    assert settings.problems == (Problem("", str(file)),)
    assert settings["theme"] == "system"
    assert file.read_text(encoding="utf-8") == text


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
HELD = st.dictionaries(
    st.sampled_from([*BY_KEY, "keys", "x"]),
    VALUES
    | st.lists(VALUES, max_size=3)
    | st.dictionaries(st.sampled_from(["accept", "y"]), VALUES | st.lists(VALUES)),
)


@given(HELD)
@limits(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is slow
def test_whatever_the_file_holds_every_setting_has_a_value(
    tmp_path_factory: pytest.TempPathFactory, held: dict
) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.json"
    file.write_text(json.dumps(held), encoding="utf-8")
    settings = Settings.load(file)
    for setting in SETTINGS:
        assert setting.accepts(settings[setting.key])
    assert settings.keys().keys() == {command.id for command in COMMANDS}
    assert settings.analysis().device in ("auto", "cpu", "cuda")


def test_a_value_that_cannot_be_is_refused() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="purple"):
        settings.choose("theme", "purple")
    with pytest.raises(ValueError, match=r"1\.5"):
        settings.choose("recall", 1.5)


def test_an_analysis_is_asked_for_as_it_is_set() -> None:
    settings = Settings()
    settings.choose("device", "cpu")
    settings.choose("recall", 0.8)
    assert (settings.analysis().device, settings.analysis().recall) == ("cpu", 0.8)


def test_no_two_commands_have_one_key() -> None:
    assert collisions({command.id: command.keys for command in COMMANDS}) == {}


def test_keys_are_kept_and_given_back(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    settings = Settings.load(file)
    settings.choose_keys("accept", ["Ctrl+Return"])
    assert Settings.load(file).keys()["accept"] == ("Ctrl+Return",)
    settings.choose_keys("reject", [])
    assert Settings.load(file).keys()["reject"] == ()
    settings.choose_keys("accept", None)
    settings.choose_keys("reject", None)
    assert json.loads(file.read_text(encoding="utf-8")) == {}
    assert collisions({**settings.keys(), "accept": ("R",)}) == {"R": ("accept", "reject")}


def test_bad_keys_are_told(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"keys": {"accept": "A", "reject": ["Q"]}}', encoding="utf-8")
    settings = Settings.load(file)
    assert settings.problems == (Problem("keys.accept", ""),)
    assert settings.keys()["accept"] == ("A",)
    assert settings.keys()["reject"] == ("Q",)


def test_a_file_that_cannot_be_read_is_kept_beside_once_something_is_chosen(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    written = '{"reviewer": "山田 花子", "keys": {"accept": ["Ctrl+Return"]},}'  # a comma too many
    file.write_text(written, encoding="utf-8")
    settings = Settings.load(file)
    settings.keep("export", {"formats": ["docx"]})
    settings.choose("theme", "dark")
    assert json.loads(file.read_text(encoding="utf-8")) == {"export": {"formats": ["docx"]}, "theme": "dark"}
    (aside,) = (other for other in tmp_path.iterdir() if other != file)
    assert aside.name.startswith("settings.damaged-")
    assert aside.read_text(encoding="utf-8") == written


def test_two_windows_keep_each_others_settings(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    one, other = Settings.load(file), Settings.load(file)
    one.choose("reviewer", "山田 花子")
    other.choose("theme", "dark")
    one.choose_keys("accept", ["Ctrl+Return"])
    found = Settings.load(file)
    assert (found["reviewer"], found["theme"], found.keys()["accept"]) == ("山田 花子", "dark", ("Ctrl+Return",))
    other.choose("theme", "system")
    assert Settings.load(file)["theme"] == "system"


def test_what_could_not_be_written_is_written_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.json"
    settings = Settings.load(file)
    settings.choose("reviewer", "山田 花子")

    def fail(*_: object) -> None:
        raise OSError(28, "no space")

    with monkeypatch.context() as full:
        full.setattr("app.ui.settings.write_private", fail)
        with pytest.raises(OSError, match="no space"):
            settings.choose("theme", "dark")
    settings.choose("device", "cpu")
    found = Settings.load(file)
    assert (found["reviewer"], found["theme"], found["device"]) == ("山田 花子", "dark", "cpu")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_the_settings_stays_one(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    kept = tmp_path / "dotfiles" / "fusen.json"
    kept.write_text("{}", encoding="utf-8")
    file = tmp_path / "settings.json"
    file.symlink_to(kept)
    Settings.load(file).choose("theme", "dark")
    assert file.is_symlink()
    assert json.loads(kept.read_text(encoding="utf-8")) == {"theme": "dark"}
