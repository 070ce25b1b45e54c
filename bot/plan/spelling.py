"""American spellings and their British ones, for prose. Code, quotes, addresses and names stay as they are.

Only words that are spelt otherwise in every sense: a program, a meter, a dialog or to practice is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.plan.prose import bare

# Verbs in -ize, with what comes of them; a few have no noun in -ization, which does no harm.
_IZE = """
    anonym apolog author capital categor central character commercial container custom critic
    crystall digit dramat econom emphas equal external fertil final formal general global harmon
    hospital ideal immun initial internal item legal local maxim mechan memor minim mobil modern
    modular monet national neutral normal optim organ parallel parameter penal personal popular
    priorit public random rational real recogn revolution sanit scrutin serial social special stabil
    standard steril subsid summar symbol synchron token total util vandal vapor vector virtual
    visual
"""
_ENDINGS = (
    ("ize", "ise"),
    ("izes", "ises"),
    ("ized", "ised"),
    ("izing", "ising"),
    ("izer", "iser"),
    ("izers", "isers"),
    ("ization", "isation"),
    ("izations", "isations"),
    ("izable", "isable"),
)
_BEFORE = ("", "de", "re", "un", "pre", "dis")

# American stem, British stem, and the endings both take.
_STEMS = """
    behavior behaviour -,s,al,ally
    color colour -,s,ed,ing,ful,less,ize
    favor favour -,s,ed,ing,able,ite,ites
    flavor flavour -,s,ed,ing
    harbor harbour -,s,ed,ing
    honor honour -,s,ed,ing,able
    humor humour -,s
    labor labour -,s,ed,ing
    neighbor neighbour -,s,ing,hood
    rumor rumour -,s,ed
    endeavor endeavour -,s,ed,ing
    rigor rigour -
    vigor vigour -
    center centre -,s
    centered centred -
    centering centring -
    theater theatre -,s
    fiber fibre -,s
    liter litre -,s
    caliber calibre -
    maneuver manoeuvre -,s
    cancel cancell ed,ing
    label labell ed,ing
    model modell ed,ing,er
    travel travell ed,ing,er,ers
    signal signall ed,ing
    channel channell ed,ing
    level levell ed,ing
    tunnel tunnell ed,ing
    marshal marshall ed,ing
    total totall ed,ing
    fuel fuell ed,ing
    dial diall ed,ing
    counsel counsell ed,ing,or
    analyz analys e,ed,es,ing,er,ers
    paralyz paralys e,ed,es,ing
    catalyz catalys e,ed,es,ing
    catalog catalogue -,s
    cataloged catalogued -
    cataloging cataloguing -
    defense defence -,s,less
    offense offence -,s
    pretense pretence -
    fulfill fulfil -,s,ment
    enroll enrol -,s,ment
    installment instalment -,s
    skillful skilful -,ly
    willful wilful -,ly
    gray grey -,s,ed,scale
    artifact artefact -,s
    acknowledgment acknowledgement -,s
    aging ageing -
    skeptic sceptic -,s,al,ism
    plow plough -,s,ed,ing
    mold mould -,s
    check-book cheque-book -
    licens licenc or
"""


def _pairs() -> Iterator[tuple[str, str]]:
    for stem in _IZE.split():
        for before in _BEFORE:
            for american, british_ending in _ENDINGS:
                yield f"{before}{stem}{american}", f"{before}{stem}{british_ending}"
    for line in _STEMS.strip().splitlines():
        american, british_stem, endings = line.split()
        for ending in endings.split(","):
            ending = ending.strip("-")
            yield american + ending, british_stem + ending.replace("ize", "ise")


SPELLINGS = dict(_pairs())

_WORD = re.compile(r"(?<![\w./@#$\\])[A-Za-z]{4,40}(?![\w/(=]|\.\w|://)")
_HEADER = re.compile(r"Authorization(?=:|\s+(?:[Hh]eaders?|HTTP|bearer|Bearer)\b)|(?<=the )Authorization\b")
# Parts of proper names, which keep their spelling beside another capital.
_NAMES = frozenset(
    {"Center", "Theater", "Defense", "Labor", "Harbor", "Catalog", "Artifact", "Artifacts", "Color"}
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """An American word at an offset, and the British one with the same capitals."""

    start: int
    word: str
    better: str


def american(text: str) -> Iterator[Spelling]:
    """The American spellings in prose, from left to right."""
    words = bare(text)
    headers = {found.start() for found in _HEADER.finditer(words)}
    for found in _WORD.finditer(words):
        better = SPELLINGS.get(found[0].lower())
        if better and found.start() not in headers and not _is_name(words, found):
            yield Spelling(found.start(), found[0], _cased(better, found[0]))


def british(text: str) -> str:
    """`text` in British spelling; nothing else changes."""
    out, at = [], 0
    for one in american(text):
        out += [text[at : one.start], one.better]
        at = one.start + len(one.word)
    return "".join([*out, text[at:]])


def _is_name(words: str, found: re.Match[str]) -> bool:
    if found[0] not in _NAMES:
        return False
    before, after = (
        words[: found.start()].rsplit(maxsplit=1)[-1:],
        words[found.end() : found.end() + 40].split()[:1],
    )
    return any(word[:1].isupper() for word in (*before, *after))


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[0].isupper() else word
