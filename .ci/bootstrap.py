"""Make the project's virtual environment, once, and say plainly what is wrong when that cannot be done.

``make`` calls this before every target; where the environment is current it returns at once. Standard
library only, and written so that Python 3.6 can still parse it: an old interpreter gets the message about
its age instead of a syntax error.
"""

import argparse
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import torch_choice

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
OLDEST = (3, 11)
STAMP = "tvplab-install.json"
# Defaults of our environment, and where its programs look for them; a user's own settings come before these.
# JupyterLab saves only when told to (the notebooks are under version control, and checked) and asks nothing
# about news; a kernel writes its errors to the terminal and not that it speaks without encryption to itself.
SETTINGS = {
    ".ci/lab_settings.json": "share/jupyter/lab/settings/overrides.json",
    ".ci/kernel_settings.json": "etc/ipython/ipython_kernel_config.json",
}
OFFLINE_SIGNS = (
    "Could not find a version",
    "NewConnectionError",
    "Temporary failure",
    "Name or service not known",
)
DISK_GB = {"auto": 3.0, "cpu": 3.0, "gpu": 12.0, "none": 2.0}


class Refused(Exception):
    """The environment cannot be made; the message tells the user why and what to do."""


def runs(name):
    """Tell whether a command of this name is there and starts (a version manager's stand-in may not)."""
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return bool(shutil.which(name)) and subprocess.call([name, "--version"], **silent) == 0


def check_python(version, runs=runs):
    """Refuse a Python older than `OLDEST`, naming a newer one that runs here if there is one."""
    if tuple(version[:2]) >= OLDEST:
        return
    newer = [name for name in ("python3.13", "python3.12", "python3.11") if runs(name)]
    advice = (
        "This one will do: make lab PYTHON=" + newer[0]
        if newer
        else "Install a newer Python and name it: make lab PYTHON=python3.12"
    )
    raise Refused("tvplab needs Python 3.11 or newer, and this is {}.{}.\n{}".format(*version[:2], advice))


def check_venv_module(find_spec=importlib.util.find_spec):
    """Refuse a Python that cannot make virtual environments (Debian splits that part off)."""
    absent = [name for name in ("venv", "ensurepip") if find_spec(name) is None]
    if absent:
        raise Refused(
            f"This Python has no module `{absent[0]}`, so it cannot make a virtual environment.\n"
            "On Debian and Ubuntu: sudo apt install python3-venv"
        )


def check_disk(venv, needed_gb, disk_usage=shutil.disk_usage):
    """Refuse when the disk that will hold `venv` has less than `needed_gb` gigabytes free."""
    place = next(path for path in (venv, *venv.parents) if path.exists())
    free_gb = disk_usage(str(place)).free / 1e9
    if free_gb < needed_gb:
        raise Refused(
            f"The disk that holds {place} has {free_gb:.1f} GB free; "
            f"the installation needs about {needed_gb:.0f} GB.\n"
            "Make room, or put the environment elsewhere: make lab VENV=/another/disk/venv"
        )


def fingerprint(root=ROOT):
    """Return the hash of what decides the environment's content: requirements, pins, settings, the place."""
    content = hashlib.sha256(str(root).encode())
    for name in ("pyproject.toml", "constraints.txt", *sorted(SETTINGS)):
        content.update((root / name).read_bytes())
    return content.hexdigest()


def read_stamp(venv):
    """Return what the last installation wrote into `venv` (an empty dict: nothing, or unreadable)."""
    try:
        return json.loads((venv / STAMP).read_text())
    except (OSError, ValueError):
        return {}


def write_stamp(venv, **fields):
    """Record the state of the installation in `venv`."""
    (venv / STAMP).write_text(json.dumps(fields))


def is_current(stamp, key, choice):
    """Tell whether a finished installation with this `key` already answers the torch `choice`."""
    return stamp.get("state") == "done" and stamp.get("key") == key and choice in ("auto", stamp.get("torch"))


def explain(output):
    """Return one line of advice for the commonest reasons why pip fails."""
    if "No space left on device" in output:
        return "The disk is full: make room and run the same command again."
    if any(sign in output for sign in OFFLINE_SIGNS):
        return "Is this machine online? Once it is, run the same command again."
    return "Run the same command again once the cause above is gone."


