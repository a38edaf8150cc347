"""Findings of all documents whose words changed in a newer version since something was said of them, and that nobody answered.

They are listed whether or not the model selects them. `Versions.asked_again` says of one document what was said before.
"""

from __future__ import annotations

from app.workspace import packing

# From where words changed on through the versions in which they did not change again and that the reviewer did not answer.
ASKED = (
    "WITH RECURSIVE asked (finding_id) AS ("
    "SELECT finding_id FROM carried WHERE kind NOT IN ('same', 'moved')"
    " UNION SELECT carried.finding_id FROM asked CROSS JOIN carried ON source_id = asked.finding_id"
    " CROSS JOIN findings ON id = source_id AND decision = 'undecided')"
)
FROM_ASKED = f"FROM asked CROSS JOIN findings ON id = asked.finding_id WHERE NOT {packing.SHOWN}"
"""Those that `packing.SHOWN` leaves out: the model does not select them, and nothing is said of them."""
COUNT_ASKED = f"{ASKED} SELECT document_sha256, count(*) {FROM_ASKED} GROUP BY document_sha256"
