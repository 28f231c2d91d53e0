"""A matplotlib figure that shows itself in a notebook, with words for those who cannot see it."""

import base64
import io
from typing import Any

from matplotlib.figure import Figure


class Picture(Figure):
    """A figure without pyplot: nothing stays open, nothing is shown twice.

    A plain ``Figure`` as a cell's last line prints only its name until somebody imports pyplot; this one
    always gives its picture.

    Parameters
    ----------
    alt : str
        One sentence that tells a reader who cannot see the picture what it shows.
    **options
        matplotlib's own: ``figsize``, ``layout`` (default ``"constrained"``) and so on.
    """

    def __init__(self, *, alt: str, **options: Any):
        super().__init__(**{"layout": "constrained", **options})
        self.alt = alt

    def _repr_mimebundle_(self, **_kwargs: Any) -> tuple[dict[str, str], dict[str, Any]]:
        """Picture and words for a notebook."""
        png = io.BytesIO()
        self.savefig(png, format="png", dpi=self.dpi)
        data = {"image/png": base64.b64encode(png.getvalue()).decode("ascii"), "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt}}
