"""When the clocks of the corpus's time zones change: each change written down as the instant and the offset after it.

So the generator needs no tz database, and the engine's own copy of one is held against hand-written instants.
"""

import datetime

# The offset before the first change, then `UTC instant: minutes east of UTC from then on`.
ZONES = {
    "UTC": (0, {}),
    "Asia/Kolkata": (330, {}),
    "Asia/Kathmandu": (345, {}),
    "Asia/Tokyo": (540, {}),
    "Pacific/Kiritimati": (840, {}),
    "Europe/Oslo": (60, {
        "2025-03-30T01:00": 120, "2025-10-26T01:00": 60, "2026-03-29T01:00": 120, "2026-10-25T01:00": 60,
        "2027-03-28T01:00": 120, "2027-10-31T01:00": 60,
    }),
    "Europe/London": (0, {
        "2025-03-30T01:00": 60, "2025-10-26T01:00": 0, "2026-03-29T01:00": 60, "2026-10-25T01:00": 0,
        "2027-03-28T01:00": 60, "2027-10-31T01:00": 0,
    }),
    "America/New_York": (-300, {
        "2025-03-09T07:00": -240, "2025-11-02T06:00": -300, "2026-03-08T07:00": -240, "2026-11-01T06:00": -300,
        "2027-03-14T07:00": -240, "2027-11-07T06:00": -300,
    }),
    # Midnight comes twice on the day on which Cuba's clocks go back.
    "America/Havana": (-300, {
        "2025-03-09T05:00": -240, "2025-11-02T05:00": -300, "2026-03-08T05:00": -240, "2026-11-01T05:00": -300,
        "2027-03-14T05:00": -240, "2027-11-07T05:00": -300,
    }),
    # Half an hour only, and in the south: summer ends in April.
    "Australia/Lord_Howe": (660, {
        "2025-04-05T15:00": 630, "2025-10-04T15:30": 660, "2026-04-04T15:00": 630, "2026-10-03T15:30": 660,
        "2027-04-03T15:00": 630, "2027-10-02T15:30": 660,
    }),
    "Australia/Sydney": (660, {
        "2025-04-05T16:00": 600, "2025-10-04T16:00": 660, "2026-04-04T16:00": 600, "2026-10-03T16:00": 660,
        "2027-04-03T16:00": 600, "2027-10-02T16:00": 660,
    }),
}  # fmt: skip
EPOCH = datetime.datetime(1970, 1, 1)
FIRST, LAST = datetime.datetime(2025, 1, 1), datetime.datetime(2027, 12, 31)


def seconds(naive):
    return (naive - EPOCH) // datetime.timedelta(seconds=1)


def offset_at(zone, at):
    offset, changes = ZONES[zone]
    for change, after in changes.items():
        if seconds(datetime.datetime.fromisoformat(change)) <= at:
            offset = after
    return offset * 60


def instant(local, zone):
    """Every instant at which the zone's clocks show this time: none, one or two."""
    before, changes = ZONES[zone]
    assert not changes or FIRST <= local <= LAST, f"{zone} is written down for 2025 to 2027"
    offsets = {before * 60, *(after * 60 for after in changes.values())}
    return sorted(at for at in (seconds(local) - o for o in offsets) if offset_at(zone, at) == seconds(local) - at)
