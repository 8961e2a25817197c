"""Makes the sample book, "The Crow Who Kept the Time", beside this script: an EPUB 3, the same bytes every time.

Run ``python assets/sample/make_sample_book.py [FOLDER]``. It needs Pillow for the cover. The story and the cover were
made for Voxfolio and are in the public domain (CC0 1.0).
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

TITLE = "The Crow Who Kept the Time"
AUTHOR = "Voxfolio"
IDENTIFIER = "urn:uuid:6a1d5a0e-6f0c-4c57-9d0b-0c6f766f7866"
DATE = "2026-11-21"
FILE_NAME = "the-crow-who-kept-the-time.epub"
DESCRIPTION = (
    "When the clock of Willow Bridge stops, an old crow offers to call the hours. A small tale in four chapters."
)

CHAPTERS = (
    (
        "The Clock Stops",
        """
<p>In a small green valley, beside a slow brown river, there was a village called Willow Bridge. It had a church, a
bakery, a school with a red door, and a tall white tower with a clock. The clock was old, and everybody trusted it.
When it struck seven, the baker opened his shop. When it struck eight, the children went to school. When it struck
nine at night, the lamps went out, one after another, and the whole village slept.</p>
<p>One cold morning in the spring, the clock did not strike at all.</p>
<p>The baker slept late, and there was no bread. The children played in the street until noon. The cows stood at the
gate and waited, and the ferry crossed the river without a single passenger.</p>
<p>“What time is it?” asked Mrs. Finch, who kept the school.</p>
<p>“Nobody knows,” said the baker. “The clock has stopped.”</p>
<p>They climbed the stairs of the tower together. Inside the clock, among the dusty wheels, they found a small nest
made of straw and string. In the nest sat an old black crow with one white feather in his tail.</p>
<p>“Good morning,” said the crow. “I hope I am not in the way.”</p>
""",
    ),
    (
        "Mr. Pim Calls the Hours",
        """
<p>The crow’s name was Mr. Pim.<a epub:type="noteref" role="doc-noteref" id="mark-1" href="#note-1">1</a> He was very
polite, and he did not move.</p>
<p>“You have stopped our clock,” said the baker, and he shook his finger. “Take your nest away at once!”</p>
<p>“I could,” said Mr. Pim, “but there are three eggs in it, and one of them is talking.”</p>
<p>Nobody spoke. A baker can be angry with a crow. It is <em>much</em> harder to be angry with an egg.</p>
<p>“Then how shall we know the hour?” asked Mrs. Finch.</p>
<p>The crow looked up at the sun, and down at the shadows in the square. “I have lived beside this clock for eleven
years,” he said. “I know its work by heart. Leave the nest until my children can fly, and I will call the hours
myself.”</p>
<p>And so he did. He gave seven calls for the baker, eight for the school, and nine for the lamps. He was never early,
and he was <em>never</em> late. By the second week, the village had stopped laughing. By the third, people were
setting their watches by him, and the children had made up a song:</p>
<blockquote class="poem">
<p>Seven for bread, and eight for the bell,<br/>
And nine for the lamp on the stair;<br/>
Old Mr. Pim, he counts so well,<br/>
And all he will take is a pear.</p>
</blockquote>
<aside epub:type="footnote" role="doc-footnote" id="note-1">
<p>1. Crows have longer names among themselves. His took until lunch to say.
<a role="doc-backlink" href="#mark-1" aria-label="Back to the story">↩</a></p>
</aside>
""",
    ),
    (
        "The Fog",
        """
<p>Then came the fog. It rolled up from the river in the night, and in the morning nobody could see the tower, or the
square, or the end of his own nose. There was no sun. There were no shadows.</p>
<p>Mr. Pim sat on the edge of the nest with his head on one side. He could not <em>see</em> the hour, so he listened
for it. He heard the river, which is louder at dawn. He heard the mill wheel begin to turn. He heard the early train,
far away behind the hill, and he called seven.</p>
<hr/>
<p>Out on the water, a little boat was lost. In it sat Tom, the ferryman’s boy, with one wet oar and no lamp at
all.</p>
<p>“Help!” he shouted. “Is anybody there?”</p>
<p>The fog gave him no answer. But then, high up and far to the left, he heard a voice: one, two, three, four, five,
six, seven.</p>
<p>“The tower!” cried Tom. He turned the boat toward the sound, and he rowed.</p>
<p>Mr. Pim heard the splash of the oar. It was not yet the hour for calling, but he called again, and again, and
again, until the boat bumped softly against the steps below the bakery.</p>
<p>“It is only ten past seven,” said the baker, when he had let go of the boy and dried his eyes. “Why is the crow
still calling?”</p>
<p>“Because some things,” said Mrs. Finch, “are more important than being on time.”</p>
""",
    ),
    (
        "Four Voices",
        """
