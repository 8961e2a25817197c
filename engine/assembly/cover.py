"""A book's cover in the form that players and stores take."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from engine.errors import ExportError

LARGEST_SIDE = 3000  # pixels; stores ask for 1024 to 2400 and more, some players stop showing far larger ones
LARGEST_BYTES = 4_000_000
JPEG_QUALITY = 90


def prepare_cover(picture: bytes) -> bytes:
    """The picture as JPEG or PNG: unchanged when it is one already and of a usable size, else as a new JPEG.

    Raises ExportError when it is broken, too large to open, or no picture.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)  # Pillow's limit of some 90 million pixels
            with Image.open(io.BytesIO(picture)) as image:
                image.load()
                plain = image.format in ("JPEG", "PNG") and image.mode in ("RGB", "RGBA", "L", "P")
                if plain and max(image.size) <= LARGEST_SIDE and len(picture) <= LARGEST_BYTES:
                    return picture
                return _redraw(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ExportError(
            f"The cover has too many pixels. Choose a picture of at most {LARGEST_SIDE} by {LARGEST_SIDE} pixels."
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # Pillow says "broken" in all of these ways
        raise ExportError("The cover cannot be opened as a picture. Choose a JPEG or PNG file.") from error


def _redraw(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        upright = Image.new("RGB", seen.size, "white")
        upright.paste(seen, mask=seen.getchannel("A"))
    drawn = upright.convert("RGB")
    drawn.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    written = io.BytesIO()
    drawn.save(written, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return written.getvalue()
