"""Every line of every real text file is accounted for, and none of them is taken for anything but a plain table."""

import gzip
import io

import cxkit as cx
from cxkit.reading.find import TEXT_FILES

UNUSUAL = {"quote", "escape", "lines above the header"}
MOST_CONTINUED = {"olist_sample/olist_order_reviews_dataset.csv.gz", "support_tickets/customer_support_tickets.csv.gz"}


def lines_of(data):
    return sum(1 for _ in io.TextIOWrapper(io.BytesIO(data), encoding="latin-1", newline=None))


def test_every_line_of_every_text_file_is_accounted_for(shared):
    continued, seen = set(), 0
    for file in sorted(shared.rglob("*")):
        if not file.name.lower().endswith(TEXT_FILES) or file.name == "MANIFEST.tsv":
            continue
        source, name = cx.read(file).source, file.relative_to(shared).as_posix()
        raw = file.read_bytes()
        source.accounted()
        assert source.unfit == [], name
        assert not UNUSUAL & source.reading.keys(), name
        assert source.tally.lines == lines_of(gzip.decompress(raw) if file.suffix == ".gz" else raw), name
        continued |= {name} if source.tally.continued else set()
        seen += 1
    assert seen >= 55
    assert continued == MOST_CONTINUED
