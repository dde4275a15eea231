// The slides of the class as a deck. Without this script they are one long page.
(() => {
  "use strict";

  const slides = [...document.querySelectorAll(".slide")];
  const bar = document.querySelector(".deck-bar");
  const place = document.querySelector(".deck-place");
  const help = document.querySelector(".deck-help");
  const button = name => document.querySelector(`[data-do="${name}"]`);
  const body = document.body;
  let current = 0;

  const titleOf = slide => slide.querySelector("h2").textContent;

  function show(number, { focus = false } = {}) {
    current = Math.max(0, Math.min(slides.length - 1, number));
    slides.forEach((slide, at) => slide.classList.toggle("is-shown", at === current));
    const title = document.createElement("span");
    title.className = "deck-title";
    title.textContent = `: ${titleOf(slides[current])}`;
    place.replaceChildren(`${current + 1} / ${slides.length}`, title);
    button("previous").disabled = current === 0;
    button("next").disabled = current === slides.length - 1;
    bar.style.setProperty("--progress", `${(100 * (current + 1)) / slides.length}%`);
    // The address names the slide, so that it can be linked and reloaded; from the disk, too.
    try {
      history.replaceState(null, "", `#${slides[current].id}`);
    } catch {
      // A browser that forbids it for files: the slide is shown all the same.
    }
    if (!running()) slides[current].scrollIntoView();
    slides[current].scrollTop = 0;
    if (focus && document.activeElement?.disabled) bar.querySelector("button:enabled").focus();
  }

  const running = () => body.classList.contains("is-running");

  function press(name, on) {
    button(name).setAttribute("aria-pressed", String(on));
  }

  function toggleNotes() {
    press("notes", body.classList.toggle("with-notes"));
  }

  function toggleAll() {
    press("all", !body.classList.toggle("is-running"));
    show(current);
  }

  const dark = () => {
    const chosen = document.documentElement.dataset.scheme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };

  function toggleScheme() {
    document.documentElement.dataset.scheme = dark() ? "light" : "dark";
    press("scheme", dark());
  }

  const actions = {
    previous: () => show(current - 1, { focus: true }),
    next: () => show(current + 1, { focus: true }),
    notes: toggleNotes,
    all: toggleAll,
    scheme: toggleScheme,
    help: () => help.showModal(),
    close: () => help.close(),
  };

  const keys = {
    ArrowRight: actions.next,
    ArrowDown: actions.next,
    PageDown: actions.next,
    " ": actions.next,
    ArrowLeft: actions.previous,
    ArrowUp: actions.previous,
    PageUp: actions.previous,
    Home: () => show(0),
    End: () => show(slides.length - 1),
    n: toggleNotes,
    a: toggleAll,
    d: toggleScheme,
    "?": actions.help,
  };

  // Keys that move within what has the focus keep doing so.
  function belongsToFocus(event) {
    const at = event.target;
    if (at.closest("button, a, summary") && event.key === " ") return true;
    if (!["ArrowUp", "ArrowDown", "PageUp", "PageDown", "ArrowLeft", "ArrowRight"]
      .includes(event.key)) return false;
    if (!running()) return !["ArrowLeft", "ArrowRight"].includes(event.key);
    const table = at.closest(".table-box");
    if (table && table.scrollWidth > table.clientWidth) return true;
    // A slide that is higher than the window scrolls first.
    const slide = slides[current];
    const below = slide.scrollHeight - slide.clientHeight - slide.scrollTop;
    if (["ArrowDown", "PageDown"].includes(event.key) && below > 1) return scroll(slide, 1);
    if (["ArrowUp", "PageUp"].includes(event.key) && slide.scrollTop > 1) return scroll(slide, -1);
    return false;
  }

  function scroll(slide, direction) {
    slide.scrollBy(0, direction * 0.8 * slide.clientHeight);
    return true;
  }

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || belongsToFocus(event)) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("click", event => {
    const pressed = event.target.closest("[data-do]");
    if (pressed) actions[pressed.dataset.do]();
  });

  let touched = null;
  document.addEventListener("touchstart", event => {
    const scrolls = event.target.closest(".table-box");
    const own = scrolls && scrolls.scrollWidth > scrolls.clientWidth;
    touched = event.touches.length === 1 && !own ? event.touches[0] : null;
  }, { passive: true });
  document.addEventListener("touchend", event => {
    if (!touched || !running()) return;
    const [end] = event.changedTouches;
    const across = end.clientX - touched.clientX;
    const along = end.clientY - touched.clientY;
    if (Math.abs(across) > 60 && Math.abs(across) > 2 * Math.abs(along)) {
      show(current + (across < 0 ? 1 : -1));
    }
  }, { passive: true });

  const named = () => slides.findIndex(slide => `#${slide.id}` === location.hash);
  window.addEventListener("hashchange", () => {
    if (named() >= 0) show(named());
  });

  body.classList.add("is-scripted", "is-running");
  bar.hidden = false;
  press("scheme", dark());
  show(Math.max(0, named()));
})();
