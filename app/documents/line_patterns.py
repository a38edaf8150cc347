"""What the start or end of a line says: a list's marker, a clause's number, a sentence's end, a page number."""

from __future__ import annotations

import re

from app.documents.pdf_lines import SOFT_HYPHEN

CJK = "[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
STARTS_CJK = re.compile(CJK)
ENDS_CJK = re.compile(CJK + "$")
ENDS_SENTENCE = re.compile(r"[.!?:;。！？：；…][\"'”’)\]」』）]*$")
LEADER = re.compile(r"[.．…‥・]{4,}\s*\S{0,6}$|(?:\. ){4,}\s*\S{0,6}$")
MARKER = re.compile(
    r"(?:[•●○◦▪■□–—*·・◆◇➢]|\((?:[a-zA-Z]|[ivxIVX]{1,5}|\d{1,2})\)|（(?:[一二三四五六七八九十]{1,3}|[0-9０-９]{1,2}|[ア-ン])）"
    r"|(?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2})\)|[①-⑳㈠-㈩])(?=\s|[^\W\d_a-zA-Z])"
)
NUMBER = re.compile(
    r"(?:(?:ARTICLE|Article|SECTION|Section|CHAPTER|Chapter|PART|Part|SCHEDULE|Schedule|EXHIBIT|Exhibit|ANNEX|Annex|APPENDIX"
    r"|Appendix)\s+(?:\d+(?:\.\d+)*|[IVXLC]+|[A-Z])\b|第\s*[0-9０-９一二三四五六七八九十百]+\s*[編章節条款]"
    r"|[0-9０-９]{1,2}(?:[.．][0-9０-９]{1,2})*[.．]?(?=\s)|[IVX]{1,5}\.(?=\s))"
)
PAGE_NUMBER = re.compile(
    r"[\s\-–—−|]*(?:page|p\.)?\s*(?:[A-Z]{1,2}-)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[\s\-–—−|.]*",
    re.IGNORECASE,
)
DIGITS = re.compile(r"\d+|\b[ivxlc]{1,6}\b")
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
HYPHENS = "-\u2010" + SOFT_HYPHEN
