"""What a reader may demand of a public page: nothing small, and no number by itself."""

import re
from html import unescape

LEAST = 10
# "n = 85" under a number, "about 85" in a list, and cells or bars that hold a whole number.
BASIS = re.compile(r"\bn = ([\d.,]+)")
ABOUT = re.compile(r"\b(?:ongeveer|about) ([\d.,]+)\b", re.I)
CELL = re.compile(r'<td class="numeric"[^>]*>(.*?)</td>', re.S)
BAR = re.compile(r'<span class="estimate__value">(.*?)</span>', re.S)
STAT = re.compile(r'<div class="stat[^"]*">(.*?)</div>', re.S)
PART = re.compile(r'<p class="stat__(\w+)">(.*?)</p>', re.S)


def words(html):
    """The text of a piece of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _whole(text):
    """A number of households, however its thousands are written; None for anything else."""
    plain = text.strip().rstrip(".,")
    if not re.fullmatch(r"\d+|\d{1,3}(?:[.,]\d{3})+", plain):
        return None
    return int(re.sub(r"[.,]", "", plain))


def counts(html):
    """Every number of households that a public page shows."""
    text = words(html)
    found = BASIS.findall(text) + ABOUT.findall(text)
    found += [words(part) for part in CELL.findall(html) + BAR.findall(html)]
    return [number for number in map(_whole, found) if number is not None]


def stats(html):
    """Every number that stands out, as a dictionary of its parts."""
    return [{name: words(part) for name, part in PART.findall(stat)} for stat in STAT.findall(html)]


def check_public_page(html):
    """Fail on a number about few people, on one that was not rounded, on one that stands alone."""
    small = [number for number in counts(html) if number < LEAST]
    assert not small, f"shows {small}: fewer than {LEAST} households"
    exact = [number for number in counts(html) if number % 5]
    assert not exact, f"shows {exact}: not rounded to fives"
    for stat in stats(html):
        if "interval" not in stat:  # withheld, or too little to say
            assert not re.search(r"\d", stat["value"]), stat
            continue
        has_margin = re.search(r"\d (?:%|euro)? ?(?:tot|to) |geteld|counted", stat["interval"])
        assert has_margin, f"no interval: {stat}"
        assert re.fullmatch(r"n = [\d.,]+ · \S.*", stat["basis"]), f"no n or method: {stat}"
