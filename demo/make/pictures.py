"""The pictures: flat shapes that move slowly, a clock, the title's name, and in the corner how high the picture is."""

import math
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from titles import FRAMES_A_SECOND, Title

WIDTH, HEIGHT = 1920, 1080

# Shapes are drawn this many times as large and reduced, which makes their edges smooth.
OVER = 2

# Per scene: the colour of text, of what is less important, and of what is lit.
INK = {
    "reactor": ("#f4ecd8", "#7fb5a6", "#e9b44c"),
    "fjord": ("#eef3fa", "#7d9cc4", "#f2e3b3"),
    "comets": ("#fbeff7", "#a98cc4", "#ff8c69"),
    "tide": ("#12383c", "#8a6a4f", "#d1495b"),
}


class Canvas:
    """A picture to draw on, in the coordinates of 1920 by 1080."""

    def __init__(self, colour: str):
        self.image = Image.new("RGB", (WIDTH * OVER, HEIGHT * OVER), colour)
        self.draw = ImageDraw.Draw(self.image)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        self.draw.ellipse([v * OVER for v in (x - radius, y - radius, x + radius, y + radius)], fill=colour)

    def shape(self, points: list[tuple[float, float]], colour: str) -> None:
        self.draw.polygon([(x * OVER, y * OVER) for x, y in points], fill=colour)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.draw.rectangle([x * OVER, y * OVER, (x + width) * OVER - 1, (y + height) * OVER - 1], fill=colour)

    def reduced(self) -> Image.Image:
        return self.image.reduce(OVER)


def turn(seconds: float, period: float) -> float:
    """How far a circle has been gone round, in radians."""
    return math.tau * seconds / period


def reactor(seconds: float) -> Canvas:
    canvas = Canvas("#0f2f2d")
    x, y = 1290, 500
    for radius, colour in ((420, "#143e3a"), (310, "#1a5049"), (200, "#226458")):
        canvas.disc(x, y, radius, colour)
    canvas.disc(x, y, 104 + 10 * math.sin(turn(seconds, 8)), "#e9b44c")
    for radius, period, size in ((200, 8, 20), (310, 12, 26), (420, 24, 32)):
        angle = turn(seconds, period) - 1
        canvas.disc(x + radius * math.cos(angle), y + radius * math.sin(angle), size, "#f4ecd8")
    return canvas


def fjord(seconds: float) -> Canvas:
    canvas = Canvas("#10284a")
    part = seconds / 24
    x, y = 900 + 620 * part, 420 - 150 * math.sin(math.pi * (0.15 + 0.7 * part))
    canvas.disc(x, y, 92, "#f2e3b3")
    canvas.shape([(0, 760), (0, 600), (260, 470), (520, 640), (760, 520), (1010, 760)], "#1d4373")
    canvas.shape([(780, 760), (1120, 560), (1330, 650), (1640, 430), (1920, 620), (1920, 760)], "#183a66")
    canvas.box(0, 760, WIDTH, 320, "#0b1c36")
    for number, width in enumerate((150, 112, 84, 56)):
        sway = 14 * math.sin(turn(seconds, 6) + number)
        canvas.box(x - width / 2 + sway, 784 + number * 34, width, 9, "#8f8c80")
    boat = 660 + 360 * part
    canvas.shape([(boat - 70, 800), (boat + 84, 800), (boat + 56, 834), (boat - 50, 834)], "#d8574a")
    canvas.box(boat - 20, 764, 44, 36, "#eef3fa")
    canvas.box(boat + 40, 730, 6, 70, "#eef3fa")
    canvas.disc(boat + 43, 726, 10, "#f2e3b3")
    return canvas


# By the golden ratio: evenly, and without rows that the eye would find. None stands behind the title.
STARS = tuple(
    (x, y, 3 + n % 3)
    for n in range(34)
    for x, y in [(40 + 1840 * (n * 0.618034 % 1), 60 + 740 * ((n + 0.5) * 0.754878 % 1))]
    if x > 760 or y > 300
)


