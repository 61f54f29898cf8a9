"""As much of MP4 as is needed: finding boxes, reading how long segments are, and where their time stands."""

from dataclasses import dataclass

CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex")


def boxes(data: bytes, at: int = 0, end: int | None = None):
    """Every box as (type, where it begins, where its content begins, where it ends), containers before what is in them."""
    end = len(data) if end is None else end
    while at < end:
        size = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        yield kind, at, at + 8, at + size
        if kind in CONTAINERS:
            yield from boxes(data, at + 8, at + size)
        at += size


def content(data: bytes, wanted: bytes) -> tuple[int, int]:
    """Where the content of the first box of a kind begins and ends."""
    return next((begin, end) for kind, _, begin, end in boxes(data) if kind == wanted)


def timescale(init: bytes) -> int:
    """How many units a second has in the segments of this init segment."""
    begin, _ = content(init, b"mdhd")
    at = begin + (20 if init[begin] == 1 else 12)
    return int.from_bytes(init[at : at + 4], "big")


def codec(init: bytes) -> str:
    """The codec as HLS names it."""
    at = init.find(b"avcC")
    if at >= 0:
        return f"avc1.{init[at + 5 : at + 8].hex()}"
    return "mp4a.40.2"


@dataclass(frozen=True)
class Time:
    """When a segment is: its first moment and how long it lasts, in units of its timescale."""

    first: int
    duration: int
    # Where the 64 bits of `first` begin, in bytes from the segment's start.
    offset: int


def time(init: bytes, segment: bytes) -> Time:
    """When a segment with one fragment is."""
    begin, _ = content(segment, b"tfdt")
    if segment[begin] != 1:
        raise ValueError("the time of this segment has 32 bits; widen it first")
    first = int.from_bytes(segment[begin + 4 : begin + 12], "big")
    return Time(first, duration(init, segment), begin + 4)


def duration(init: bytes, segment: bytes) -> int:
    """How long all samples of a segment last."""
    trex, _ = content(init, b"trex")
    default = int.from_bytes(init[trex + 12 : trex + 16], "big")
    begin, _ = content(segment, b"tfhd")
    flags = int.from_bytes(segment[begin + 1 : begin + 4], "big")
    at = begin + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
    if flags & 8:
        default = int.from_bytes(segment[at : at + 4], "big")
    begin, _ = content(segment, b"trun")
    flags = int.from_bytes(segment[begin + 1 : begin + 4], "big")
    count = int.from_bytes(segment[begin + 4 : begin + 8], "big")
    if not flags & 0x100:
        return count * default
    at = begin + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    step = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    return sum(int.from_bytes(segment[at + n * step : at + n * step + 4], "big") for n in range(count))


def timeless(init: bytes) -> bytes:
    """The init segment without the moments at which it was made, so that it is the same at every run."""
    out = bytearray(init)
    for kind, _, begin, _ in boxes(init):
        if kind in (b"mvhd", b"tkhd", b"mdhd"):
            length = 16 if init[begin] == 1 else 8
            out[begin + 4 : begin + 4 + length] = bytes(length)
    return bytes(out)


def widened(segment: bytes) -> bytes:
    """The segment with a time of 64 bits, so that a server can write any moment there without moving anything."""
    begin, end = content(segment, b"tfdt")
    if segment[begin] == 1:
        return segment
    out = bytearray(segment)
    out[begin] = 1
    out[begin + 4 : begin + 4] = bytes(4)

    def grow(at: int) -> None:
        out[at : at + 4] = (int.from_bytes(out[at : at + 4], "big") + 4).to_bytes(4, "big")

    trun = None
    for kind, start, inside, stop in boxes(segment):
        if kind in (b"moof", b"traf", b"tfdt") and start < begin <= stop:
            grow(start)
        if kind == b"trun":
            trun = inside + (4 if inside > end else 0)
    # The samples have moved away from the beginning of the fragment by as much.
    if trun is not None and out[trun + 3] & 1:
        grow(trun + 8)
    return bytes(out)
