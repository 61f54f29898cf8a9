"""What there is to make: three films and a channel, each with a scene of its own, a chord and a protection."""

import hashlib
import uuid
from dataclasses import dataclass, field

FRAMES_A_SECOND = 25


@dataclass(frozen=True)
class Key:
    """A content key for tests: the same at every run, and worth nothing."""

    label: str
    kid: uuid.UUID
    key: bytes


@dataclass(frozen=True)
class Title:
    """A title and how it is to be made."""

    id: str
    name: str
    credit: str
    description: str
    scene: str
    seconds: int
    segment_seconds: int
    # Frequencies in hertz, one chord after another; all come again after the last.
    chords: tuple[tuple[int, ...], ...]
    # None, "aes-128" or "clearkey".
    protection: str | None = None
    live: bool = False
    heights: tuple[int, ...] = (1080, 720, 360)
    mobile: tuple[int, ...] = (240,)
    # Language, its name in that language, and what is said when: (first second, last second, text).
    subtitles: tuple = ()
    key_labels: tuple[str, ...] = field(default=())

    @property
    def folder(self) -> str:
        """Where it is below the content's folder, as in its addresses."""
        return f"{'live' if self.live else 'vod'}/{self.id}"

    def key(self, label: str) -> Key:
        """The key of this label."""

        def derived(what: str) -> bytes:
            return hashlib.sha256(f"playgate, for tests only: {what} {self.id} {label}".encode()).digest()[:16]

        return Key(label, uuid.UUID(bytes=derived("kid"), version=4), derived("key"))

    def key_label(self, height: int | None) -> str:
        """Which key a picture of this height has, or the sound."""
        if self.protection == "aes-128":
            return "ALL"
        if height is None:
            return "AUDIO"
        return "HD" if height >= 720 else "SD"


def lines(english: list[str], norwegian: list[str], step: int) -> tuple:
    """Subtitles in both languages, one line each `step` seconds."""

    def timed(texts: list[str]) -> tuple:
        return tuple((n * step + 0.5, (n + 1) * step - 0.25, text) for n, text in enumerate(texts))

    return (("en", "English", timed(english)), ("nb", "Norsk", timed(norwegian)))


TITLES = (
    Title(
        id="fathom/the-quiet-reactor",
        name="The Quiet Reactor",
        credit="Fathom",
        description="Three particles go round a core that breathes. A documentary without a protection, so that nothing stands between it and the player.",
        scene="reactor",
        seconds=24,
        segment_seconds=4,
        chords=((110, 165, 220, 277), (98, 147, 196, 247), (110, 165, 220, 262), (123, 185, 247, 294)),
        subtitles=lines(
            [
                "This is the quiet reactor.",
                "It has no walls, and nothing in it burns.",
                "The inner one needs eight seconds for a round,",
                "the middle one twelve,",
                "the outer one twenty-four.",
                "Now all of them are where they began.",
            ],
            [
                "Dette er den stille reaktoren.",
                "Den har ingen vegger, og ingenting brenner i den.",
                "Den innerste bruker åtte sekunder på en runde,",
                "den midterste tolv,",
                "den ytterste tjuefire.",
                "Nå er alle der de begynte.",
            ],
            4,
        ),
    ),
    Title(
        id="vinterhav/fjord-watch/s1/e01",
        name="Fjord Watch",
        credit="Vinterhav · Series 1, episode 1",
        description="The moon crosses a fjord, and a boat keeps its course. Each segment is encrypted whole with AES-128.",
        scene="fjord",
        seconds=24,
        segment_seconds=4,
        chords=((131, 196, 262, 311), (117, 175, 233, 294), (104, 156, 208, 262), (117, 175, 233, 349)),
        protection="aes-128",
        key_labels=("ALL",),
    ),
    Title(
        id="kestrelmoor/paper-comets",
        name="Paper Comets",
        credit="Kestrelmoor",
        description="Folded comets on their way through a violet sky. Common encryption with three keys, for ClearKey: sound, SD and HD.",
        scene="comets",
        seconds=24,
        segment_seconds=4,
        chords=((147, 220, 294, 370), (165, 247, 330, 392), (123, 185, 247, 370), (131, 196, 262, 330)),
        protection="clearkey",
        key_labels=("AUDIO", "SD", "HD"),
    ),
    Title(
        id="demo/tideline",
        name="Tideline",
        credit="A channel that does not end",
        description="Waves that come in for ever: sixteen seconds which follow upon themselves without a seam.",
        scene="tide",
        seconds=16,
        segment_seconds=2,
        chords=((110, 165, 220, 330), (98, 147, 196, 294), (87, 131, 175, 262), (98, 147, 196, 330)),
        live=True,
        heights=(720, 360),
    ),
)
