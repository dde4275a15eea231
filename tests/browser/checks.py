"""What every page is held to in the browser, of the book and of a trial's report."""

from __future__ import annotations

import time
from collections.abc import Callable

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.pages import SCHEMES, WIDTHS

# Axe would fetch style sheets a second time, which browsers refuse for file://; and one rule that
# is off by default is worth having.
ADDED = {"label-content-name-mismatch": {"enabled": True}}
EVERY_RULE = {"preload": False, "resultTypes": ["violations"], "rules": ADDED}
# What a change of width can break, and what a change of colours can: for some widths only, our
# styles colour nothing that Axe judges. Contrast takes most of the time.
OF_WIDTHS = EVERY_RULE | {"rules": {}, "runOnly": ["scrollable-region-focusable", "target-size"]}
OF_COLOURS = OF_WIDTHS | {"runOnly": ["color-contrast"]}
ALL_BUT_COLOURS = EVERY_RULE | {"rules": ADDED | {"color-contrast": {"enabled": False}}}
# Whether a link stands out of words depends on these, too: it is judged before any are taken away.
OF_LINKS = OF_WIDTHS | {"runOnly": ["link-in-text-block"]}
# Axe judges no words on a picture, and boxes that scroll are shaded by one at their edges.
PLAIN_GROUNDS = "*, *::before, *::after { background-image: none !important }"
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter(element => element.getBoundingClientRect().right > width + 1)
    .map(element => element.outerHTML.slice(0, 80)).slice(0, 5);
}"""
# Tables on a phone: cards if and only if they do not fit. What scrolls instead is laid out as in
# print, or has more numbers than anyone reads card by card. On a desktop nothing is off screen.
UNFITTING = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const boxes = ".bd-article .table-scroll, .bd-article .pst-scrollable-table-container";
  const over = box => box.scrollWidth > box.clientWidth + 1;
  const seen = [...document.querySelectorAll(boxes)].filter(box => box.clientWidth);
  const tables = seen.map(box => box.querySelector("table")), cut = seen.map(over);
  const name = table => table.dataset.name || table.className;
  if (innerWidth >= 640)
    return tables.filter((_, i) => cut[i]).map(table => `${name(table)} is cut off`);
  const cards = tables.map(table => table.matches(".cards"));
  tables.forEach(table => table.classList.remove("cards"));
  const wide = seen.map(over);  // one layout for all
  tables.forEach((table, i) => table.classList.toggle("cards", cards[i]));
  return tables.flatMap((table, i) => {
    if (cut[i]) return table.matches(".scrolls, .agreement, .printed-table") ? []
      : [`${name(table)} is neither whole nor cards`];
    if (cards[i] && table.tHead.rows[0].cells.length < 3) return [`${name(table)} is two columns`];
    return cards[i] && !wide[i] ? [`${name(table)} fits, and is cards`] : [];
  });
}"""
CUT_OFF = """() => [...document.querySelectorAll(".bd-sidebar-primary, .bd-sidebar-secondary")]
  .filter(bar => bar.clientWidth && bar.scrollWidth > bar.clientWidth + 1)
  .map(bar => `${bar.className}: ${bar.scrollWidth} in ${bar.clientWidth}`)"""
STRETCHED = """() => [...document.querySelectorAll("article img")].filter(image => {
  const padding = 2 * parseFloat(getComputedStyle(image).paddingLeft);
  return image.complete && image.clientWidth - padding > image.naturalWidth + 1;
}).map(image => image.src)"""


# Whether the tabulator key stops where something scrolls, and only there. The theme looks a moment
# after the window has changed, or the page.
REACHABLE = """() => document.fonts.status === "loaded" && [...document.querySelectorAll(
    "pre, .cell_output > .output, .pst-scrollable-table-container, dt.sig")]
  .every(each => (each.tabIndex === 0)
    === (each.scrollWidth > each.clientWidth || each.scrollHeight > each.clientHeight))"""
