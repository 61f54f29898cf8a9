"""Makes demo/content: pictures and sound, cut and encrypted, with playlists, posters, storyboards and the catalogue."""

import json
import shutil
import sys
from pathlib import Path

import mp4
import pictures
import playlists
import tools
from titles import FRAMES_A_SECOND, TITLES, Title

CONTENT = Path(__file__).parent.parent / "content"
WORK = Path(__file__).parent.parent.parent / ".tools" / "demo-content-work"

SOUND_BITS = 24_000

# A picture of the storyboard for so many seconds, and how large.
STORY_SECONDS = 4
STORY_SIZE = (160, 90)
POSTER_SIZE = (640, 360)


def renditions(title: Title) -> list[tuple[str, int, str]]:
    """Folder, height and ladder of every picture there is of a title."""
    main = [(f"{height}p", height, "main") for height in title.heights]
    return main + [(f"mobile/{height}p", height, "mobile") for height in title.mobile]


def encode(title: Title, work: Path) -> None:
    """Draws every picture once, and encodes it in all heights at once."""
    encoders = []
    for folder, height, ladder in renditions(title):
        file = work / f"{folder.replace('/', '-')}.mp4"
        encoder = tools.video_encoder(pictures.width_of(height), height, title.segment_seconds, file)
        encoders.append((encoder, height, pictures.corner(title, height, ladder)))
    for frame in range(title.seconds * FRAMES_A_SECOND):
        picture = pictures.picture(title, frame)
        for encoder, height, label in encoders:
            encoder.stdin.write(pictures.sized(picture, height, label).tobytes())
        if frame % 100 == 0:
            print(f"  {title.id}: picture {frame} of {title.seconds * FRAMES_A_SECOND}", flush=True)
    for encoder, _, _ in encoders:
        encoder.stdin.close()
    if any(encoder.wait() for encoder, _, _ in encoders):
        raise tools.Failed("ffmpeg could not encode; its reason is above")
    tools.sound(title.chords, title.seconds, SOUND_BITS, work / "sound.mp4")


def package(title: Title, work: Path, root: Path) -> None:
    """Cuts it into segments, encrypted if it is to be, and writes its playlists."""
    keys = tuple(title.key(label) for label in title.key_labels)
    common = keys if title.protection == "clearkey" else ()
    tools.package(work / "sound.mp4", "audio", root / "audio/main", title.segment_seconds, title.key_label(None), common)
    for folder, height, _ in renditions(title):
        file = work / f"{folder.replace('/', '-')}.mp4"
        tools.package(file, "video", root / folder, title.segment_seconds, title.key_label(height), common)
    for init in root.rglob("init.mp4"):
        init.write_bytes(mp4.timeless(init.read_bytes()))
    if title.live:
        for folder in [root / "audio/main", *(root / folder for folder, _, _ in renditions(title))]:
            for segment in playlists.segments(folder):
                segment.write_bytes(mp4.widened(segment.read_bytes()))
    audio = playlists.track(root, "audio/main")
    videos = [playlists.track(root, folder, (pictures.width_of(height), height)) for folder, height, _ in renditions(title)]
    if title.live:
        (root / "loop.json").write_text(loop(title, root, [audio, *videos]))
    else:
        heights = [None, *(height for _, height, _ in renditions(title))]
        for track, height in zip([audio, *videos], heights, strict=True):
            key = title.key(title.key_label(height)) if keys else None
            (root / track.folder / "index.m3u8").write_text(playlists.media(title, track, key))
            if title.protection == "aes-128":
                for number, segment in enumerate(playlists.segments(root / track.folder), 1):
                    tools.encrypt_whole(segment, key.key, number)
    subtitles(title, root)
    full = [video for video in videos if not video.folder.startswith("mobile/")]
    # Phones get the lowest of the full ladder, too.
    mobile = [full[-1], *(video for video in videos if video.folder.startswith("mobile/"))]
    (root / "master.m3u8").write_text(playlists.master(title, full, audio))
    (root / "mobile/master.m3u8").write_text(playlists.master(title, mobile, audio, "../"))
    (work / "tracks.json").write_text(
        json.dumps([{"height": v.height, "bandwidth": v.peak + audio.peak, "codecs": f"{v.codec},{audio.codec}"} for v in videos])
    )


