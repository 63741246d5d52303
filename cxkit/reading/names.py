"""What does the name of a column say about its role?"""

from __future__ import annotations

import re

WORDS = {
    "journey": "journey case trace process session visit ticket incident order claim application request number id nr "
    "vorgang auftrag fall",
    "activity": "activity event action step task touchpoint handling status state concept operation page name type "
    "schritt",
    "time": "timestamp time datetime date when at updated occurred created start complete zeitpunkt zeit datum",
    "customer": "customer client user account household patient person member subscriber citizen kunde kundennr "
    "kundennummer cust",
}
XES = {"case:concept:name": "journey", "concept:name": "activity", "time:timestamp": "time"}


def words_of(name: str) -> list[str]:
    """The words of a column's name, small.

    >>> words_of("start_timeStamp2")
    ['start', 'time', 'stamp']
    """
    return re.findall(r"[^\W\d_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())


def says(name: str, role: str) -> float:
    """How much a column's name speaks for the role, 0 to 3."""
    if name.lower() in XES:
        return 3.0 if XES[name.lower()] == role else 0.0
    tokens = words_of(name)
    words = WORDS[role].split()
    ranks = [words.index(token) for token in tokens if token in words]
    return 2.0 - min(ranks) / len(words) if ranks else 0.0