# Whether two elements differ in anything but words, addresses and names.
KIND = """
  const written = new Set("id href src srcset for headers name value title alt content d viewBox "
    .concat("width height x y transform aria-label aria-labelledby aria-describedby ")
    .concat("aria-controls aria-owns aria-details").split(" "));
  const own = element => element.localName + " " + [...element.attributes]
    .map(({name, value}) => name + "="
      + (written.has(name) || (name.startsWith("data-") && !/^[a-z]+$/.test(value))
        ? Boolean(value.trim()) : value)).sort().join(" ");
  const kind = element => {
    const inside = [...element.childNodes].map(child => child.nodeType === Node.ELEMENT_NODE
      ? kind(child) : child.nodeType === Node.TEXT_NODE && child.data.trim() ? "text" : "");
    return `<${own(element)}>${inside.join("")}</>`;
  };
"""
# What a page repeats is alike: of methods that are folded, and of entries, four stay. Of rows of
# tables, items of lists and tokens of code, two of each kind stay, of all in alike places: those of
# one kind differ in nothing but words, addresses and names. Axe would take seconds for each
# thousand of elements.
SHORTENED = (
    f"() => {{{KIND}"
    + """
  const place = element => element.localName === "body" ? ""
    : `${place(element.parentNode)} ${element.localName}.${element.className.baseVal
      ?? element.className}`;
  for (const few of ["details.agreement-method", "section.gap", "dl.attribute", "dl.function"])
    [...document.querySelectorAll(few)].slice(4).forEach(part => part.remove());
  const alike = "tbody > tr, ul > li, ol > li, select > option, div.highlight span[class]";
  const seen = new Map();
  for (const element of document.querySelectorAll(alike)) {
    if (!element.isConnected) continue;
    const code = element.matches("div.highlight span");
    const whole = (code ? "" : place(element.parentNode)) + kind(element);
    seen.set(whole, 1 + (seen.get(whole) ?? 0));
    if (seen.get(whole) <= 2) continue;
    if (code) element.replaceWith(element.textContent); else element.remove();
  }
}"""
)
# Colours are chosen by elements, their attributes and those around them, in tables by odd and even
# rows: of what this page or another has in the same place, one is enough. The others are hidden, as
# styles count them and scripts may look for them, and emptied, as Axe goes through what is hidden
# too. Returned is what is left, as numbers.
UNSEEN = (
    f"known => {{{KIND}"
    + """
  const seen = new Set(known), left = [], drop = [];
  const digest = text => {
    let [a, b] = [0xdeadbeef, 0x41c6ce57];
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    return 4294967296 * (2097151 & b) + (a >>> 0);
  };
  const visit = (element, place) => {
    const row = element.localName === "tr" ? element.rowIndex % 2 : "";
    const here = digest(place + kind(element) + row);
    if (seen.has(here)) return drop.push(element);
    seen.add(here);
    left.push(here);
    for (const child of [...element.children]) visit(child, `${place}${own(element)}>`);
  };
  const root = own(document.documentElement) + own(document.body);
  for (const child of [...document.body.children]) visit(child, root);
  for (const element of drop) {
    element.style.setProperty("display", "none", "important");
    element.replaceChildren();
  }
  return left;
}"""
)
# Of a part that draws: whether its drawings fill their places, and what has letters too small.
FILLED = """root => {
  const drawings = [...document.querySelectorAll(`${root} .interactive-drawing svg`)];
  const width = element => element.getBoundingClientRect().width;
  return drawings.every(each => Math.abs(width(each) - width(each.parentNode)) < 1);
}"""
TOO_SMALL = """root => [...document.querySelectorAll(`${root} *`)]
  .filter(each => each.textContent.trim() && parseFloat(getComputedStyle(each).fontSize) < 11)
  .map(each => each.className)"""