def run(label, command):
    """Run one step of the installation: a line while it works, its whole output only if it fails."""
    print(f"tvplab: {label} ... ", end="", flush=True)
    start = time.monotonic()
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=str(ROOT)
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        print("failed", flush=True)
        raise Refused(output + "\n" + explain(output))
    print(f"{time.monotonic() - start:.0f} s", flush=True)


def make_venv(venv, stamp):
    """Make `venv`, afresh where one of ours was cut short or lost its Python; tell whether it is ours."""
    ours = stamp.get("made_here", False)
    if ours and (stamp.get("state") == "installing" or not (venv / "bin" / "python").exists()):
        print("tvplab: the environment is not whole; starting again", flush=True)
        shutil.rmtree(str(venv))
    fresh = not (venv / "pyvenv.cfg").exists()
    venv.mkdir(parents=True, exist_ok=True)
    write_stamp(venv, state="installing", made_here=fresh or ours, torch=stamp.get("torch"))
    if fresh:
        run(f"making {venv}", [sys.executable, "-m", "venv", str(venv)])
    return fresh or ours


def install_packages(python):
    """Install pip, then the project and its dependencies, at the pinned versions."""
    pip = [str(python), "-m", "pip", "install", "--no-input", "-c", str(CONSTRAINTS)]
    run("preparing pip", [*pip, "pip"])
    project = [*pip, "--build-constraint", str(CONSTRAINTS), "-e", ".[dev]"]
    run("installing packages (a few minutes)", project)
    run("compiling the Kalman filter", [str(python), str(ROOT / ".ci" / "warm_up.py")])


def write_settings(venv):
    """Put our defaults where the programs of `venv` look for them."""
    for source, place in SETTINGS.items():
        (venv / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(ROOT / source), str(venv / place))


def torch_report(python):
    """Return pip's dry-run report for torch, or None when pip finds no torch to install."""
    command = torch_choice.dry_run_command(python, CONSTRAINTS)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return json.loads(done.stdout.decode()) if done.returncode == 0 else None


def install_torch(python, choice):
    """Install torch as `choice` says; return what is there now: cpu, gpu, none or missing."""
    report = torch_report(python) if choice in ("auto", "cpu") else None
    installer = torch_choice.plan(choice, report)
    if installer == "skip":
        return "none"
    try:
        if installer == "uv":
            pip = [str(python), "-m", "pip", "install", "--no-input", "-c", str(CONSTRAINTS), "uv"]
            run("fetching uv, which knows PyTorch's CPU wheels", pip)
        run("installing torch", torch_choice.install_command(python, CONSTRAINTS, installer))
    except Refused:
        if choice != "auto" or installer == "pip":
            raise
        print("tvplab: " + torch_choice.LEFT_OUT.replace("\n", "\ntvplab: "), flush=True)
        return "missing"
    return "gpu" if choice == "gpu" else "cpu"


def ensure(venv, choice):
    """Bring `venv` up to date, or return at once where it is."""
    stamp, key = read_stamp(venv), fingerprint()
    if (venv / "bin" / "python").exists() and is_current(stamp, key, choice):
        return
    choice = torch_choice.settle(choice, stamp.get("torch"))
    check_venv_module()
    check_disk(venv, DISK_GB[choice])
    made_here = make_venv(venv, stamp)
    python = venv / "bin" / "python"
    install_packages(python)
    if made_here:
        write_settings(venv)
    try:
        torch = install_torch(python, choice)
    except Refused:
        write_stamp(venv, state="done", key=key, torch="missing", made_here=made_here)
        raise
    write_stamp(venv, state="done", key=key, torch=torch, made_here=made_here)


def main(argv=None):
    """Run from the command line: ``bootstrap.py --venv DIR --torch auto|cpu|gpu|none``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--venv", default=".venv")
    parser.add_argument("--torch", default="auto", choices=torch_choice.CHOICES)
    options = parser.parse_args(argv)
    try:
        check_python(sys.version_info)
        ensure(Path(options.venv).expanduser().absolute(), options.torch)
    except Refused as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again: it starts afresh.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
