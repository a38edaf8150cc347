"""Which outputs the model has: importance and tags for each kind of document. The order is that of the head's outputs."""

from __future__ import annotations

from typing import Literal

Kind = Literal["contract", "report", "design"]
KINDS: tuple[Kind, ...] = ("contract", "report", "design")

CONTRACT_TAGS = (
    "document-name",
    "parties",
    "agreement-date",
    "effective-date",
    "expiration-date",
    "renewal-term",
    "notice-period-to-terminate-renewal",
    "governing-law",
    "most-favored-nation",
    "competitive-restriction-exception",
    "non-compete",
    "exclusivity",
    "no-solicit-of-customers",
    "no-solicit-of-employees",
    "non-disparagement",
    "termination-for-convenience",
    "rofr-rofo-rofn",
    "change-of-control",
    "anti-assignment",
    "revenue-profit-sharing",
    "price-restrictions",
    "minimum-commitment",
    "volume-restriction",
    "ip-ownership-assignment",
    "joint-ip-ownership",
    "license-grant",
    "non-transferable-license",
    "affiliate-license-licensor",
    "affiliate-license-licensee",
    "unlimited-all-you-can-eat-license",
    "irrevocable-or-perpetual-license",
    "source-code-escrow",
    "post-termination-services",
    "audit-rights",
    "uncapped-liability",
    "cap-on-liability",
    "liquidated-damages",
    "warranty-duration",
    "insurance",
    "covenant-not-to-sue",
    "third-party-beneficiary",
)
DESCRIPTIVE_TAGS = frozenset({"document-name", "parties", "agreement-date", "effective-date"})
"""Contract tags that only describe the contract; every other tag marks a passage that a reviewer must read."""

REPORT_TAGS = (
    "finding",
    "recommendation",
    "risk",
    "conclusion",
    "limitation",
    "root-cause",
    "impact",
    "action-item",
    "requirement",
)
DESIGN_TAGS = (
    "decision",
    "requirement",
    "risk",
    "trade-off",
    "alternative",
    "open-question",
    "goal",
    "non-goal",
    "compatibility",
    "security",
    "drawback",
)
CONFIDENTIALITY_TAGS = (
    "explicit-identification",
    "none-inclusion-of-non-technical-information",
    "inclusion-of-verbally-conveyed-information",
    "limited-use",
    "sharing-with-employees",
    "sharing-with-third-parties",
    "notice-on-compelled-disclosure",
    "confidentiality-of-agreement",
    "no-reverse-engineering",
    "permissible-development-of-similar-information",
    "permissible-acquirement-of-similar-information",
    "no-licensing",
    "return-of-confidential-information",
    "permissible-copy",
    "no-solicitation",
    "survival-of-obligations",
    "permissible-post-agreement-possession",
)
"""Tags of non-disclosure agreements: they teach the encoder, and are not shown."""

TAGS: dict[str, tuple[str, ...]] = {
    "contract": CONTRACT_TAGS,
    "report": REPORT_TAGS,
    "design": DESIGN_TAGS,
    "confidentiality": CONFIDENTIALITY_TAGS,
}
"""Tag groups in the order of the outputs. The first three are kinds of document."""


def tag_slice(group: str) -> slice:
    """Where the tags of `group` lie among the tag outputs."""
    start = 0
    for name, tags in TAGS.items():
        if name == group:
            return slice(start, start + len(tags))
        start += len(tags)
    raise KeyError(group)


TAG_COUNT = sum(map(len, TAGS.values()))