# Axe looks at the whole page, whatever part it is asked for, and goes through what is hidden too.
# The others are hidden, as scripts may look for them, and emptied.
ALONE = """root => {
  for (let part = document.querySelector(root); part !== document.body; part = part.parentNode)
    for (const other of [...part.parentNode.children])
      if (other !== part) {
        other.style.setProperty("display", "none", "important");
        if (!other.matches("script, style")) other.replaceChildren();
      }
}"""
HEADINGS = """() => {
  const levels = [...document.querySelectorAll("main :is(h1, h2, h3, h4, h5, h6)")]
    .filter(heading => heading.checkVisibility()).map(heading => +heading.tagName[1]);
  const skipped = levels.some((level, i) => i && level > levels[i - 1] + 1);
  return {first: levels.filter(level => level === 1).length, skipped};
}"""
# What a reader can act on and see from the start of some part on, in the order of the page; all but
# one radio button of a group are reached by arrows.
ACTIVE = """root => {
  const radios = new Set(), start = document.querySelector(root);
  window.toReach = [...document.querySelectorAll("a[href], button, input, select, textarea, "
      + "summary, [tabindex]")].filter(element => {
    if (element.tabIndex < 0 || element.disabled) return false;
    if (!(start.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) return false;
    if (!element.checkVisibility({visibilityProperty: true})) return false;
    if (element.type === "radio") {
      if (radios.has(element.name)) return false;
      radios.add(element.name);
    }
    return true;
  });
  window.reached = new Set();
  document.addEventListener("focusin", event => window.reached.add(event.target));
  return window.toReach.length;
}"""
# The theme has the tabulator key stop at an output that scrolls, even if a table in it does so too.
STOPS_TWICE = """() => [...document.querySelectorAll(".cell_output > .output:has([tabindex='0'])")]
  .filter(output => output.scrollWidth > output.clientWidth)
  .map(output => output.innerHTML.slice(0, 100))"""
# The tabulator key goes on from where the page was clicked last.
TO_THE_START = """root => {
  const start = document.querySelector(root);
  start.tabIndex = -1;
  start.focus();
  start.removeAttribute("tabindex");
}"""
# Such as links to headings and captions, which are shown while the mouse is over these, and parts
# of a section in the list of contents, which unfold a moment after the page has scrolled there.
UNFORESEEN = """root => [...window.reached].filter(element => !window.toReach.includes(element)
  && element !== document.querySelector(root)).length"""
# What has folded since then, as the parts of another section, nobody can reach.
MISSED = """count => window.toReach.slice(0, count)
  .filter(element => !window.reached.has(element)
    && element.checkVisibility({visibilityProperty: true}))
  .map(element => element.outerHTML.slice(0, 100))"""

FAULTS_OF_WIDTHS = {
    "wider than the window": OVERFLOW,
    "bars at the side that are cut off": CUT_OFF,
    "images larger than drawn": STRETCHED,
    "outputs that keys stop at, and within": STOPS_TWICE,
    "tables that are neither whole nor cards, or cards for nothing": UNFITTING,
}


def wait_until(page: Page, script: str, argument: object = None) -> None:
    """Ask a page until a script holds, for half a minute at most.

    Playwright's own way of waiting evaluates text in the page, which the pages forbid.
    """
    end = time.monotonic() + 30
    while not page.evaluate(script, argument):
        assert time.monotonic() < end, f"never held: {script}"
        page.wait_for_timeout(50)


def run_axe(
    page: Page, options: dict[str, object] = EVERY_RULE, *, context: str | None = None
) -> AxeResults:
    """Return what Axe says of a page, or of a part of it; a page gets its long program once."""
    program = Axe().axe_script if page.evaluate("!window.axe") else ""
    plain = page.add_style_tag(content=PLAIN_GROUNDS)
    found = Axe(program).run(page, context=context, options=options)
    plain.evaluate("style => style.remove()")
    return found


