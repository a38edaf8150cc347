"""The document worker: opens, reads, draws and annotates files in a process of its own; a hostile file can only kill it.

Started as `python -m app.workers.document_worker [SCRATCH]`. It confines itself before it loads a parser or takes a call, and
so before any thread exists that the confinement would not hold for.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.workers.confinement import confine


def main() -> None:
    """Confine this process, then answer calls until the client closes the pipe."""
    confinement = confine(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    # Not before: the handler loads the parsers, and these threads.
    from app.workers.document_handler import DocumentHandler
    from app.workers.protocol import OpenDocument, RenderPage
    from app.workers.serving import serve

    serve(DocumentHandler(confinement), urgent=(RenderPage, OpenDocument))


if __name__ == "__main__":
    main()
