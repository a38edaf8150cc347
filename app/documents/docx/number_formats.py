"""How Word writes the number of a list item: ECMA-376 part 1, section 17.18.59, with the formats of Japanese documents."""

from __future__ import annotations

from collections.abc import Callable

_ONES = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_TENS = ("", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC")
_HUNDREDS = ("", "C", "CC", "CCC", "CD", "D", "DC", "DCC", "DCCC", "CM")
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_DECADES = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_HALF_WIDTH = str.maketrans(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ",
)
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщыэюя"
_GANADA = "가나다라마바사아자차카타파하"
_CHOSUNG = "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"
_FOOTNOTE_SIGNS = "*†‡§"
_LONGEST = 60  # signs repeated: a hostile count must not become a hostile text


def formatted(number: int, format_: str, custom: str = "") -> str:
    """`number` in the format of this name; an unknown one, or a number that a format has no sign for, in digits."""
    if format_ == "custom":
        return _custom(number, custom)
    write = _FORMATS.get(format_)
    return str(number) if write is None else write(number) or str(number)


def _custom(number: int, pattern: str) -> str:
    """A format given by its first members: "001, 002, 003, ..." is a number of three digits."""
    first = pattern.split(",")[0].strip()
    return str(number).zfill(len(first)) if first.isdigit() and len(first) <= 6 else str(number)


def _roman(number: int) -> str:
    if not 0 < number < 32_768:
        return ""
    thousands, rest = divmod(number, 1000)
    return "M" * thousands + _HUNDREDS[rest // 100] + _TENS[rest // 10 % 10] + _ONES[rest % 10]


def _repeating(signs: str) -> Callable[[int], str]:
    """a, b, … z, aa, bb, …: a sign is repeated once more for each time round."""

    def write(number: int) -> str:
        if number < 1:
            return ""
        rounds, index = divmod(number - 1, len(signs))
        return signs[index] * (rounds + 1) if rounds < _LONGEST else ""

    return write


def _cycling(signs: str) -> Callable[[int], str]:
    """From the beginning again after the last sign."""
    return lambda number: signs[(number - 1) % len(signs)] if number > 0 else ""


def _listed(signs: str) -> Callable[[int], str]:
    """Signs for the first numbers only."""
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else ""


def _row(first: str, count: int) -> str:
    return "".join(chr(ord(first) + i) for i in range(count))


def _digits(signs: str) -> Callable[[int], str]:
    """Digit by digit."""
    table = str.maketrans("0123456789", signs)
    return lambda number: str(number).translate(table)


def _counted(digits: str, units: str, myriads: str, *, one_before_ten: bool) -> Callable[[int], str]:
    """十、二十一、百二十三: digits with units between them, as numbers are spoken."""

    def group(number: int) -> str:
        written = ""
        for place in (3, 2, 1, 0):
            digit = number // 10**place % 10
            if digit:
                plain = digit > 1 or place == 0 or one_before_ten
                written += (digits[digit] if plain else "") + (units[place - 1] if place else "")
        return written

    def write(number: int) -> str:
        if number == 0:
            return digits[0]
        if not 0 < number < 10**8:
            return ""
        high, low = divmod(number, 10_000)
        return (group(high) + myriads if high else "") + group(low)

    return write


def _ordinal(number: int) -> str:
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _cardinal_words(number: int) -> str:
    if not 0 <= number < 1_000_000:
        return ""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        return _DECADES[number // 10] + (f"-{_SMALL[number % 10]}" if number % 10 else "")
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = f" {_cardinal_words(number % size)}" if number % size else ""
    return f"{_cardinal_words(number // size)} {name}{rest}"


def _ordinal_words(number: int) -> str:
    words = _cardinal_words(number)
    cut = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[cut:]
    if not last:
        return ""
    return words[:cut] + _ORDINALS.get(last, last[:-1] + "ieth" if last.endswith("y") else last + "th")


def _capital(write: Callable[[int], str]) -> Callable[[int], str]:
    return lambda number: write(number)[:1].upper() + write(number)[1:]


def _zodiac(number: int) -> str:
    return _STEMS[(number - 1) % 10] + _BRANCHES[(number - 1) % 12] if number > 0 else ""


_KANJI = "〇一二三四五六七八九"
_counting = _counted(_KANJI, "十百千", "万", one_before_ten=False)
_chinese_counting = _counted("○一二三四五六七八九", "十百千", "万", one_before_ten=False)
_legal = _counted("零壱弐参四伍六七八九", "拾百阡", "萬", one_before_ten=True)
_formal = _counted("零壹贰叁肆伍陆柒捌玖", "拾佰仟", "萬", one_before_ten=True)
_upper_letters = _repeating(_row("A", 26))
_full_width = _digits("０１２３４５６７８９")
_circled = _listed(_row("①", 20) + _row("㉑", 15) + _row("㊱", 15))

_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda number: f"{number:02d}",
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _upper_letters,
    "lowerLetter": lambda number: _upper_letters(number).lower(),
    "ordinal": _ordinal,
    "cardinalText": _capital(_cardinal_words),
    "ordinalText": _capital(_ordinal_words),
    "hex": lambda number: f"{number:X}",
    "chicago": _repeating(_FOOTNOTE_SIGNS),
    "numberInDash": lambda number: f"- {number} -",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedFullstop": _listed(_row("⒈", 20)),
    "decimalEnclosedParen": _listed(_row("⑴", 20)),
    "japaneseCounting": _counting,
    "japaneseLegal": _legal,
    "japaneseDigitalTenThousand": _digits(_KANJI),
    "ideographDigital": _digits(_KANJI),
    "chineseCounting": _chinese_counting,
    "chineseCountingThousand": _counting,
    "chineseLegalSimplified": _formal,
    "taiwaneseCounting": _chinese_counting,
    "taiwaneseCountingThousand": _counting,
    "taiwaneseDigital": _digits("○一二三四五六七八九"),
    "koreanCounting": _counted("영일이삼사오육칠팔구", "십백천", "만", one_before_ten=False),
    "koreanDigital": _digits("영일이삼사오육칠팔구"),
    "koreanDigital2": _digits("零一二三四五六七八九"),
    "ganada": _cycling(_GANADA),
    "chosung": _cycling(_CHOSUNG),
    "aiueo": _cycling(_AIUEO.translate(_HALF_WIDTH)),
    "aiueoFullWidth": _cycling(_AIUEO),
    "iroha": _cycling(_IROHA.translate(_HALF_WIDTH)),
    "irohaFullWidth": _cycling(_IROHA),
    "ideographEnclosedCircle": _listed(_row("㊀", 10)),
    "ideographTraditional": _listed(_STEMS),
    "ideographZodiac": _listed(_BRANCHES),
    "ideographZodiacTraditional": _zodiac,
    "russianLower": _repeating(_RUSSIAN),
    "russianUpper": _repeating(_RUSSIAN.upper()),
}
