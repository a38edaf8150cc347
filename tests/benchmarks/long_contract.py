"""The contract that benchmarks read: the example agreement over and over, with other parties, numbers and dates each time."""

from __future__ import annotations

import random
import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "resources" / "examples" / "source" / "services-agreement.md"
COPIES = 8
SEED = 7
OTHER_WORDS = {
    "Customer": ("Client", "Purchaser", "Licensee", "Recipient"),
    "Provider": ("Supplier", "Vendor", "Licensor", "Contractor"),
    "Platform": ("System", "Solution", "Software", "Application"),
    "Services": ("Work", "Deliveries", "Support Services", "Offerings"),
}


def long_contract(seed: int = SEED) -> str:
    """The text of the agreement `COPIES` times, each with other words for the parties and other numbers."""
    chance = random.Random(seed)
    body = SOURCE.read_text(encoding="utf-8").partition("\n\n")[2]
    copies = []
    for _ in range(COPIES):
        text = body
        for word, others in OTHER_WORDS.items():
            text = re.sub(rf"\b{word}\b", chance.choice((word, *others)), text)
        copies.append(re.sub(r"\b\d{2,3}\b", lambda _match: str(chance.randint(10, 400)), text))
    return "\n\n".join(copies)
