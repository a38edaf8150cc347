"""What to say of a finding in a meeting: its own words, shortened at the limits of clauses, and how sure anyone is of it.

Nothing is said that the brief does not hold. Words that were left out are marked …, and where an exception is among them that
is said too: a rule without its exception would be another rule.
"""

from __future__ import annotations

import re
from itertools import accumulate

from app.documents.document import Language
from app.export import wording
from app.export.asking import asked_in
from app.export.brief import Brief, BriefFinding
from app.export.wording import date_words, printable, say

_MOST = {"en": 200, "ja": 90}
"""Characters that can be said in one breath or two."""
_LIMIT = {
    "en": re.compile(r"(?<=[,;:.])\s+|\s+(?=[–—])"),
    "ja": re.compile(r"(?<=[、，；。])|(?<=[、，；。]」)|(?=（)"),
}
_EXCEPTION = re.compile(
    r"\b(?:except|unless|provided(?:,? however)?,? that|save (?:for|that|as)|other than|notwithstanding|however|subject to)\b"
    r"|ただし|但し|を除[きくい]|の限りでな|の限りではな|にかかわらず|に限[りる]",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:shall|must|may|will|should|would|can|cannot|could|is|are|was|were|has|have|had|does|do|did|agrees?|means?|includes?)\b",
    re.IGNORECASE,
)
_INNER = str.maketrans("「」", "『』")
"""Japanese sets a quotation within another one in these."""
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SURE, _LIKELY, _WIDE = 0.8, 0.5, 0.4
"""Importance from which the model is sure, or holds it to be likely; width of the interval from which it knows little."""


def phrase(finding: BriefFinding, brief: Brief) -> str:
    """A few short sentences in the language of the brief; the quotation stays in that of the document."""
    language = brief.language
    text = printable(finding.quote.text)
    short = shortened(text, finding.language)
    words = short.rstrip(".。;； ") or "…"
    quote = say("phrase-quote", language, text=words.translate(_INNER) if language == "ja" else words)
    place = _place(finding, brief)
    sentences = [
        say("phrase-place", language, place=place, quote=quote)
        if place
        else say("phrase-no-place", language, quote=quote)
    ]
    if _hides_exception(text, short):
        sentences.append(say("phrase-exception", language))
    if finding.tags:
        sentences.append(say("phrase-tags", language, tags=wording.tag_words(finding.tags, language)))
    sentences += [certainty(finding, language), *_task(finding, language)]
    asked = asked_in(finding.comment)
    if asked:
        sentences.append(say("phrase-asks", language, question=printable(asked[0])))
    return ("" if language == "ja" else " ").join(sentences)


def certainty(finding: BriefFinding, language: Language) -> str:
    """How sure the model is, and what people decided, as one sentence (in Japanese two)."""
    parts = (_model_words(finding, language), _people_words(finding, language))
    sentence = say("phrase-between", language).join(parts)
    return say("phrase-end", language, text=sentence[:1].upper() + sentence[1:])


def shortened(text: str, language: Language) -> str:
    """The text, or so much of it at the limits of its clauses as can be said, with … for what is left out.

    English keeps the beginning, or where the verb stands behind insertions, the subject and what goes on with the verb.
    Japanese keeps the end as well, where the verb stands, and with it whether it is negated.
    """
    most = _MOST[language]
    if len(text) <= most:
        return text
    clauses = _LIMIT[language].split(text)
    return _ends(clauses, text, most) if language == "ja" else _beginning(clauses, text, most)


