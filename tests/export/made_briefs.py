"""Briefs made by hand with everything that a brief can hold, English and Japanese, and one of hostile text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.analysis.analysis import AnalysisSettings, CoveredMass, Missed, ModelIdentity
from app.documents.document import Language, Notice
from app.export.asking import asked_in
from app.export.brief import (
    Brief,
    BriefDocument,
    BriefFinding,
    BriefLink,
    ChangeNote,
    NotLookedAt,
    Opinion,
    Question,
    Quote,
)

NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
FILES = {"en": "services-agreement.pdf", "ja": "業務委託契約書.pdf"}
TITLES = {"en": "Master Services Agreement", "ja": "業務委託基本契約書"}
TEXTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "en": (
        (
            (
                "The Supplier's total aggregate liability arising out of or in connection with this Agreement, whether in"
                " contract, tort (including negligence) or otherwise, shall not exceed the fees paid in the twelve months"
                " before the claim, except in case of wilful misconduct."
            ),
            "9 Liability",
            "cap-on-liability",
        ),
        (
            "Either party may terminate this Agreement for convenience by giving thirty days' notice.",
            "12 Term and termination",
            "termination-for-convenience",
        ),
        (
            "The Supplier shall not, without the prior written consent of the Customer, assign this Agreement.",
            "14 General",
            "anti-assignment",
        ),
        ("This Agreement is governed by the laws of Japan.", "14 General", "governing-law"),
    ),
    "ja": (
        (
            (
                "受託者は、本契約に関連して委託者に生じた損害について、債務不履行、不法行為その他請求原因のいかんを問わず、"
                "当該損害の直接の原因となった個別契約に基づき委託者が現に支払った委託料の総額を限度としてのみ賠償する責任を負う。"
                "ただし、故意又は重過失による場合はこの限りでない。"
            ),
            "第9条（損害賠償）",
            "cap-on-liability",
        ),
        (
            "各当事者は、三十日前までに書面で通知することにより、理由を問わず本契約を解約することができる。",
            "第12条（解約）",
            "termination-for-convenience",
        ),
        (
            "受託者は、委託者の事前の書面による承諾なく、本契約上の地位を第三者に譲渡してはならない。",
            "第14条（譲渡禁止）",
            "anti-assignment",
        ),
        ("本契約は、日本法に準拠し、日本法に従って解釈される。", "第18条（準拠法）", "governing-law"),
    ),
}
COMMENTS = {
    "en": "Below what we agreed in 2024. Is twelve months enough?",
    "ja": "2024 年の合意を下回る。十二か月分で十分でしょうか。",
}
OWNERS = {"en": "Sato", "ja": "佐藤"}
REVIEWERS = {"en": ("Sato", "Mori"), "ja": ("佐藤", "森")}
PURPOSES = {"en": "Negotiation meeting of 2 April 2026", "ja": "2026年4月2日 契約交渉会議"}


def full_brief(language: Language = "en", findings: int = 4) -> Brief:
    """With so many findings, of which every fourth kind has other things beside it; three are undecided."""
    made = tuple(finding(number, language) for number in range(findings))
    undecided = tuple(
        replace(finding(number, language), decision="undecided", comment="", opinions=(), owner="", due="", reviewer="")
        for number in range(findings, findings + 3)
    )
    quote = made[0].quote if made else undecided[0].quote
    about = made[0].id if made else undecided[0].id
    question = asked_in(COMMENTS[language])[0]
    return Brief(
        title=TITLES[language],
        purpose=PURPOSES[language],
        language=language,
        created_at=NOW,
        documents=(document(language),),
        summary=tuple(each.quote for each in made[:2]),
        findings=made,
        undecided=undecided,
        rejected=2,
        questions=(
            Question("asked", quote, about, question),
            Question("disagreement", quote, about),
            Question("raised", undecided[0].quote, undecided[0].id),
        ),
        reviewers=REVIEWERS[language],
        audit_head="5f" * 32,
        changes=(ChangeNote("changed", quote, TEXTS[language][1][0], about),),
    )


def document(language: Language) -> BriefDocument:
    """Whose pages were not all shown."""
    return BriefDocument(
        file=FILES[language],
        title=TITLES[language],
        sha256="ab" * 32,
        format="pdf",
        page_count=12,
        kind="contract",
        language=language,
        model=ModelIdentity("fusen-base", "1.0", "cd" * 32),
        settings=AnalysisSettings(),
        density=0.18,
        covered_mass=CoveredMass(0.961, 0.951, 0.969),
        device="cpu",
        not_looked_at=NotLookedAt(180, 140, 3, 0.71, ((4, 6), (9, 10)), 12, True),
        warnings=(Notice("page-left-out", "These pages could not be read: 12."),),
        read_deeply=0.62,
        missed=Missed(1.2, 0.3, 4.0),
        version="v2",
        recall=0.9,
    )


def finding(number: int, language: Language) -> BriefFinding:
    """The first of four has everything."""
    text, section, tag = TEXTS[language][number % 4]
    page = 1 + number % 12
    rich = number % 4 == 0
    other, other_section, _ = TEXTS[language][(number + 1) % 4]
    reviewers = REVIEWERS[language]
    return BriefFinding(
        quote=Quote(FILES[language], page, text, str(page)),
        language=language,
        tags=(tag,),
        importance=(0.93, 0.71, 0.64, 0.38)[number % 4],
        interval=((0.86, 0.97), (0.6, 0.8), (0.3, 0.85), (0.2, 0.5))[number % 4],
        decision=("accepted", "edited", "added", "accepted")[number % 4],
        comment=COMMENTS[language] if rich else "",
        proposed=text[:-4] if number % 4 == 1 else "",
        owner=OWNERS[language] if number % 2 == 0 else "",
        due="2026-04-30" if rich else "",
        raised=rich,
        scored=number % 4 != 2,
        id=f"{number:032x}",
        start=1000 * number,
        end=1000 * number + len(text),
        quads=((72.0, 100.0, 500.0, 100.0, 500.0, 112.0, 72.0, 112.0),),
        section=(TITLES[language], section),
        links=(BriefLink("exception", Quote(FILES[language], page, other, str(page)), 0.8, False, (other_section,)),)
        if rich
        else (),
        probabilities=(0.8,),
        reviewer=reviewers[0],
        opinions=(Opinion(reviewers[0], "accepted"), Opinion(reviewers[1], "rejected")) if rich else (),
        document="ab" * 32,
    )


HOSTILE = (
    '=HYPERLINK("http://example.invalid","x")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1+1",
    "\r=cmd|' /C calc'!A0",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %}",
    "null \x00 bell \x07 half \ud83d feed\x0c non-character \uffff",
    "‮اَلْعَرَبِيَّةُ right to left",
    "👩🏽‍⚖️ 🇯🇵 𠮷野家 é",
    "]]> & &amp; \\ ` * _ | # [a](b) <https://example.invalid>",
    "http://example.invalid/" + "a" * 300,
    "BEGIN:VEVENT\r\nSUMMARY:not mine\nEND:VEVENT;,:\\n",
    "0123456789",
    "1e5",
    "long " * 8000,
)
"""What a document, or a colleague, might write to make an export run, load or break something."""


def hostile_brief() -> Brief:
    """Every text of it is hostile, each once at every place."""
    base = full_brief()
    findings = tuple(
        replace(
            finding(0, "en"),
            id=f"h{number}",
            quote=Quote(text[:200], 1, text, text[:30]),
            tags=(text[:60],),
            comment=text,
            owner=text[:300],
            section=(text[:120],),
            opinions=(Opinion(text[:60], "accepted", text),),
            links=(BriefLink("reference", Quote(text[:200], 1, text, "1"), 0.8, True, (text[:100],)),),
        )
        for number, text in enumerate(HOSTILE)
    )
    text = HOSTILE[6]
    return replace(
        base,
        title=f"{text} =1+1",
        purpose=text,
        findings=findings,
        questions=tuple(Question("asked", each.quote, each.id, each.quote.text) for each in findings),
        changes=(ChangeNote("changed", findings[0].quote, text, "h0"),),
        summary=tuple(each.quote for each in findings),
        reviewers=(text,),
        documents=(replace(base.documents[0], title=text, file=text, version=HOSTILE[0]),),
        groups=((text, tuple(range(len(findings)))),),
    )
