"""Pictures: what they are, and a small copy of them. Never trusts a picture's own word on its size."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

import numpy as np

from schemas.errors import bad_input

FORMATS = ("TIFF", "PNG", "JPEG")
THUMBNAIL_PX = 256
MOST_PIXELS = 100_000_000  # a stitched slide; more does not fit into the memory of a small machine
_SUSPECT_PIXELS = 20_000_000
_MOST_PIXELS_A_BYTE = 500  # no real picture compresses further
_BITS = {"1": 1, "L": 8, "P": 8, "I;16": 16, "I;16L": 16, "I;16B": 16, "I": 32, "F": 32}
_BYTE_RANGE = 255.0
_REMEDY = "Export the picture again as TIFF, PNG or JPEG."
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    AttributeError,
    struct.error,
    zlib.error,
    ZeroDivisionError,
    RuntimeError,
)  # fmt: skip -- what Pillow's decoders raise for damaged files


@dataclass(frozen=True)
class Picture:
    """A picture's shape and its thumbnail as PNG bytes."""

    format: str
    width_px: int
    height_px: int
    channel_count: int
    bit_depth: int
    page_count: int
    thumbnail: bytes


def read_picture(content: bytes, file: str) -> Picture:
    """Open a picture, refuse decompression bombs by its header, decode its first page for the thumbnail.

    Raises ``BadInputError`` for damaged or cut off pictures, other formats and absurd sizes.
    """
    from PIL import Image  # noqa: PLC0415 -- slow to import

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sizes are checked here; metadata that a camera garbled do not matter
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                width, height = image.size
                _refuse_bomb(width, height, len(content), file)
                pages = int(getattr(image, "n_frames", 1))
                kind, mode = str(image.format), image.mode
                channels = 3 if mode == "P" else len(image.getbands())
                return Picture(kind, width, height, channels, _BITS.get(mode, 8), pages, _thumbnail(image))
    except Image.DecompressionBombError as error:
        raise bad_input(file, "header", "picture_too_large", str(error), "Export a smaller picture.") from error
    except MemoryError as error:
        raise bad_input(file, "", "picture_too_large", "the picture does not fit into memory", _REMEDY) from error
    except _UNREADABLE as error:
        message = f"the picture is damaged or no TIFF, PNG or JPEG ({type(error).__name__}: {error})"
        raise bad_input(file, "", "damaged_picture", message, _REMEDY) from error


def _refuse_bomb(width: int, height: int, size: int, file: str) -> None:
    pixels = width * height
    if pixels > MOST_PIXELS or (pixels > _SUSPECT_PIXELS and pixels > _MOST_PIXELS_A_BYTE * size):
        message = f"{width} x {height} pixels in {size:,} bytes is no picture of an instrument"
        remedy = f"Export it with at most {MOST_PIXELS // 10**6} million pixels."
        raise bad_input(file, "header", "picture_too_large", message, remedy, f"{width} x {height}")


def _thumbnail(image: object) -> bytes:
    from PIL import Image  # noqa: PLC0415 -- slow to import

    assert isinstance(image, Image.Image)
    image.draft("RGB", (2 * THUMBNAIL_PX, 2 * THUMBNAIL_PX))  # JPEG only: decodes a smaller copy
    image.load()
    small: Image.Image = image
    if image.mode.startswith(("I", "F")):
        step = max(1, min(image.size) // (2 * THUMBNAIL_PX))
        grey = np.asarray(image)[::step, ::step].astype(np.float64)
        low, high = np.nanpercentile(np.where(np.isfinite(grey), grey, np.nan), (0.5, 99.5)) if grey.size else (0, 1)
        if not high > low:
            low, high = 0.0, 1.0
        scaled = np.nan_to_num(np.clip((grey - low) / (high - low), 0, 1) * _BYTE_RANGE)
        small = Image.fromarray(scaled.astype(np.uint8))
    elif image.mode not in ("L", "RGB"):
        small = image.convert("RGB" if image.mode != "1" else "L")
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()
