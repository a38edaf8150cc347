"""Decides on findings for ever and says each decision aloud once it is stored; the test kills it in the middle."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from samples import make_analysis, make_document

from app.review.operations import SetComment, SetDecision
from app.workspace.store import Workspace


def main(path: str, first: str) -> None:
    document = make_document()
    with Workspace.open(Path(path)) as workspace:
        for number in itertools.count(int(first)):
            finding = workspace.findings(document.sha256)[number % 3]
            workspace.apply(SetDecision(finding.id, "accepted" if finding.decision == "rejected" else "rejected"))
            workspace.apply(SetComment(finding.id, str(number)))
            if number % 7 == 0:
                workspace.save_analysis(document, make_analysis(document))
            print(number, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
