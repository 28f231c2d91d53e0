import socket

import open_lab
import pytest


@pytest.mark.parametrize(
    ("environ", "platform", "opens"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({"BROWSER": "no"}, "darwin", False),
        ({"BROWSER": "firefox", "DISPLAY": ":0"}, "linux", True),
    ],
)
def test_when_a_browser_opens(environ, platform, opens):
    assert open_lab.wants_browser(environ, platform) is opens


def test_arguments_for_a_person_and_for_root_on_a_server():
    person = open_lab.lab_arguments(8888, uid=1000, browser=True)
    assert person == [
        "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb",
        "--port=8888",
        "--ServerApp.port_retries=0",
        "--Application.log_level=ERROR",
    ]
    assert open_lab.lab_arguments(8888, uid=0, browser=False) == [*person, "--allow-root", "--no-browser"]


def test_a_taken_port_is_said_not_replaced(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert open_lab.main(["--port", str(port)]) == 1
    message = capsys.readouterr().err
    assert f"Port {port} is taken" in message
    assert f"PORT={port + 1}" in message
    assert open_lab.port_is_free(port)
