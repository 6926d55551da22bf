"""What a post to a newsgroup says itself, without headers, footers and quotes, as scikit-learn strips 20 newsgroups."""

import re

QUOTE = re.compile(rb"writes in|writes:|wrote:|says:|said:|^In article|^Quoted from|^\||^>")


def body(text: bytes) -> bytes:
    """The post after its first empty line and before its last, less the lines that quote another.

    A copy whose lines end in tabs, as some are handed on, is read as if they were newlines.

    >>> body(b"From: ann\\nLines: 4\\n\\nbob wrote:\\n> no\\nbut yes\\n\\n--\\nann")
    b'but yes\\n'
    """
    lines = text.split(b"\n" if b"\n" in text.strip() else b"\t")
    first = next((place for place, line in enumerate(lines, 1) if not line.strip()), 0)
    kept = [line for line in lines[first:] if not QUOTE.search(line)]
    while kept and not kept[-1].strip():
        kept.pop()
    last = next((place for place in range(len(kept) - 1, 0, -1) if not kept[place].strip().strip(b"-")), len(kept))
    return b"\n".join(kept[:last])
