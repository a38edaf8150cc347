"""A process that confines itself and then becomes LibreOffice: `python -m app.workers.conversion FOLDER PROGRAM ARGUMENT...`.

Started by `app.workers.converting`. What a hostile file makes LibreOffice do meets walls like the document worker's: no
network, no writing outside `FOLDER`, no endless memory or time.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

NOT_STARTED = 127
"""The exit status where the program cannot be started, as shells have it."""


def main() -> None:
    """Confine this process, then run the program in its place."""
    # Not above: the client, which takes only the exit status from here, has no use for it.
    from app.workers.confinement import confine_program

    folder, program, *arguments = sys.argv[1:]
    confine_program(Path(folder))
    try:
        os.execv(program, [program, *arguments])  # noqa: S606 -- LibreOffice, found on this machine; no shell is involved
    except OSError:
        sys.exit(NOT_STARTED)


if __name__ == "__main__":
    main()
