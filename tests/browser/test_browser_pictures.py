"""Pictures of every view, for docs/review.md: `make screenshots` keeps them there; any other run only sees that they can be made."""

import io
from pathlib import Path

import pytest
from desks import Open, Server
from PIL import Image
from views import VIEWS

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs/review"
#: No picture may be larger, in bytes.
LARGEST = 150_000
#: Name of the picture: the view, and how the browser is set.
SHOTS: dict[str, tuple[str, dict[str, object]]] = {
    **{view: (view, {}) for view in VIEWS if view != "away"},
    "dark": ("review", {"color_scheme": "dark"}),
    "phone": ("review", {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}),
}
#: Views of whole pages, however long.
LONG = {"changes", "statistics", "document", "side-by-side"}


@pytest.mark.parametrize("name", SHOTS)
def test_picture(name: str, server: Server, visit: Open, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    view, options = SHOTS[name]
    desk = visit(server, **options)
    VIEWS[view](desk)
    drawn = desk.page.screenshot(full_page=name in LONG, animations="disabled", caret="hide")
    folder = PICTURES if request.config.getoption("--screenshots", default=False) else tmp_path
    folder.mkdir(exist_ok=True)
    target = folder / f"{name}.png"
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    image.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(target, optimize=True)
    assert 5_000 < target.stat().st_size < LARGEST


def test_the_page_about_review_shows_all_of_them() -> None:
    text = (ROOT / "docs/review.md").read_text(encoding="utf-8")
    assert {p.name for p in PICTURES.iterdir()} == {f"{name}.png" for name in SHOTS}
    assert not [name for name in SHOTS if f"review/{name}.png" not in text]
