"""Draw the demo films: `python tools/demo_film.py`. Needs ffmpeg, which the store itself never does.

Frames come from the same drawings as the pictures, with a few proportions told instead of derived.
"""

import io
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import resvg_py
from msgspec import field
from PIL import Image

from fairday.demo import Picture, goods, svg
from fairday.demo.backdrop import SIZE
from fairday.demo.canvas import Look

OUT = Path(__file__).parent.parent / "src" / "fairday" / "demo" / "films"
SIZE_PX = 560
FRAMES_PER_SECOND = 24
LIMIT_BYTES = 150_000
Pose = Callable[[float], dict[str, float]]


class Posed(Look, frozen=True):
    """A look with some proportions given."""

    told: dict[str, float] = field(default_factory=dict)

    def between(self, trait: str, low: float, high: float) -> float:
        told = self.told.get(trait)
        return super().between(trait, low, high) if told is None else told


def lamp(part: float) -> dict[str, float]:
    """Two arms of fixed length; the head goes down to the page and back, resting at either end."""
    swing = (1 - math.cos(math.tau * part)) / 2
    swing = swing * swing * (3 - 2 * swing)
    head_x, head_y = 60 + 150 * swing, 600 - 190 * swing
    base_x, base_y, lower, upper = -60.0, 44.0, 300.0, 330.0
    dx, dy = head_x - base_x, head_y - base_y
    far = math.hypot(dx, dy)
    bend = math.acos((lower**2 + far**2 - upper**2) / (2 * lower * far))
    angle = math.atan2(dy, dx) + bend
    return {
        "ex": base_x + lower * math.cos(angle),
        "ey": base_y + lower * math.sin(angle),
        "hx": head_x,
        "hy": head_y,
        "tilt": -30 + 22 * swing,
    }


def candles(part: float) -> dict[str, float]:
    """Flames that never stand still, and one draught."""
    draught = math.exp(-(((part - 0.55) / 0.09) ** 2))
    sizes = {}
    for index in range(3):
        flicker = 0.05 * math.sin(math.tau * (3 * part + 0.31 * index)) + 0.035 * math.sin(
            math.tau * (8 * part + 0.57 * index)
        )
        sizes[f"flame{index}"] = 0.98 + flicker - (0.3 - 0.05 * index) * draught
    return sizes


def frame(picture: Picture, pose: dict[str, float], zoom: float) -> bytes:
    look = picture.look
    posed = Posed(look.seed, look.main, look.second, look.accent, look.pattern, look.form, pose)
    drawn = svg(Picture(picture.name, "", "", picture.family, posed, "main"))
    side = SIZE / zoom
    left, top = (SIZE - side) / 2, (SIZE - side) * 0.62
    drawn = drawn.replace(f'viewBox="0 0 {SIZE} {SIZE}"', f'viewBox="{left:.2f} {top:.2f} {side:.2f} {side:.2f}"', 1)
    return resvg_py.svg_to_bytes(svg_string=drawn, width=SIZE_PX, height=SIZE_PX, skip_system_fonts=True)


def film(picture: Picture, pose: Pose, seconds: int, name: str) -> int:
    """Draw and encode one film with its poster; its size in bytes."""
    count = seconds * FRAMES_PER_SECOND
    target = OUT / f"{name}.webm"
    command = [
        *("ffmpeg", "-y", "-loglevel", "error", "-f", "image2pipe", "-framerate", str(FRAMES_PER_SECOND), "-i", "-"),
        *("-c:v", "libvpx-vp9", "-crf", "31", "-b:v", "0", "-pix_fmt", "yuv420p", "-threads", "1"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", str(target)),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for index in range(count):
            part = index / count
            drawn = frame(picture, pose(part), 1.06 + 0.05 * math.sin(math.tau * part))
            if index == 0:
                Image.open(io.BytesIO(drawn)).convert("RGB").save(OUT / f"{name}.webp", quality=82, method=6)
            encoder.stdin.write(drawn)
        encoder.stdin.close()
    return target.stat().st_size


def main() -> int:
    mains = {item.product.slug: item.pictures[0] for item in goods().items}
    sizes = {
        "drafting-lamp": film(mains["drafting-lamp"], lamp, 6, "drafting-lamp"),
        "three-on-a-shelf": film(mains["three-on-a-shelf"], candles, 5, "three-on-a-shelf"),
    }
    for name, size in sizes.items():
        print(f"{name}: {size} bytes")
    return int(max(sizes.values()) > LIMIT_BYTES)


if __name__ == "__main__":
    sys.exit(main())
