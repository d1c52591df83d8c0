"""The dashboard as it opens: a real TensorBoard of a real training, in a real browser."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

SCREEN = {"width": 1400, "height": 1000}
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
SECONDS = 60


@pytest.fixture(scope="module")
def address(shown):
    """A TensorBoard that has loaded the training, on the loopback device."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(shown.log_dir.parent)]
    process = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stderr=subprocess.PIPE)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for_runs(address, process)
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def wait_for_runs(address, process):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.skip(f"tensorboard does not start here: {process.stderr.read().decode()[-300:]}")
        try:
            if len(json.loads(urllib.request.urlopen(f"{address}/data/runs", timeout=10).read())) == 3:
                return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail("tensorboard has not shown the runs")


@pytest.fixture(scope="module")
def page(address):
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        except api.Error as error:
            pytest.skip(f"no browser can be had: {str(error).splitlines()[0]}")
        page = browser.new_page(viewport=SCREEN)
        page.set_default_timeout(1000 * SECONDS)
        yield page
        browser.close()


def open_tab(page, address, tab):
    # From another page: a new fragment alone does not load anything.
    page.goto("about:blank")
    page.goto(f"{address}/#{tab}")


def test_the_first_screen_shows_what_matters_without_a_click(page, address, shown):
    open_tab(page, address, "timeseries")
    page.locator("scalar-card tbody tr, scalar-card tb-data-table-content-row").first.wait_for()
    cards = page.locator("scalar-card")
    seen = {}
    for index in range(4):
        card = cards.nth(index)
        box = card.locator("line-chart").bounding_box()
        # The whole height of each chart lies on the first screen.
        assert box["x"] + box["width"] <= SCREEN["width"]
        assert box["y"] + 0.9 * box["height"] <= SCREEN["height"]
        seen[card.inner_text().split("Alt")[0].replace("\n", "")] = card.inner_text()
    titles = list(seen)
    for title, words in zip(
        titles, ("1 loss", "2 accuracy", "3 gradient norm before and after clipping", "4 effective"), strict=True
    ):
        assert words in title
    runs = ("run/validation", "run/validation", "run/after_clipping", "run/validation")
    for text, run in zip(seen.values(), runs, strict=True):
        assert run in text
        assert re.search(r"\brun\b(?!/)", text)
    assert f"{shown.history['val_accuracy'][-1]:.4g}" in seen[titles[1]]


def test_groups_are_few_and_in_order(page, address):
    open_tab(page, address, "timeseries")
    titles = page.locator(".group-title")
    titles.nth(6).wait_for()
    names = titles.all_inner_texts()
    assert [name.strip() for name in names] == [
        *("Pinned", "at a glance", "gradients", "layers", "predictions", "rates", "summary")
    ]


def test_custom_scalars_have_charts_with_the_limits_drawn_in(page, address):
    open_tab(page, address, "custom_scalars")
    page.get_by_text("Layers: median, between smallest and largest").wait_for()
    for title in ("Learning", "Gradients", "norm of each variable", "update ratio", "second moment norm"):
        assert page.get_by_text(title, exact=True).first.is_visible()
    # Two norms and two limits; then the four variables.
    page.get_by_text("Matches (4)", exact=True).nth(1).wait_for()


@pytest.mark.parametrize("tab", ["histograms", "distributions"])
def test_norms_by_layer_and_predicted_classes_are_spread_out(page, address, tab):
    open_tab(page, address, tab)
    page.get_by_text("layers/log10_gradient_norm/", exact=False).first.wait_for()
    page.get_by_text("predictions/predicted_classes", exact=False).first.wait_for(state="attached")
    assert page.locator("tf-histogram-loader, tf-distribution-loader").count() == 5


def test_images_are_drawn(page, address):
    open_tab(page, address, "images")
    for tag in ("confusion_matrix", "class_shares", "largest_losses", "by_layer_over_time"):
        page.get_by_text(f"/{tag}", exact=False).first.wait_for()
    images = page.locator("tf-image-loader img")
    images.nth(3).wait_for()
    assert images.count() == 4
    assert all(
        images.nth(index).evaluate("image => image.decode().then(() => image.naturalWidth)") > 300 for index in range(4)
    )


def test_the_table_of_hparams_has_the_figures(page, address, shown):
    open_tab(page, address, "hparams")
    page.get_by_text("val_accuracy_best", exact=False).first.wait_for()
    page.get_by_text("AdamW", exact=False).first.wait_for()
    best = max(shown.history["val_accuracy"])
    page.get_by_text(f"{best:.5g}"[:6], exact=False).first.wait_for(state="attached")


def test_texts_say_what_was_trained_and_found(page, address):
    open_tab(page, address, "text")
    for tag in ("about/config", "about/dashboard", "about/model", "audit/findings"):
        page.get_by_text(tag, exact=True).first.wait_for(state="attached")
    page.get_by_text("Total params", exact=False).first.wait_for(state="attached")
    page.get_by_text("fit.epochs", exact=False).first.wait_for(state="attached")
