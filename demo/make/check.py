"""Holds demo/content against what it has to be: every rendition's size, length and codec, and that ffmpeg decodes all of it."""

import functools
import http.server
import json
import sys
import tempfile
import threading
from pathlib import Path

import tools
from make import CONTENT, renditions
from titles import FRAMES_A_SECOND, TITLES, Title

MOST_BYTES = 3_000_000

# How often the channel's segments are let follow upon themselves.
ROUNDS = 3


class Files(http.server.SimpleHTTPRequestHandler):
    """The content, and the keys of AES-128 at the addresses that its playlists name."""

    keys: dict[str, bytes] = {}

    def do_GET(self) -> None:
        key = self.keys.get(self.path)
        if key is None:
            return super().do_GET()
        self.send_response(200)
        self.send_header("content-length", str(len(key)))
        self.end_headers()
        self.wfile.write(key)
        return None

    def log_message(self, *_: object) -> None:
        pass


def whole(root: Path, folder: str, out: Path) -> Path:
    """The segments of a rendition as one file."""
    files = [root / folder / "init.mp4", *(root / folder / f"seg-{n}.m4s" for n in range(1, count(root, folder) + 1))]
    out.write_bytes(b"".join(file.read_bytes() for file in files))
    return out


def count(root: Path, folder: str) -> int:
    return len(list((root / folder).glob("seg-*.m4s")))


def looped(root: Path, track: dict, seconds: int, out: Path) -> Path:
    """The channel as a server plays it: the same segments over and over, each with its own moment written into it."""
    parts = [(root / track["folder"] / "init.mp4").read_bytes()]
    for number in range(ROUNDS):
        for segment in track["segments"]:
            data = bytearray((root / track["folder"] / segment["file"]).read_bytes())
            first = segment["first"] + number * seconds * track["timescale"]
            data[segment["time_at"] : segment["time_at"] + 8] = first.to_bytes(8, "big")
            parts.append(bytes(data))
    out.write_bytes(b"".join(parts))
    return out


def decoded(source: str | Path, *before: str) -> str:
    """What ffmpeg complains of when it decodes everything."""
    try:
        tools.run(tools.FFMPEG, "-v", "warning", "-xerror", *before, "-i", source, "-f", "null", "-")
    except tools.Failed as problem:
        return str(problem)
    return ""


def gaps(source: Path) -> list[str]:
    """Where a packet does not begin at the moment at which the one before it ends."""
    packets = tools.probe(source, "-show_entries", "packet=pts,duration")["packets"]
    found = []
    for before, after in zip(packets, packets[1:], strict=False):
        if int(before["pts"]) + int(before["duration"]) != int(after["pts"]):
            found.append(f"{before['pts']} + {before['duration']} is not {after['pts']}")
    return found


def problems(title: Title, address: str, scratch: Path) -> list[str]:
    """What is wrong with a title."""
    root, found = CONTENT / title.folder, []
    folders = {"audio/main": None} | {folder: height for folder, height, _ in renditions(title)}
    loop = json.loads((root / "loop.json").read_text()) if title.live else {"tracks": []}
    tracks = {track["folder"]: track for track in loop["tracks"]}
    for folder, height in folders.items():
        seconds, options = title.seconds, ()
        if title.live:
            source = looped(root, tracks[folder], title.seconds, scratch / "looped.mp4")
            seconds *= ROUNDS
            found += [f"{folder}: {gap}" for gap in gaps(source)]
        elif title.protection == "clearkey":
            source = whole(root, folder, scratch / "whole.mp4")
            options = ("-decryption_key", title.key(title.key_label(height)).key.hex())
            if not decoded(source):
                found.append(f"{folder}: it can be decoded without its key")
        else:
            source = f"{address}/{title.folder}/{folder}/index.m3u8"
        words = decoded(source, *options)
        if words:
            found.append(f"{folder}: {words}")
        streams = tools.probe(source, *options, "-show_entries", "stream=codec_name,profile,width,height:format=duration")
        stream, length = streams["streams"][0], float(streams["format"]["duration"])
        if abs(length - seconds) > 0.01:
            found.append(f"{folder}: lasts {length} s, expected {seconds} s")
        is_right = stream.get("height") == height and stream.get("profile") == ("High" if height else "LC")
        if not is_right:
            found.append(f"{folder}: is {stream}")
    if not title.live and title.protection != "clearkey":
        for ladder in ("master.m3u8", "mobile/master.m3u8"):
            words = decoded(f"{address}/{title.folder}/{ladder}")
            found += [f"{ladder}: {words}"] if words else []
    print(f"{title.id}: {len(folders)} renditions of {title.seconds} s at {FRAMES_A_SECOND} pictures a second, {len(found)} problems")
    return [f"{title.id}/{words}" for words in found]


def main() -> None:
    for title in TITLES:
        if title.protection == "aes-128":
            key = title.key("ALL")
            Files.keys[f"/v1/keys/{key.kid}"] = key.key
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=CONTENT))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for title in TITLES:
            found += problems(title, address, Path(scratch))
    size = sum(file.stat().st_size for file in CONTENT.rglob("*") if file.is_file())
    if size > MOST_BYTES:
        found.append(f"there are {size:,} bytes, and {MOST_BYTES:,} are the most")
    if found:
        sys.exit("\n".join(found))
    print(f"demo/content: {len(TITLES)} titles, {size:,} bytes, all as it should be")


if __name__ == "__main__":
    main()