<p>In the first week of May, the eggs were empty. Three young crows hopped along the window sill, fell off it one by
one, and found that they could fly.</p>
<p>Mr. Pim kept his promise. He carried the nest, straw by straw, to the old willow beside the bridge. The clockmaker
came from the city with his little can of oil. He cleaned the wheels and gave the pendulum a push. <em>Tick</em>, said
the clock. <em>Tock</em>. The whole village cheered.</p>
<p>But that evening, when the clock struck nine, nobody put out the lamps. They all stood at their doors and looked
up.</p>
<p>“It isn’t the same,” said Tom.</p>
<p>“No,” said the baker slowly. “The clock tells us the hour. It does not care whether we are home.”</p>
<p>So Mrs. Finch painted a notice, and the baker nailed it to the door of the tower. You may read it there today:</p>
<blockquote><p>The clock is for the time. The crow is for the fog. Please leave a pear.</p></blockquote>
<p>And on gray mornings, when the river goes up to meet the sky, four voices call the hours over Willow Bridge, and
three of them are always a little early.</p>
""",
    ),
)

STYLE = """body { margin: 5%; line-height: 1.5; }
h1 { text-align: center; margin: 2em 0; }
p { margin: 0; text-indent: 1.2em; }
hr { border: 0; margin: 1.5em 0; }
hr::after { content: "* * *"; display: block; text-align: center; }
.poem p, blockquote p, aside p, .center p { text-indent: 0; }
.poem, blockquote { margin: 1em 2em; }
aside { margin-top: 2em; font-size: 0.85em; }
.center { text-align: center; }
"""

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""

TITLE_PAGE = f"""<section class="center" epub:type="titlepage">
<h1>{TITLE}</h1>
<p>{AUTHOR}</p>
</section>"""

COLOPHON = """<section class="center" epub:type="colophon">
<h1>Colophon</h1>
<p>This story and its cover were made for Voxfolio, a narration studio, so that there is a book to try it with.</p>
<p>They are dedicated to the public domain under
<a href="https://creativecommons.org/publicdomain/zero/1.0/">CC0 1.0</a>:
copy, change, record and share them as you like.</p>
</section>"""


def make_page(title: str, body: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en-US" xml:lang="en-US">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>
{body}
</body>
</html>
"""


def list_pages() -> dict[str, tuple[str, str]]:
    """The pages in reading order: file name -> title and body."""
    pages = {"title.xhtml": (TITLE, TITLE_PAGE)}
    entries = []
    for number, (title, story) in enumerate(CHAPTERS, 1):
        body = f'<section epub:type="chapter" role="doc-chapter">\n<h1>{title}</h1>{story}</section>'
        pages[f"chapter-{number}.xhtml"] = (title, body)
        entries.append(f'<li><a href="chapter-{number}.xhtml">{title}</a></li>')
    entries.append('<li><a href="colophon.xhtml">Colophon</a></li>')
    contents = "\n".join(
        ['<nav epub:type="toc" role="doc-toc">', "<h1>Contents</h1>", "<ol>", *entries, "</ol>", "</nav>"]
    )
    pages["contents.xhtml"] = ("Contents", contents)
    pages["colophon.xhtml"] = ("Colophon", COLOPHON)
    order = ["title.xhtml", "contents.xhtml", *(name for name in pages if name.startswith("chapter")), "colophon.xhtml"]
    return {name: pages[name] for name in order}


def make_package(names: list[str]) -> str:
    items = [
        f'<item id="{name.removesuffix(".xhtml")}" href="{name}" media-type="application/xhtml+xml"'
        + (' properties="nav"/>' if name == "contents.xhtml" else "/>")
        for name in names
    ]
    spine = [f'<itemref idref="{name.removesuffix(".xhtml")}"/>' for name in names]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="identifier" xml:lang="en-US">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="identifier">{IDENTIFIER}</dc:identifier>
