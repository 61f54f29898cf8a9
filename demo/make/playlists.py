"""The playlists: written here rather than by the packager, so that they say of keys what the origin API says."""

import base64
from dataclasses import dataclass
from pathlib import Path

import mp4
from titles import Key, Title


@dataclass(frozen=True)
class Track:
    """A rendition as it lies in its folder."""

    # Below the title's folder, such as `720p` or `audio/main`.
    folder: str
    codec: str
    # Of each segment.
    seconds: tuple[float, ...]
    sizes: tuple[int, ...]
    width: int = 0
    height: int = 0

    @property
    def peak(self) -> int:
        """Bits a second of the heaviest segment."""
        return max(round(8 * size / length) for size, length in zip(self.sizes, self.seconds, strict=True))

    @property
    def average(self) -> int:
        return round(8 * sum(self.sizes) / sum(self.seconds))


def track(root: Path, folder: str, size: tuple[int, int] = (0, 0)) -> Track:
    """Reads what the packager made. Segments are counted from 1."""
    init = (root / folder / "init.mp4").read_bytes()
    scale = mp4.timescale(init)
    files = segments(root / folder)
    data = [file.read_bytes() for file in files]
    seconds = tuple(mp4.duration(init, segment) / scale for segment in data)
    return Track(folder, mp4.codec(init), seconds, tuple(map(len, data)), *size)


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("seg-*.m4s"), key=lambda file: int(file.stem.removeprefix("seg-")))


def key_lines(title: Title, key: Key) -> list[str]:
    """What is said of a key: the lines of `/v1/speke`, with an address that begins at the host, whichever that is."""
    address = f"/v1/keys/{key.kid}"
    if title.protection == "aes-128":
        return [f'#EXT-X-KEY:METHOD=AES-128,URI="{address}",KEYFORMAT="identity",KEYFORMATVERSIONS="1"']
    # Shaka Player takes the first, and fetches the key there; hls.js the second, which is the key id, and asks for a licence.
    kid = base64.b64encode(key.kid.bytes).decode()
    return [
        f'#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="{address}",KEYFORMAT="identity",KEYFORMATVERSIONS="1"',
        f'#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,{kid}",KEYFORMAT="org.w3.clearkey",KEYFORMATVERSIONS="1"',
    ]


def media(title: Title, track: Track, key: Key | None) -> str:
    """The playlist of a rendition. An init segment of AES-128 is not encrypted: hence it is named before the key."""
    lines = head(max(track.seconds))
    has_map = ['#EXT-X-MAP:URI="init.mp4"']
    keys = key_lines(title, key) if key else []
    lines += has_map + keys if title.protection == "aes-128" else keys + has_map
    for number, seconds in enumerate(track.seconds, 1):
        lines += [f"#EXTINF:{seconds:.6f},", f"seg-{number}.m4s"]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def text(seconds: int) -> str:
    """The playlist of subtitles that are one file."""
    return "\n".join([*head(seconds), f"#EXTINF:{seconds:.6f},", "seg-1.vtt", "#EXT-X-ENDLIST", ""])


def head(longest: float) -> list[str]:
    return [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{round(longest)}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]


def master(title: Title, videos: list[Track], audio: Track, up: str = "") -> str:
    """The playlist of playlists; `up` leads from its folder to the title's."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines.append(
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",LANGUAGE="zxx",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="1",'
        f'URI="{up}{audio.folder}/index.m3u8"'
    )
    for language, name, _ in title.subtitles:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="{name}",LANGUAGE="{language}",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,'
            f'URI="{up}text/{language}/index.m3u8"'
        )
    subtitles = ',SUBTITLES="text"' if title.subtitles else ""
    for video in videos:
        address = video.folder.removeprefix("mobile/") if up and video.folder.startswith("mobile/") else up + video.folder
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={video.peak + audio.peak},AVERAGE-BANDWIDTH={video.average + audio.average},"
            f'CODECS="{video.codec},{audio.codec}",RESOLUTION={video.width}x{video.height},FRAME-RATE=25.000,'
            f'VIDEO-RANGE=SDR,AUDIO="sound"{subtitles}',
            f"{address}/index.m3u8",
        ]
    return "\n".join([*lines, ""])
