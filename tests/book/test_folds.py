"""Folded cells: the parameters of a page are named."""

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.utils import new_document

from tisstats.book.site.folds import NameParameters


def test_the_fold_of_the_parameters_is_named_and_no_other():
    document = new_document("page", get_default_settings())
    for tag in ("parameters", "hide-input"):
        cell = nodes.container(classes=["cell", f"tag_{tag}"])
        cell["prompt_show"], cell["prompt_hide"] = "Show code", "Hide code"
        document += cell
    NameParameters(document).run()
    assert [cell["prompt_show"] for cell in document.findall(nodes.container)] == [
        "Parameters of this page",
        "Show code",
    ]
    assert document.children[0]["prompt_hide"] == "Hide parameters"
