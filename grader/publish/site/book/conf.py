"""Sphinx's configuration of the book; `grader/publish/site/book.py` writes the sources."""

project = "Every Layer Counts"
language = "en"
extensions = ["myst_nb"]
nitpicky = True
suppress_warnings = ["myst.strikethrough"]  # only HTML has it, and only HTML is made

nb_execution_mode = "off"
nb_render_markdown_format = "gfm"
myst_enable_extensions = ["deflist", "dollarmath", "strikethrough"]
myst_heading_anchors = 4
myst_update_mathjax = False
mathjax_path = "book-math.js"

html_theme = "sphinx_book_theme"
html_title = project
html_favicon = "static/favicon.svg"
html_static_path = ["static"]
html_css_files = ["book.css", "elc/page.css"]
html_js_files = [("elc/page.js", {"defer": "defer"})]
html_context = {"default_mode": "auto"}
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
html_sidebars = {
    "**": ["navbar-logo.html", "search-button-field.html", "ways.html", "sbt-sidebar-nav.html"]
}
templates_path = ["templates"]
html_theme_options = {
    "logo": {"text": project},
    "navbar_persistent": [],
    "use_download_button": False,
    "use_fullscreen_button": False,
    "back_to_top_button": False,
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "footer_content_items": [],
}


def setup(app: object) -> None:
    """Load `book-math.js` everywhere: formulas in tables of raw HTML are none to Sphinx."""
    app.set_html_assets_policy("always")  # type: ignore[attr-defined]