def loop(title: Title, root: Path, tracks: list[playlists.Track]) -> str:
    """What a server needs to let the segments follow upon themselves for ever."""
    described = []
    for track in tracks:
        init = (root / track.folder / "init.mp4").read_bytes()
        scale = mp4.timescale(init)
        files = playlists.segments(root / track.folder)
        times = [(file.name, mp4.time(init, file.read_bytes())) for file in files]
        ends = [time.first + time.duration for _, time in times]
        starts = [time.first for _, time in times]
        if starts != [0, *ends[:-1]] or ends[-1] != title.seconds * scale:
            raise tools.Failed(f"{title.id}/{track.folder} does not come out even: {starts}, {ends}")
        described.append(
            {
                "folder": track.folder,
                "timescale": scale,
                "segments": [
                    {"file": name, "first": time.first, "duration": time.duration, "time_at": time.offset} for name, time in times
                ],
            }
        )
    return json.dumps({"seconds": title.seconds, "segment_seconds": title.segment_seconds, "tracks": described}, indent=1) + "\n"


def subtitles(title: Title, root: Path) -> None:
    for language, _, cues in title.subtitles:
        folder = root / "text" / language
        folder.mkdir(parents=True)
        written = [f"{clock(first)} --> {clock(last)}\n{text}\n" for first, last, text in cues]
        (folder / "seg-1.vtt").write_text("\n".join(["WEBVTT\n", *written]), encoding="utf-8")
        (folder / "index.m3u8").write_text(playlists.text(title.seconds))


def clock(seconds: float) -> str:
    return f"00:{int(seconds) // 60:02d}:{seconds % 60:06.3f}"


def artwork(title: Title, root: Path) -> None:
    """A poster for everyone, and small pictures for whoever may play it."""
    poster = CONTENT / "artwork" / title.id / "poster.webp"
    poster.parent.mkdir(parents=True, exist_ok=True)
    still = pictures.picture(title, title.seconds * FRAMES_A_SECOND // 3, clock=False)
    still.resize(POSTER_SIZE, pictures.Image.LANCZOS).save(poster, quality=82, method=6)
    if title.live:
        return
    count = title.seconds // STORY_SECONDS
    width, height = STORY_SIZE
    sprite = pictures.Image.new("RGB", (width * count, height))
    lines = ["WEBVTT\n"]
    for number in range(count):
        frame = int((number + 0.5) * STORY_SECONDS * FRAMES_A_SECOND)
        sprite.paste(pictures.picture(title, frame).resize(STORY_SIZE, pictures.Image.LANCZOS), (width * number, 0))
        first, last = clock(number * STORY_SECONDS), clock((number + 1) * STORY_SECONDS)
        lines.append(f"{first} --> {last}\nsprite.jpg#xywh={width * number},0,{width},{height}\n")
    folder = root / "text/storyboard"
    folder.mkdir(parents=True)
    sprite.save(folder / "sprite.jpg", quality=72, optimize=True)
    (folder / "thumbnails.vtt").write_text("\n".join(lines))


def catalogue() -> None:
    """What is written about each title, as `PUT /v1/admin/titles/{title}` takes it, and the keys."""
    titles, keys = {}, []
    for title in TITLES:
        own = [title.key(label) for label in title.key_labels]
        entry = {"name": title.name, "description": title.description, "live": title.live}
        if not title.live:
            entry["seconds"] = title.seconds
        entry["renditions"] = json.loads((WORK / title.scene / "tracks.json").read_text())
        width, height = POSTER_SIZE
        entry["artwork"] = [{"url": f"/artwork/{title.id}/poster.webp", "role": "poster", "width": width, "height": height}]
        if own:
            entry["keys"] = [str(key.kid) for key in own]
        entry["metadata"] = {"studio": title.credit.split(" · ")[0], "protection": title.protection or "none"}
        titles[title.id] = entry
        for key in own:
            scheme = {"aes-128": "cbc1", "clearkey": "cenc"}[title.protection]
            keys.append(
                {"title": title.id, "label": key.label, "kid": str(key.kid), "key": key.key.hex(), "iv": None, "scheme": scheme}
            )
    write = {"catalogue.json": titles, "keys.json": {"note": "for tests only", "keys": keys}}
    for name, value in write.items():
        (CONTENT / name).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(wanted: list[str]) -> None:
    unknown = set(wanted) - {title.id for title in TITLES}
    if unknown:
        sys.exit(f"there is no title `{min(unknown)}`; titles are {', '.join(title.id for title in TITLES)}")
    for title in TITLES:
        if wanted and title.id not in wanted:
            continue
        root, work = CONTENT / title.folder, WORK / title.scene
        for folder in (root, work):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        try:
            encode(title, work)
            package(title, work, root)
            artwork(title, root)
        except tools.Failed as problem:
            sys.exit(f"{title.id}: {problem}")
        size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
        print(f"{title.id}: {title.seconds} s, {size:,} bytes")
    catalogue()
    size = sum(file.stat().st_size for file in CONTENT.rglob("*") if file.is_file())
    print(f"demo/content: {size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