def comets(seconds: float) -> Canvas:
    canvas = Canvas("#2b1b40")
    canvas.disc(1500, 1180, 520, "#3b2656")
    for x, y, radius in STARS:
        canvas.disc(x, y, radius, "#8f74ad")
    frame = round(seconds * FRAMES_A_SECOND)
    # Whole pixels a picture, so that an encoder need only move what was there.
    for x, y, size, light, dark in (
        (-420 + 3 * frame, 760 - frame, 1.0, "#ff8c69", "#d9663f"),
        (760 + frame, 350 - frame // 3, 0.72, "#ffd166", "#d9a53a"),
        (120 + frame, 480 - frame // 3, 0.5, "#9be3de", "#5fb3ad"),
    ):

        def at(points, x=x, y=y, size=size):
            return [(x + size * a, y + size * b) for a, b in points]

        canvas.shape(at([(-60, 8), (-470, 120), (-66, 36)]), "#46306a")
        canvas.shape(at([(170, -70), (-90, -40), (-20, 14)]), light)
        canvas.shape(at([(170, -70), (-20, 14), (10, 76)]), light)
        canvas.shape(at([(170, -70), (-20, 14), (-34, 64)]), dark)
    return canvas


def tide(seconds: float) -> Canvas:
    canvas = Canvas("#f3dcbc")
    canvas.disc(1330, 430, 250, "#eab98a")
    canvas.disc(1330, 430, 190, "#d1495b")
    for tick in range(16):
        angle = turn(tick, 16)
        lit = tick <= seconds
        canvas.disc(
            1330 + 220 * math.sin(angle), 430 - 220 * math.cos(angle), 11 if tick % 4 else 16, "#d1495b" if lit else "#f3dcbc"
        )
    angle = turn(seconds, 16)
    across = (9 * math.cos(angle), 9 * math.sin(angle))
    tip = (1330 + 160 * math.sin(angle), 430 - 160 * math.cos(angle))
    canvas.shape(
        [(1330 - across[0], 430 - across[1]), tip, (1330 + across[0], 430 + across[1])],
        "#f3dcbc",
    )
    canvas.disc(1330, 430, 18, "#f3dcbc")
    for level, height, length, colour in (
        (700, 26, 1200, "#3aa79b"),
        (790, 18, 600, "#175f63"),
    ):
        # Three pixels a picture, which are one or two in the smaller pictures: an encoder need only move what was there.
        points = [(0.0, float(HEIGHT))]
        for x in range(0, WIDTH + 1, 15):
            points.append((float(x), level + height * math.sin(math.tau * (x - 75 * seconds) / length)))
        canvas.shape([*points, (float(WIDTH), float(HEIGHT))], colour)
    return canvas


SCENES = {"reactor": reactor, "fjord": fjord, "comets": comets, "tide": tide}

# The channel's clock stands on its waves.
CLOCK_INK = {"tide": "#f3dcbc"}


@cache
def mask(text: str, size: int, weight: int = 0) -> Image.Image:
    """How much of each pixel the text covers."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text, stroke_width=weight)
    image = Image.new("L", (int(right) + 2, int(size * 1.3)), 0)
    ImageDraw.Draw(image).text((0, 0), text, font=font, fill=255, stroke_width=weight)
    return image


def write(image: Image.Image, at: tuple[int, int], text: str, size: int, colour: str, weight: int = 0) -> None:
    image.paste(colour, at, mask(text, size, weight))


def picture(title: Title, frame: int, clock: bool = True) -> Image.Image:
    """One picture of a title, without the corner that says how high it is."""
    seconds = frame / FRAMES_A_SECOND
    image = SCENES[title.scene](seconds).reduced()
    ink, faint, lit = INK[title.scene]
    write(image, (96, 84), title.name, 92, ink, 2)
    write(image, (100, 204), title.credit, 40, faint)
    if not clock:
        return image
    draw = ImageDraw.Draw(image)
    on_ground = CLOCK_INK.get(title.scene, ink)
    minutes, second = divmod(frame // FRAMES_A_SECOND, 60)
    # One place per digit, so that none moves when another changes.
    for place, digit in enumerate(f"{minutes:02d}:{second:02d}"):
        write(image, (96 + (0, 88, 180, 220, 308)[place], 850), digit, 150, on_ground, 2)
    # Beside the seconds, a cell for each frame of the second.
    for cell in range(FRAMES_A_SECOND):
        x = 540 + cell * 22
        colour = lit if cell <= frame % FRAMES_A_SECOND else faint
        draw.rectangle([x, 930, x + 15, 977], fill=colour)
    done = int((WIDTH - 192) * (frame + 1) / (title.seconds * FRAMES_A_SECOND))
    draw.rectangle([96, 1030, WIDTH - 97, 1037], fill=faint)
    draw.rectangle([96, 1030, 96 + done, 1037], fill=lit)
    return image


def corner(title: Title, height: int, ladder: str) -> Image.Image:
    """What stands in the upper corner of a rendition, as large as that rendition needs it."""
    ink, _, lit = INK[title.scene]
    text = f"{height}p" if ladder == "main" else f"{height}p mobile"
    letters = mask(text, 64, 2)
    box = letters.getbbox()
    width, tall = box[2] - box[0], box[3] - box[1]
    label = Image.new("RGB", (width + 64, 104), lit)
    dark = "#1b1b24" if title.scene != "tide" else "#fff6e6"
    label.paste(dark, (32 - box[0], (108 - tall) // 2 - box[1]), letters)
    scale = height / HEIGHT
    return label.resize((even(label.width * scale), even(label.height * scale)), Image.LANCZOS)


def even(number: float) -> int:
    """The nearest even number: what is drawn on even pixels keeps its colour's edges sharp."""
    return round(number / 2) * 2


def width_of(height: int) -> int:
    return even(height * 16 / 9)


def sized(image: Image.Image, height: int, label: Image.Image | None) -> Image.Image:
    """A picture at the height of a rendition, with its corner."""
    width = width_of(height)
    if height != HEIGHT:
        image = image.resize((width, height), Image.LANCZOS)
    else:
        image = image.copy()
    if label is not None:
        margin = even(80 * height / HEIGHT)
        image.paste(label, (even(width - label.width - margin), margin))
    return image