def check_everybody_can_read(
    page: Page, seen: set[int], whole: Callable[[Page, str], None] | None = None
) -> None:
    """Check a page on a desktop and a phone, in light and dark; it is shortened on the way.

    Parameters
    ----------
    seen
        Numbers of what the same styles have coloured on other pages, to which those of this page
        are added.
    whole
        Checks more of the whole page, on each device.
    """
    headings = page.evaluate(HEADINGS)
    assert headings == {"first": 1, "skipped": False}, f"levels of headings: {headings}"
    for device in WIDTHS:  # no width depends on colours
        show(page, device, "light")
        for what, script in FAULTS_OF_WIDTHS.items():
            found = page.evaluate(script)
            assert found == [], f"{device}: {what}: {found}"
        if whole is not None:
            whole(page, device)
        wait_until(page, REACHABLE)
    page.evaluate(SHORTENED)
    _ask_axe(page, OF_WIDTHS)  # on the phone, which was the last
    show(page, "desktop", "light")
    _ask_axe(page, ALL_BUT_COLOURS)
    show(page, "desktop", "dark")
    _ask_axe(page, OF_LINKS)
    seen.update(page.evaluate(UNSEEN, list(seen)))
    _ask_axe(page, OF_COLOURS)
    show(page, "desktop", "light")
    _ask_axe(page, OF_COLOURS)


def _ask_axe(page: Page, options: dict[str, object]) -> None:
    wait_until(page, REACHABLE)
    found = run_axe(page, options)
    shown = f"{page.viewport_size} {page.get_attribute('html', 'data-theme')}"
    assert found.violations_count == 0, f"{shown}: {found.generate_report()}"


def check_part(page: Page, root: str) -> None:
    """Check a part that draws, as `check_everybody_can_read` does a page; the others are hidden.

    Parameters
    ----------
    root
        Selects the part.
    """
    states = [(device, scheme) for device in WIDTHS for scheme in SCHEMES]
    for device, scheme in states:
        show(page, device, scheme)
        too_wide = page.evaluate(OVERFLOW)
        assert too_wide == [], f"{device} {scheme}: wider than the window: {too_wide}"
        wait_until(page, FILLED, root)
        small = page.evaluate(TOO_SMALL, root)
        assert small == [], f"{device} {scheme}: letters too small: {small}"
    page.evaluate(ALONE, root)
    # Drawings are made for a width, in the colours of their styles, which are of no width.
    judged = {
        ("phone", "light"): EVERY_RULE,
        ("desktop", "light"): EVERY_RULE,
        ("desktop", "dark"): OF_COLOURS,
    }
    for (device, scheme), options in judged.items():
        show(page, device, scheme)
        wait_until(page, FILLED, root)
        found = run_axe(page, options, context=root)
        assert found.violations_count == 0, f"{device} {scheme}: {found.generate_report()}"


def show_in(page: Page, device: str, scheme: str) -> None:
    page.set_viewport_size({"width": WIDTHS[device], "height": 900})
    page.emulate_media(color_scheme=scheme)


def show(page: Page, device: str, scheme: str) -> None:
    """Show a page of the book on a device in a scheme, which scripts of the theme follow."""
    show_in(page, device, scheme)
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)


def check_keyboard_reaches(page: Page, most: int, root: str = "body") -> None:
    """Check that the tabulator key leads to whatever a reader can act on.

    Parameters
    ----------
    most
        Elements to go through at most, in the order of the page.
    root
        Selects the part with whose start to begin.
    """
    wait_until(page, REACHABLE)
    count = min(page.evaluate(ACTIVE, root), most)
    page.evaluate(TO_THE_START, root)
    pressed, needed = 0, count
    while pressed < needed:  # on the way further unforeseen ones may be met
        for _ in range(needed - pressed):
            page.keyboard.press("Tab")
        pressed, needed = needed, count + page.evaluate(UNFORESEEN, root)
    missed = page.evaluate(MISSED, count)
    assert missed == [], f"{pressed} presses of the tabulator key from {root} on missed: {missed}"
