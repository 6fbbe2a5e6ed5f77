"""Sphinx configuration. Pages are Markdown; `run_examples.py` runs the code in them."""

project = "hdmf-io"
author = "The hdmf-io developers"
project_copyright = "The hdmf-io developers"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "**/_*"]
myst_heading_anchors = 3

autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_google_docstring = False

html_theme = "alabaster"
html_theme_options = {"description": "HDMF and NWB files through pluggable backends"}
