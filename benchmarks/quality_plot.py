"""A reliability diagram as SVG: of the segments that are given a chance, how many are so. Needs no plotting library."""

from __future__ import annotations

import math
from html import escape

import numpy as np

_SIZE, _LEFT, _TOP = 320, 52, 44
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#24292f}.a{stroke:#57606a;fill:none}.d{stroke:#8c959f;stroke-dasharray:4 4}"
    ".e{stroke:#0550ae;stroke-width:1.5}.p{fill:#0550ae}.n{font-size:10px;fill:#57606a}.t{font-size:13px;font-weight:600}"
    "@media (prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#e6edf3}.n{fill:#9aa4ae}.e{stroke:#79c0ff}.p{fill:#79c0ff}}"
)


def interval(share: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of n."""
    z = 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def svg(chances: np.ndarray, happened: np.ndarray, title: str, bins: int = 10) -> str:
    """The diagram of chances, 0 to 1, against what happened, 0 or 1; bins of equal count, with Wilson's 95 % intervals."""
    def x(v: float) -> float:
        return _LEFT + v * _SIZE

    def y(v: float) -> float:
        return _TOP + (1 - v) * _SIZE

    width, height = _SIZE + _LEFT + 20, _SIZE + _TOP + 52
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<text class="t" x="{_LEFT}" y="20">{escape(title)}</text>',
        f'<rect class="a" x="{x(0)}" y="{y(1)}" width="{_SIZE}" height="{_SIZE}"/>',
        f'<line class="d" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<text x="{x(tick)}" y="{y(0) + 18}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{x(0) - 8}" y="{y(tick) + 4}" text-anchor="end">{tick:g}</text>')
    for chosen in np.array_split(np.argsort(chances, kind="stable"), bins):
        if not len(chosen):
            continue
        given, found = float(chances[chosen].mean()), float(happened[chosen].mean())
        low, high = interval(found, len(chosen))
        parts.append(f'<line class="e" x1="{x(given):.1f}" y1="{y(low):.1f}" x2="{x(given):.1f}" y2="{y(high):.1f}"/>')
        parts.append(f'<circle class="p" cx="{x(given):.1f}" cy="{y(found):.1f}" r="4"/>')
    parts.append(f'<text x="{x(0.5)}" y="{y(0) + 38}" text-anchor="middle">risk</text>')
    parts.append(f'<text x="16" y="{y(0.5)}" text-anchor="middle" transform="rotate(-90 16 {y(0.5)})">share with a major error</text>')
    note = f"{len(chances)} segments, {bins} bins of equal count, 95 % intervals"
    parts.append(f'<text class="n" x="{x(0) + 6}" y="{y(1) + 16}">{note}</text>')
    return "\n".join([*parts, "</svg>", ""])
