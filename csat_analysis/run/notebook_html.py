"""The analysts' copy of an executed notebook: one page, no script, no request, every cell reachable by its id."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).parent / "template"


def write_html(notebook: Path) -> Path:
    """Write the notebook's page beside it. The same notebook always gives the same bytes."""
    import nbformat
    from nbconvert.exporters import HTMLExporter  # here: it takes a while, and `csat run` may have no page to make

    exporter = HTMLExporter(template_name="analyst", extra_template_basedirs=[str(TEMPLATES)])
    page, _ = exporter.from_notebook_node(nbformat.read(notebook, as_version=4), {"metadata": {"name": notebook.stem}})
    target = notebook.with_suffix(".html")
    target.write_text(page, encoding="utf-8", newline="\n")
    return target
