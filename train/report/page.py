"""One self-contained HTML page: sections of text, tables and pictures; no script, nothing fetched, light and dark."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.files.atomic import write_text

# Colours are those of Okabe and Ito, which colour-blind readers tell apart: 1 the answer, 2 its rival, 3 the truth.
_STYLE = """
:root{color-scheme:light dark;--page:#fbfbfa;--card:#fff;--text:#1c1f23;--faint:#68707a;--line:#dfe2e6;
 --one:#d55e00;--two:#0072b2;--three:#008f66;--cell:0,114,178;--wrong:213,94,0}
@media(prefers-color-scheme:dark){:root{--page:#14161a;--card:#1d2025;--text:#e7e9ec;--faint:#98a0aa;--line:#333840;
 --one:#ff8a3d;--two:#56b4e9;--three:#2fc898;--cell:86,180,233;--wrong:255,138,61}
 .ink.ink{filter:invert(1);mix-blend-mode:screen}}
*{box-sizing:border-box}
body{margin:0 auto;padding:28px 22px 80px;max-width:1240px;background:var(--page);color:var(--text);
 font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:27px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:19px;margin:44px 0 4px;padding-top:14px;border-top:1px solid var(--line)}
h3{font-size:15px;margin:20px 0 4px}
p{margin:6px 0;max-width:104ch}
a{color:var(--two)}
nav{margin:14px 0 0;font-size:14px}nav a{margin-right:16px;white-space:nowrap}
.faint{color:var(--faint);font-size:13.5px}
.split{display:flex;flex-wrap:wrap;gap:6px 44px;align-items:start}
.wide{overflow-x:auto;padding:6px 0}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin:14px 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 16px}
.tile b{display:block;font-size:22px;line-height:1.25;font-variant-numeric:tabular-nums;font-weight:600}
.tile span{color:var(--faint);font-size:13px}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums;margin:8px 0}
th,td{padding:3px 10px;text-align:right;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left}
th{font-weight:600;color:var(--faint)}
code,.code{font:600 15px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
svg{display:block;max-width:100%;height:auto}
svg text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--text)}
svg .faint,svg text.faint{fill:var(--faint)}
.ink{image-rendering:pixelated;mix-blend-mode:multiply}
.pixels{image-rendering:pixelated}
"""


@dataclass(frozen=True)
class Section:
    """A part of a page: its heading (text), and its body (HTML). style: CSS that it needs."""

    heading: str
    body: str
    style: str = ""


def page(title: str, intro: str, sections: Sequence[Section]) -> str:
    """Put a page together; title: text, intro: HTML."""
    styles = "".join(dict.fromkeys(section.style for section in sections))
    links = "\n".join(f'<a href="#s{i}">{escape(section.heading)}</a>' for i, section in enumerate(sections))
    body = "\n".join(
        f'<section id="s{i}"><h2>{escape(section.heading)}</h2>\n{section.body}\n</section>'
        for i, section in enumerate(sections)
    )
    # The policy keeps a page harmless even if something unescaped should slip into it.
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}{styles}</style></head>
<body><h1>{escape(title)}</h1>
{intro}
<nav>{links}</nav>
{body}
</body></html>
"""


def write(text: str, path: Path) -> None:
    """Write a page; raises WriteError when the file cannot be written."""
    write_text(path, text)


def tiles(figures: Iterable[tuple[str, str]]) -> str:
    """Figures in large print: (figure, what it is), both text."""
    shown = (f'<div class="tile"><b>{escape(figure)}</b><span>{escape(what)}</span></div>' for figure, what in figures)
    return f'<div class="tiles">{"".join(shown)}</div>'


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the header is text, the cells are HTML."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def png_uri(pixels: NDArray[np.uint8]) -> str:
    """A picture as a data: address; pixels: uint8 [H, W] grey, [H, W, 3] BGR or [H, W, 4] BGR with alpha."""
    _, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return f"data:image/png;base64,{base64.b64encode(data.tobytes()).decode('ascii')}"
