"""Open JupyterLab on the map of the lessons: with or without a browser, as root or not, on one port.

Standard library only; run by ``make lab`` with the environment's Python.
"""

import argparse
import os
import socket
import sys

NOTEBOOK = "notebooks/00_start_here.ipynb"


def wants_browser(environ, platform):
    """Tell whether to open a browser: not when told ``BROWSER=no``, not on a Linux without a screen."""
    if environ.get("BROWSER", "").lower() == "no":
        return False
    screen = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return bool(screen) or platform != "linux"


def lab_arguments(port, uid, browser):
    """Return JupyterLab's arguments: the first page, the port and no other, what root and servers need."""
    arguments = [f"--LabApp.default_url=/lab/tree/{NOTEBOOK}", f"--port={port}", "--ServerApp.port_retries=0"]
    arguments.append("--Application.log_level=ERROR")  # errors and the address, which the server always says
    if uid == 0:
        arguments.append("--allow-root")
    if not browser:
        arguments.append("--no-browser")
    return arguments


def port_is_free(port):
    """Tell whether nothing listens on this port of the machine (port 0, any free one, always is)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def main(argv=None):
    """Run from the command line: ``open_lab.py --port PORT [further JupyterLab flags]``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8888)
    options, further = parser.parse_known_args(argv)
    if not port_is_free(options.port):
        advice = f"Stop what listens there, or take another: make lab PORT={options.port + 1}"
        print(f"Port {options.port} is taken. {advice}", file=sys.stderr)
        return 1
    browser = wants_browser(os.environ, sys.platform)
    if not browser:
        os.environ.pop("BROWSER", None)
    print("tvplab: JupyterLab starts; its address follows. Control-C stops it.", flush=True)
    arguments = lab_arguments(options.port, os.getuid(), browser)
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *arguments, *further])


if __name__ == "__main__":
    sys.exit(main())
