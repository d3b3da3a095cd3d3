from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from schemas.errors import BadInputError
from tasks.methods.pictures import THUMBNAIL_PX, read_picture


def saved(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


GREY16 = Image.fromarray(np.linspace(100, 4000, 600 * 400, dtype=np.uint16).reshape(400, 600))


@pytest.mark.parametrize(
    ("image", "kind", "channels", "bits"),
    [
        (Image.new("RGB", (600, 400), "red"), "PNG", 3, 8),
        (Image.new("RGB", (600, 400), "red"), "JPEG", 3, 8),
        (Image.new("L", (600, 400), 7), "TIFF", 1, 8),
        (Image.new("1", (600, 400)), "TIFF", 1, 1),
        (Image.new("RGBA", (600, 400)), "PNG", 4, 8),
        (Image.new("P", (600, 400)), "PNG", 3, 8),
        (GREY16, "TIFF", 1, 16),
        (Image.fromarray(np.full((400, 600), np.nan, dtype=np.float32)), "TIFF", 1, 32),
    ],
)
def test_shape_and_thumbnail(image: Image.Image, kind: str, channels: int, bits: int) -> None:
    found = read_picture(saved(image, kind), "p")
    assert (found.format, found.width_px, found.height_px) == (kind, 600, 400)
    assert (found.channel_count, found.bit_depth, found.page_count) == (channels, bits, 1)
    with Image.open(io.BytesIO(found.thumbnail)) as small:
        assert (small.format, max(small.size)) == ("PNG", THUMBNAIL_PX)


def test_sixteen_bits_are_stretched_so_that_something_is_seen() -> None:
    with Image.open(io.BytesIO(read_picture(saved(GREY16, "TIFF"), "p").thumbnail)) as small:
        low, high = small.convert("L").getextrema()
    assert (low, high) == (0, 255)


def test_pages_of_a_tiff_are_counted() -> None:
    out, page = io.BytesIO(), Image.new("L", (8, 8))
    page.save(out, "TIFF", save_all=True, append_images=[page, page])
    assert read_picture(out.getvalue(), "p").page_count == 3


def png(width: int, height: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (6_000, 6_000), (2**31 - 1, 2**31 - 1)])
def test_decompression_bombs_are_refused_by_their_header(width: int, height: int) -> None:
    with pytest.raises(BadInputError) as caught:
        read_picture(png(width, height, bytes(1000)), "p")
    assert caught.value.problems[0].rule == "picture_too_large"


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0", b"\xff\xd8\xff\xe0", b"GIF89a", saved(GREY16, "TIFF")[:5000],
     saved(Image.effect_noise((64, 64), 50), "PNG")[:-500]],
)  # fmt: skip
def test_damaged_pictures_are_refused(content: bytes) -> None:
    with pytest.raises(BadInputError, match="damaged or no TIFF, PNG or JPEG"):
        read_picture(content, "p")
