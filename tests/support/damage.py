"""Damage for files, by chance but always the same: cut, changed, mixed up, badly encoded, badly packed."""

import gzip
import random

SECONDS_BEFORE_GIVING_UP = 600

WORDS = [
    b"event",
    b"trace",
    b"concept:name",
    b"true",
    b"0",
    b"-",
    b"2025",
    b"string",
    b'"',
    b"{}",
    b"[]",
    b"null",
    b"id",
]
WORDS += [b"order", b"ocel_id", b"\xe2\x80\xae", b"&#0;", b"1e999", b"9" * 30, b"NaN", b"\\ud800", b"objects", b"log"]
WORDS += [b",", b";", b"\t", b"\n", b"\r\n", b"\r", b"\x00", b"'", b"infinity", b"\xef\xbb\xbf"]


def cut_short(data, chance):
    return data[: chance.randrange(len(data))]


def bytes_changed(data, chance):
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8, 40])):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def letters_changed(data, chance):
    """Letters and digits only, so that what is around them stays whole."""
    changed = bytearray(data)
    places = [place for place, byte in enumerate(data) if byte < 128 and chr(byte).isalnum()]
    for place in chance.sample(places, min(len(places), chance.choice([1, 2, 8]))):
        changed[place] = chance.choice(b"0123456789abcXYZ")
    return bytes(changed)


def line_moved(data, chance):
    """A line lost, said twice, or put elsewhere."""
    lines = data.splitlines(keepends=True)
    line = lines.pop(chance.randrange(len(lines)))
    for _ in range(chance.choice([0, 1, 2])):
        lines.insert(chance.randrange(len(lines) + 1), line)
    return b"".join(lines)


def piece_lost(data, chance):
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 60) :]


def piece_twice(data, chance):
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randrange(1, 400)]
    place = chance.choice([start, chance.randrange(len(data))])
    return data[:place] + piece + data[place:]


def words_changed(data, chance):
    return data.replace(chance.choice(WORDS), chance.choice(WORDS), chance.choice([1, 2, -1]))


def badly_encoded(data, chance):
    text = data.decode("utf-8", "replace")
    return text.encode(chance.choice(["utf-16", "utf-16-be", "utf-32", "cp1252", "iso-8859-1", "cp037"]), "replace")


def badly_packed(data, chance):
    packed = gzip.compress(data)
    return chance.choice([packed, cut_short(packed, chance), bytes_changed(packed, chance), packed + data])


DAMAGES = [cut_short, bytes_changed, piece_lost, piece_twice, words_changed, badly_encoded, badly_packed]
DAMAGES += [letters_changed, letters_changed, line_moved, line_moved]


def damaged(data, seed):
    chance = random.Random(seed)
    for _ in range(chance.choice([1, 1, 1, 2])):
        data = chance.choice(DAMAGES)(data, chance) or b" "
    return data
