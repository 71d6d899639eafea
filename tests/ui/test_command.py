"""The command ``polyguest``."""

import pytest

from ui import serve
from ui.command import main


def test_messages_name_the_command_that_was_called(capsys):
    assert main(["analyse"]) == 2
    assert "'polyguest analyse --help'" in capsys.readouterr().err


def test_help_lists_the_app_beside_the_commands(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert "start the web app" in shown
    assert "analyse" in shown


def test_app_hands_its_options_to_streamlit(monkeypatch):
    given = []

    def serve_nothing(options):
        given.append(list(options))
        raise SystemExit(0)

    monkeypatch.setattr(serve, "main", serve_nothing)
    for arguments in (["app"], ["app", "--server.port", "8502"], ["--verbose", "app"]):
        with pytest.raises(SystemExit):
            main(arguments)
    assert given == [[], ["--server.port", "8502"], []]


def test_help_of_the_app_starts_nothing(monkeypatch, capsys):
    monkeypatch.setattr(serve, "main", lambda _options: pytest.fail("started"))
    with pytest.raises(SystemExit):
        main(["app", "--help"])
    assert "polyguest app" in capsys.readouterr().out
