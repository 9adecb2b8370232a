"""A report as one file: everything inside, nothing outside, small enough for e-mail."""

import re

import pytest

from helpers.errors import ReportError
from helpers.site import single_file
from tests.built_once import built_once
from tests.fake_report import STUDY, built

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def where(tmp_path_factory):
    folder = built_once(tmp_path_factory, "fake_report", built)
    return folder / "reports" / STUDY.name


@pytest.fixture(scope="module")
def html(where):
    return (where / f"{STUDY.name}.html").read_text()


def test_it_holds_every_page_and_stays_small(html):
    articles = re.findall(r'<article id="([^"]+)"', html)
    assert articles == ["index", "02_funnel_analysis", "05_ab_results", "06_roi_and_rollout"]
    assert "verdict-go" in html and "What changed" in html
    assert len(html.encode()) < single_file.LIMIT == 5_000_000


def test_nothing_is_loaded(html):
    outside = [link for link in re.findall(r'\b(?:src|href)="([^"]+)"', html) if not link.startswith(("#", "data:"))]
    assert outside == []
    assert "<script" not in html and "@import" not in html and "url(" not in html


def test_links_stay_inside_and_ids_are_unique(html):
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_figures_are_pictures_or_words(html):
    figures = re.findall(r"<figure.*?</figure>", html, flags=re.DOTALL)
    assert len(figures) == 9
    assert all('src="data:image/svg+xml;base64,' in figure or "<p>" in figure for figure in figures)


def test_a_figure_without_a_picture_is_told_in_words(where, tmp_path):
    copy = tmp_path / STUDY.name
    copy.mkdir()
    (copy / "index.html").write_bytes((where / "index.html").read_bytes())
    text = single_file.write("A title", copy, [], tmp_path / "none").read_text()
    assert "<p>The picture called effects" in text and "data:image" not in text


def test_too_large_for_a_mail_is_an_error(where, tmp_path, monkeypatch):
    copy = tmp_path / STUDY.name
    copy.mkdir()
    (copy / "index.html").write_bytes((where / "index.html").read_bytes())
    monkeypatch.setattr(single_file, "LIMIT", 1000)
    with pytest.raises(ReportError, match="too large for e-mail"):
        single_file.write("A title", copy, [], tmp_path)
