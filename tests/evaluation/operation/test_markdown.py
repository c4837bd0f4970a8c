"""Researchers' Markdown: readable, and harmless whatever is in it."""

import pytest

from evaluation.operation.markdown import rendered


def test_markdown_becomes_html_with_headings_under_the_pages_own():
    assert rendered("# Welcome\n\nRead **slowly**.") == "<h2>Welcome</h2>\n<p>Read <strong>slowly</strong>.</p>"


def test_headings_keep_their_order_wherever_they_begin():
    assert rendered("### Deep\n\n#### Deeper") == "<h2>Deep</h2>\n<h3>Deeper</h3>"


def test_no_text_gives_no_html():
    assert rendered("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[press](javascript:alert(1))",
        "![](https://elsewhere.example/pixel.png)",
        '<p style="position:fixed">over everything</p>',
        "<iframe src=https://elsewhere.example></iframe>",
    ],
)
def test_what_could_run_or_phone_home_does_not_survive(text):
    made = rendered(text)

    assert not any(f"<{tag}" in made for tag in ("script", "img", "iframe", "p style"))
    assert "href" not in made


def test_a_link_does_not_hand_over_where_somebody_came_from():
    assert rendered("[us](https://example.org)") == (
        '<p><a href="https://example.org" rel="noopener noreferrer">us</a></p>'
    )
