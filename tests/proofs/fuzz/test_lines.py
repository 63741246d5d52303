"""Text files with stray quotes, returns, NULs and cut ends: every line is accounted for, whatever it has become."""

import gzip
import random

import pytest
from support.damage import damaged

import cxkit as cx

ROLES = {"journey": "case", "activity": "step", "time": "when"}
FILES_A_ROUND = 10
LEAST_READ = 0.6  # of the rows that stay when at most three signs are strewn in
SIGNS = ['"', '"', '"', '""', "\r", "\r\n", "\n", "\0", "'", '\\"', ',"', '",', ' "', '"\n"']


def made(chance):
    """A log as some writer may have it: its bytes, and how many rows it has."""
    rows = chance.randrange(20, 120)
    quote = chance.choice(["", "", '"'])
    delimiter = chance.choice([",", ";", "\t"])
    texts = ["ok", "call back", "", "a b c", "first\nsecond", "a; b, c", 'say ""hi""']
    lines = [delimiter.join(["case", "step", "when", "note"])]
    for n in range(rows):
        note = chance.choice(texts if quote else texts[:4])
        cells = [str(n // 4), f"S{n % 4}", f"2024-01-{n // 4 % 28 + 1:02} 1{n % 4}:00", note]
        lines.append(delimiter.join(f"{quote}{cell}{quote}" for cell in cells))
    return chance.choice(["\n", "\r\n", "\r"]).join([*lines, ""]), rows


def strewn(text, chance):
    """The text with a few signs where they do not belong, and perhaps its end cut off."""
    head = text.index("note") + 6
    count = chance.choice([1, 1, 2, 3, 12])
    for _ in range(count):
        place = chance.randrange(head, len(text))
        text = text[:place] + chance.choice(SIGNS) + text[place:]
    return text[: chance.randrange(len(text) * 3 // 4, len(text))] if chance.random() < 0.3 else text, count


def lines_of(data):
    """How many lines there are, counted byte by byte."""
    count, before, open_line = 0, 0, False
    for byte in data:
        if byte == 13 or (byte == 10 and before != 13):
            count += 1
        open_line = byte not in (10, 13)
        before = byte
    return count + open_line


def accounted(facts):
    told = facts.lines
    return facts.counts["events"] + sum(facts.dropped.values()) + told["header"] + told["blank"] + told["continued"]


@pytest.mark.parametrize("packed", [False, True])
def test_every_line_is_accounted_for(draw, packed, tmp_path):
    read = 0
    for number in range(FILES_A_ROUND):
        chance = random.Random(f"lines {draw} {packed} {number}")
        text, rows = made(chance)
        text, count = strewn(text, chance)
        data = text.encode()
        file = tmp_path / f"log{number}.csv"
        file.write_bytes(gzip.compress(data) if packed else data)
        source = cx.read(file).source
        aside = len(source.unfit)
        tally = source.tally
        assert tally.lines == lines_of(data)
        assert source.size + aside + tally.header + tally.blank + tally.continued == tally.lines
        assert [line for line, *_ in source.unfit] == sorted({line for line, *_ in source.unfit})
        if count <= 3:
            assert source.size >= LEAST_READ * rows, (draw, number)
        read += source.size
    assert read > FILES_A_ROUND


def test_every_line_is_accounted_for_in_a_store(draw, tmp_path):
    chance = random.Random(f"stores {draw}")
    data = strewn(made(chance)[0], chance)[0].encode()
    (tmp_path / "log.csv").write_bytes(data)
    facts = cx.prepare(cx.read(tmp_path / "log.csv").roles(**ROLES), tmp_path / "store", progress=False).manifest
    assert accounted(facts) == facts.lines["lines"] == lines_of(data)


def test_every_line_of_a_damaged_file_is_accounted_for(draw, tmp_path):
    read = refused = 0
    for number in range(FILES_A_ROUND):
        data = damaged(made(random.Random(f"{draw} {number}"))[0].encode(), f"damaged {draw} {number}")
        (tmp_path / "log.csv").write_bytes(data)
        try:
            source = cx.read(tmp_path / "log.csv").source
            source.accounted()
        except cx.CxError as error:
            assert "Please report this" not in str(error)
            refused += 1
        else:
            assert source.tally is not None
            read += 1
    assert read > FILES_A_ROUND // 2
