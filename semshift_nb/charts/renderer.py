"""Show a chart wherever a notebook goes: live, exported, as a picture, compared by a test.

Altair's own renderers each miss one of these without a network: ``html`` fetches Vega, ``mimetype``
writes a media type that nbformat refuses and JupyterLab does not draw, ``jupyter`` is blank once
the kernel is gone. This one writes the specification as ``application/vnd.vegalite.v5+json``, the
type that JupyterLab draws with the Vega it carries and that the report's page draws with the Vega
inlined there, and a PNG beside it for readers that show pictures only.
"""

import base64
import json
import re
from typing import Any

import altair as alt
import vl_convert as vlc

MIME = "application/vnd.vegalite.v5+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_HASHED = re.compile(r"data-[0-9a-f]{32}")


def portable_spec(spec: dict[str, Any]) -> dict[str, Any]:
    """Write a specification so that equal charts are equal text and Vega-Lite 5 and 6 accept it.

    Altair names inlined data by a hash of its content, so that a last digit that differs would
    rename the data and hide how little differs; here datasets are numbered in order instead.
    """
    hashed = [name for name in spec.get("datasets", {}) if _HASHED.fullmatch(name)]
    names = {old: f"data-{i}" for i, old in enumerate(hashed, start=1)}

    def renamed(node: Any) -> Any:  # noqa: ANN401 - JSON is any of its types
        if isinstance(node, dict):
            return {
                key: {"name": names[value["name"]]}
                if key == "data" and isinstance(value, dict) and value.get("name") in names
                else renamed(value)
                for key, value in node.items()
            }
        return [renamed(item) for item in node] if isinstance(node, list) else node

    body = renamed({k: v for k, v in spec.items() if k not in {"datasets", "$schema"}})
    datasets = {names.get(old, old): rows for old, rows in spec.get("datasets", {}).items()}
    return {"$schema": SCHEMA, **body, **({"datasets": datasets} if datasets else {})}


def mime_bundle(spec: dict[str, Any], **_metadata: object) -> dict[str, Any]:
    """Build what a notebook cell stores for a chart."""
    portable = portable_spec(spec)
    picture = vlc.vegalite_to_png(json.dumps(portable), vl_version="6.4")
    return {
        MIME: portable,
        "image/png": base64.b64encode(picture).decode("ascii"),
        "text/plain": f"<chart: {_title(spec)}>",
    }


def _title(spec: dict[str, Any]) -> str:
    title = spec.get("title", "untitled")
    return str(title["text"] if isinstance(title, dict) else title)


def enable() -> None:
    """Make this renderer and this theme Altair's, unless the user has already chosen others."""
    alt.renderers.register("semshift", mime_bundle)
    if alt.renderers.active == "default":
        alt.renderers.enable("semshift")
    if alt.theme.active == "default":
        alt.theme.enable("semshift")
