"""Results on disk: one line a finished cell, whole or not counted."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from tvplab.replicate.study import Task, cell_key

try:
    import fcntl
except ImportError:  # Windows: two runs at once are not refused there
    fcntl = None


class Store:
    """The results of one task in one mode, in the file `<folder>/<task>-<mode>.jsonl`."""

    def __init__(self, folder: Path | str, task: Task, mode: str):
        self.task = task
        self.path = Path(folder) / f"{task.name}-{mode}.jsonl"

    def results(self) -> dict[str, dict]:
        """Return key → result of every finished cell of the task's present version.

        A line that a kill cut short is no result; neither is one of another version.
        """
        found = {}
        for line in self.path.read_bytes().splitlines() if self.path.exists() else ():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                row = json.loads(line)
                if row["version"] == self.task.version:
                    found[cell_key(row["cell"])] = row["result"]
        return found

    def append(self, cell: dict, result: dict) -> None:
        """Write one finished cell in one call, on a line of its own whatever the file ends with."""
        line = self._line(cell, result)
        with open(self.path, "ab") as file:
            file.write(line if _ends_whole(self.path) else b"\n" + line)
            file.flush()
            os.fsync(file.fileno())

    def tidy(self) -> None:
        """Rewrite the file in the order of the keys, whole results only; the old file stays until the new is there."""
        found = self.results()
        if not found and not self.path.exists():
            return
        new = self.path.with_suffix(".new")
        new.write_bytes(b"".join(self._line(json.loads(key), found[key]) for key in sorted(found)))
        os.replace(new, self.path)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep a second run away from the file.

        Raises
        ------
        OSError
            When another run writes to it.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_suffix(".lock"), "w") as file:
            if fcntl:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise OSError(
                        f"{self.path}: another `replicate` is writing to it; wait for it, or use --out"
                    ) from None
            yield

    def _line(self, cell: dict, result: dict) -> bytes:
        row = {"version": self.task.version, "cell": cell, "result": result}
        return (json.dumps(row, sort_keys=True, separators=(",", ":")) + "\n").encode()


def _ends_whole(path: Path) -> bool:
    """Tell whether the file is empty or ends with a line break."""
    if path.stat().st_size == 0:
        return True
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