def _beginning(clauses: list[str], text: str, most: int) -> str:
    head = _fitting(clauses, most)
    # An insertion ends where a clause goes on with the verb; elsewhere words might be left out that belong together.
    verb = next((number for number, clause in enumerate(clauses) if _VERB.match(clause)), 0)
    if verb == 0 or _VERB.search(head):
        # Where a long clause follows, some of it: else a sentence might end before its object.
        return (head if len(head) >= most // 2 else _words(text, most)) + " …"
    subject = _words(clauses[0], most // 2) if len(clauses[0]) > most // 2 else clauses[0].rstrip(" ,;:")
    rest = _fitting(clauses[verb:], most - len(subject)) or _words(clauses[verb], most - len(subject))
    ended = " …" if len(rest) < len(" ".join(clauses[verb:])) else ""
    return f"{subject} … {rest}{ended}"


def _fitting(clauses: list[str], most: int) -> str:
    """So many clauses from the first on as are not too long together."""
    lengths = list(accumulate(len(clause) + 1 for clause in clauses))
    return " ".join(clauses[: sum(length <= most for length in lengths)]).rstrip(" ,;:")


def _words(text: str, most: int) -> str:
    """So many words."""
    return text[:most].rsplit(None, 1)[0].rstrip(" ,;:") if len(text) > most else text.rstrip(" ,;:")


def _ends(clauses: list[str], text: str, most: int) -> str:
    clauses = [clause for clause in clauses if clause]
    sentence_end = next((n for n, clause in enumerate(clauses, start=1) if clause.endswith("。")), len(clauses))
    first = clauses[:sentence_end]
    left_out = "…" if sentence_end < len(clauses) else ""
    whole = "".join(first)
    if len(whole) <= most:
        return whole + left_out
    end, head = first[-1], ""
    if len(end) > most * 2 // 3:
        end = end[-(most * 2 // 3) :]  # one long clause: of two evils, rather its beginning than its verb
    for clause in first[:-1]:
        if len(head) + len(clause) + len(end) > most:
            break
        head += clause
    return f"{head}…{end}{left_out}"


def _hides_exception(text: str, short: str) -> bool:
    return len(_EXCEPTION.findall(text)) > len(_EXCEPTION.findall(short))


def _place(finding: BriefFinding, brief: Brief) -> str:
    language, quote = brief.language, finding.quote
    page = printable(quote.label) or (str(quote.page) if quote.page is not None else "")
    section = printable(finding.section[-1]) if finding.section else ""
    key = "page-section" if page and section else "page" if page else "section" if section else ""
    place = say(f"phrase-{key}", language, page=page, section=section) if key else ""
    if len(brief.documents) == 1 or not place:
        return place if len(brief.documents) == 1 else printable(quote.file)
    lower = place[:1].lower() + place[1:]
    return say("phrase-of-file", language, file=printable(quote.file), place=lower)


def _model_words(finding: BriefFinding, language: Language) -> str:
    if not finding.scored:
        return say("phrase-not-scored", language)
    low, high = finding.interval
    if finding.importance >= _SURE and low >= _LIKELY:
        return say("phrase-sure", language)
    if high - low > _WIDE:
        return say("phrase-vague", language)
    return say("phrase-likely" if finding.importance >= _LIKELY else "phrase-unsure", language)


def _people_words(finding: BriefFinding, language: Language) -> str:
    if finding.settled_at:
        return say("phrase-settled", language, words=wording.settled_words(finding, language))
    decided = [opinion for opinion in finding.opinions if opinion.decision != "undecided"]
    if len(decided) > 1:
        if len({opinion.decision == "rejected" for opinion in decided}) > 1:
            opinions = say("separator", language).join(
                say(
                    "opinion",
                    language,
                    reviewer=printable(each.reviewer),
                    decision=wording.decision_words(each.decision, language),
                )
                for each in decided
            )
            return say("phrase-disagreed", language, opinions=opinions)
        count = _COUNTS[len(decided)] if language == "en" and len(decided) < len(_COUNTS) else len(decided)
        return say("phrase-agreed", language, count=count)
    return say(f"phrase-{finding.decision}", language)


def _task(finding: BriefFinding, language: Language) -> tuple[str, ...]:
    owner, due = printable(finding.owner), date_words(finding.due, language) if finding.due else ""
    if owner and due:
        return (say("phrase-owner-due", language, owner=owner, due=due),)
    if owner:
        return (say("phrase-owner", language, owner=owner),)
    return (say("phrase-due", language, due=due),) if due else ()
