"""The kit's code is read back from the picture of the page, by a reader that is not ours."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy
import pytest
import zxingcpp
from playwright.sync_api import Browser

from refloat.assess.offline.card import card
from refloat.assess.offline.kit import kit
from refloat.model.facts import Facts
from refloat.model.plan import Person, Plan
from refloat.plan import fingerprint
from refloat.report.kit import kit_page
from tests.unit.assess import written
from tests.unit.assess.written import NOW

pytestmark = pytest.mark.browser

GREY = """async (data) => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + data;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data: colours } = context.getImageData(0, 0, canvas.width, canvas.height);
  const grey = new Uint8Array(colours.length / 4);
  for (let n = 0; n < grey.length; n++) grey[n] = colours[4 * n + 1];
  let text = "";
  for (let n = 0; n < grey.length; n += 8192)
    text += String.fromCharCode(...grey.subarray(n, n + 8192));
  return [canvas.width, canvas.height, btoa(text)];
}"""
"""The pixels of a picture, so that no library of pictures is needed."""


def read_codes(browser: Browser, picture: bytes) -> list[str]:
    view = browser.new_page()
    width, height, grey = view.evaluate(GREY, base64.b64encode(picture).decode())
    view.close()
    pixels = numpy.frombuffer(base64.b64decode(grey), numpy.uint8).reshape(height, width)
    return [one.text for one in zxingcpp.read_barcodes(pixels)]


def many() -> Plan:
    people = {
        f"p{n}": Person(f"p{n}", f"Zoë Ångström-Løve {n}", phone=f"+61 400 000 {n:03}")
        for n in range(60)
    }
    return Plan("Quince Street Veterinary", people, {}, {}, {})


@pytest.mark.requirement("R-135")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("whose", ["few", "many"])
def test_a_telephone_reads_the_first_numbers_off_the_page(
    browser: Browser, tmp_path: Path, whose: str, scheme: str
) -> None:
    plan = many() if whose == "many" else written.plan()
    whole = kit(plan, Facts(), NOW)
    made, file = card(whole), tmp_path / "kit.html"
    file.write_bytes(kit_page(whole, made))
    context = browser.new_context(
        viewport={"width": 900, "height": 1200},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=2,
        offline=True,
    )
    view, trouble = context.new_page(), []
    view.on("console", lambda message: trouble.append(message.text))
    view.goto(file.as_uri())
    (text,) = read_codes(browser, view.screenshot(full_page=False))
    context.close()
    assert text == made.text
    assert fingerprint(plan) in text
    assert re.findall(r"TEL:(\S+)", text)[0] in {
        one.phone.replace(" ", "") for one in plan.people.values()
    }
    assert not trouble