<dc:title>{TITLE}</dc:title>
<dc:creator>{AUTHOR}</dc:creator>
<dc:language>en-US</dc:language>
<dc:date>{DATE}</dc:date>
<dc:description>{DESCRIPTION}</dc:description>
<dc:rights>CC0 1.0 Universal, https://creativecommons.org/publicdomain/zero/1.0/</dc:rights>
<meta property="dcterms:modified">{DATE}T00:00:00Z</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="schema:accessibilitySummary">A short story of text only, with a decorative cover.</meta>
<meta name="cover" content="cover"/>
</metadata>
<manifest>
{chr(10).join(items)}
<item id="style" href="style.css" media-type="text/css"/>
<item id="cover" href="cover.png" media-type="image/png" properties="cover-image"/>
</manifest>
<spine>
{chr(10).join(spine)}
</spine>
</package>
"""


def draw_cover() -> bytes:
    """A 1,600 by 1,600 PNG of flat colors: the tower, its clock without hands, and the crow, at daybreak."""
    size = 3200  # drawn twice as large, then made smaller, so that edges are smooth
    cover = Image.new("RGB", (size, size))
    pen = ImageDraw.Draw(cover)
    night, rose, dawn = (34, 46, 88), (186, 110, 112), (250, 204, 146)
    bands = 48
    for band in range(bands):  # bands of color compress well and look like a print
        place = 2 * band / (bands - 1)
        start, end = (night, rose) if place < 1 else (rose, dawn)
        color = tuple(round(first + (last - first) * (place % 1)) for first, last in zip(start, end, strict=True))
        pen.rectangle([0, band * size // bands, size, (band + 1) * size // bands], fill=color if place < 2 else dawn)
    pen.ellipse([1980, 1560, 2780, 2360], fill=(255, 224, 168))  # the sun
    pen.ellipse([-900, 2350, 2300, 4600], fill=(74, 104, 92))  # hills
    pen.ellipse([1200, 2500, 4300, 4700], fill=(56, 84, 78))
    pen.rectangle([760, 1400, 1300, 3200], fill=(240, 234, 220))  # the tower
    pen.polygon([(700, 1400), (1030, 960), (1360, 1400)], fill=(142, 62, 52))
    pen.rectangle([940, 2700, 1120, 3200], fill=(142, 62, 52))
    pen.ellipse([830, 1540, 1230, 1940], fill=(60, 56, 64))
    pen.ellipse([870, 1580, 1190, 1900], fill=(250, 246, 236))
    pen.rectangle([1250, 1412, 1740, 1450], fill=(96, 66, 50))  # a beam to sit on
    draw_crow(pen)
    for line, y, height in [("The Crow Who", 230, 300), ("Kept the Time", 570, 300), (AUTHOR, 2960, 120)]:
        x = size / 2 if y < 2000 else 2250
        pen.text((x, y), line, font=ImageFont.load_default(height), fill=(255, 248, 232), anchor="mt")
    small = cover.resize((size // 2, size // 2), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.quantize(colors=224, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def draw_crow(pen: ImageDraw.ImageDraw) -> None:
    """The crow on its beam, looking toward the sun."""
    black, white = (28, 28, 36), (250, 246, 236)
    pen.polygon([(1180, 1240), (1420, 1040), (1560, 1240), (1360, 1330)], fill=black)  # tail and back
    pen.polygon([(1150, 1270), (1215, 1205), (1330, 1250), (1240, 1300)], fill=white)  # the white feather
    pen.ellipse([1290, 960, 1700, 1330], fill=black)
    pen.ellipse([1560, 840, 1790, 1070], fill=black)
    pen.polygon([(1765, 910), (1930, 970), (1770, 1000)], fill=(224, 164, 60))
    pen.ellipse([1690, 905, 1730, 945], fill=white)
    for leg in (1450, 1530):
        pen.line([(leg, 1310), (leg - 20, 1420)], fill=(224, 164, 60), width=18)


def write_book(folder: Path) -> Path:
    """Write the EPUB into ``folder`` and return its path."""
    pages = list_pages()
    files: dict[str, bytes] = {"META-INF/container.xml": CONTAINER.encode()}
    files["book/package.opf"] = make_package(list(pages)).encode()
    files |= {f"book/{name}": make_page(title, body).encode() for name, (title, body) in pages.items()}
    files |= {"book/style.css": STYLE.encode(), "book/cover.png": draw_cover()}
    path = folder / FILE_NAME
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {"mimetype": b"application/epub+zip", **files}.items():
            entry = zipfile.ZipInfo(name, date_time=(2026, 11, 21, 0, 0, 0))
            entry.create_system = 3  # the same on every system
            entry.external_attr = 0o644 << 16
            stored = name in ("mimetype", "book/cover.png")
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return path


if __name__ == "__main__":
    write_book(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
