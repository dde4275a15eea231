/* The ledger: filters, search, and the details of a number next to it. Without this script each
   number leads to its row in the list, which has the same details. */
(function () {
  "use strict";

  const SIDE = window.matchMedia("(min-width: 75rem)"); // there is room beside the text

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children.filter(Boolean));
    return made;
  }

  function textOf(node) { return node.textContent; }

  function counted(count, singular) {
    return count + " " + singular + (count === 1 ? "" : "s");
  }

  /* ---- What the page has: one entry per place, from its row and its number as printed ---- */

  function readEntries(list, article) {
    const entries = new Map();
    list.querySelectorAll("table.ledger tbody tr").forEach(function (row) {
      const cells = row.children;
      const entry = {
        id: row.id, row: row,
        verdict: row.dataset.verdict,
        part: row.closest("details").dataset.part,
        first: row.dataset.first || row.id,
        quantity: cells[0].firstChild.textContent,
        place: cells[0].querySelector("small").textContent,
        printed: cells[1].textContent,
        computed: cells[2].textContent === "–" ? "" : cells[2].textContent,
        notes: Array.from(cells[4].querySelectorAll(".own, a[href^='#note-']")),
        checks: Array.from(cells[4].querySelectorAll("a[href^='#check-']"), idOf),
        inputs: (row.dataset.with || "").split(" ").filter(Boolean)
      };
      // What leads to explanations and checks has numbers of its own.
      const said = [entry.quantity, entry.place, entry.printed, entry.computed, entry.verdict]
        .concat(entry.notes.filter(function (note) { return !note.href; }).map(textOf)).join(" ");
      entry.text = (said + " " + row.id).toLowerCase();
      entry.numbers = new Set(numbersOf(said).flatMap(readings));
      entries.set(row.id, entry);
    });
    article.querySelectorAll("a.num").forEach(function (number) {
      const entry = entries.get(idOf(number));
      entry.number = number;
      entry.values = [number.firstChild.textContent, entry.row.dataset.value, entry.computed]
        .map(asNumber).filter(Boolean);
      entry.values.forEach(function (value) { entry.numbers.add(value); });
      // The address of a number now leads to where it is printed.
      entry.row.removeAttribute("id");
      number.id = entry.id;
      number.setAttribute("role", "button");
      number.setAttribute("aria-haspopup", "dialog");
      number.setAttribute("aria-describedby", "verdict-" + entry.verdict.replace(" ", "-"));
    });
    return entries;
  }

  function idOf(link) {
    return decoded(link.getAttribute("href").slice(1));
  }

  /* A percent sign that a reader typed into the address is no fault. */
  function decoded(text) {
    try { return decodeURIComponent(text); } catch (error) { return text; }
  }

  /* "42.0 %", "42" and "< 42" are the same number to one who looks for it, as are "0.12" and ".12";
     "4, 2" are two. */
  function asNumber(text) {
    const plain = (text || "").replace(/[%<>≤≥=]/g, "").trim().replace(/^[−–-]\s*/, "-").replace(",", ".");
    return /^-?(\d+(\.\d+)?|\.\d+)$/.test(plain) ? String(Number(plain)) : "";
  }

  /* The numbers that a search may mean: as it was copied, "(64.6%)," or "P = 0.12", and with a comma
     between thousands as well as before decimals. */
  function sought(text) {
    const bare = text.trim().replace(/^[("'“‘[]+|[)"'”’\].,;:]+$/g, "").replace(/^(p\s*(?=[=<≤])|\+)/i, "");
    return readings(bare);
  }

  function readings(text) {
    const read = [asNumber(text)];
    if (/^\d{1,3}(,\d{3})+$/.test(text)) { read.push(asNumber(text.replaceAll(",", ""))); }
    return read.filter(Boolean);
  }

  /* The numbers of a passage, in its order, as "8/19 (42.0%; 95% CI 19.6, 64.6)" and "n = 19" have
     them; none if it has words other than those that stand between numbers. A dash after a number
     or a letter, as in "MMT-8", is no minus sign; a point after one begins no number. */
  const NUMBER = /[-−–]?(\d+([.,]\d+)?|(?<![\p{L}\d])\.\d+)/gu;
  const BETWEEN = /^(to|and|of|out|from|vs|ci|iqr|n|p)$/;

  function passage(text) {
    const words = text.toLowerCase().replace(NUMBER, " ").match(/\p{L}+/gu) || [];
    return words.every(function (word) { return BETWEEN.test(word); }) ? numbersOf(text).map(asNumber) : [];
  }

  function numbersOf(text) {
    return text.replace(/([\p{L}\d%])[-−–](?=\d)/gu, "$1 ").match(NUMBER) || [];
  }

  /* Whether a word of a search stands in an entry: a number as a whole, so that 19 is not in 2019,
     or its beginning. */
  function has(entry, word, begun) {
    const numbers = sought(word);
    // A decrease of 1.3 is printed as -1.3, and is looked for as either.
    function found(number) {
      return entry.numbers.has(number) || entry.numbers.has("-" + number) ||
        (begun && [...entry.numbers].some(function (each) { return each.startsWith(number); }));
    }
    if (numbers.length) { return numbers.some(found); }
    const several = /\p{L}/u.test(word) ? [] : numbersOf(word);
    return several.length ? several.every(function (each) { return readings(each).some(found); }) : entry.text.includes(word);
  }

  function withWords(entries, text, begun = false) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return entries.filter(function (each) {
      return words.every(function (word, at) { return has(each, word, begun && at === words.length - 1); });
    });
  }

  function withoutBlanks(text) { return text.replace(/\s/g, ""); }

  /* The places that have these numbers one after the other, as the article does. */
  function together(places, numbers) {
    const found = new Set();
    places.forEach(function (place, start) {
      const run = places.slice(start, start + numbers.length);
      const equal = run.length === numbers.length && run.every(function (each, at) {
        return each.values.includes(numbers[at]);
      });
      if (equal && numbers.length) { run.forEach(function (each) { found.add(each); }); }
    });
    return found;
  }

  /* ---- The details of a number ---- */

  function detailsOf(entry, entries) {
    const first = entries.get(entry.first) || entry;
    const said = new Set();
    [first, entry].forEach(function (each) {
      each.notes.forEach(function (note) {
        said.add(note.href ? document.getElementById(idOf(note)).lastElementChild.textContent : note.textContent);
      });
    });
    const list = element("dl");
    function add(term, content, name) {
      if (!content.length) { return; }
      list.append(element("dt", { textContent: term }), element("dd", { className: name || "" }, ...content));
    }
    function line(text) { return element("span", { textContent: text }); }
    add("We get", [line(entry.computed || "nothing: other printed numbers do not determine it")]);
    add("How it was checked", Array.from(said, line));
    const shown = new Set([entry.id, first.id]);
    const checks = first.checks.map(function (id) {
      const cells = document.getElementById(id).children;
      const equation = element("span");
      equation.append(...Array.from(cells[1].childNodes, function (node) { return node.cloneNode(true); }));
      cells[1].querySelectorAll("a").forEach(function (link) { shown.add(idOf(link)); });
      equation.append(": " + cells[2].textContent);
      return equation;
    });
    add("Numbers that share the check", checks);
    const inputs = first.inputs.filter(function (id) { return entries.has(id) && !shown.has(id); });
    add("Printed numbers that it was compared with", inputs.map(function (id) {
      return element("span", {}, linkTo(entries.get(id), entries.get(id).printed), " " + entries.get(id).quantity);
    }));
    const places = Array.from(entries.values()).filter(function (other) {
      return other.first === entry.first && other !== entry;
    });
    add("Also printed in", places.map(function (other) { return linkTo(other, other.place); }), "places");
    return list;
  }

  function linkTo(entry, text) {
    return element("a", { href: "#" + entry.id, textContent: text });
  }

  function makePanel(after, entries) {
    const panel = element("div", { className: "ledger-details", hidden: true, tabIndex: -1 });
    panel.setAttribute("role", "dialog");
    let shown = null;

    function close(back) {
      if (!shown) { return; }
      const number = shown.number;
      number.classList.remove("open");
      number.removeAttribute("aria-expanded");
      shown = null;
      panel.hidden = true;
      if (back) { number.focus(); }
    }

    function open(entry, focus) {
      close(false);
      shown = entry;
      const mark = element("span", { className: "num v-" + entry.verdict.replace(" ", "-") }, entry.verdict);
      const sign = entry.number.querySelector("sup");
      if (sign) { mark.append(sign.cloneNode(true)); }
      const closing = element("button", { type: "button", textContent: "Close" });
      closing.addEventListener("click", function () { close(true); });
      panel.setAttribute("aria-label", "Details of " + entry.printed);
      panel.replaceChildren(
        element("div", { className: "top" }, element("p", { className: "printed", textContent: entry.printed }), closing),
        element("p", {}, mark),
        element("p", { textContent: entry.quantity }),
        element("p", { className: "place", textContent: entry.place }),
        detailsOf(entry, entries),
        anchorOf(entry)
      );
      panel.hidden = false;
      panel.scrollTop = 0;
      entry.number.classList.add("open");
      entry.number.setAttribute("aria-expanded", "true");
      if (focus) { panel.focus({ preventScroll: true }); }
      if (!SIDE.matches) { uncover(entry.number); }
    }

    /* The sheet from below must not hide the number that it is about. */
    function uncover(number) {
      const below = number.getBoundingClientRect().bottom + 24 - panel.getBoundingClientRect().top;
      if (below > 0) { window.scrollBy(0, below); }
    }

    panel.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { close(true); }
    });
    after.after(panel);
    return { open: open, close: close, element: panel };
  }

  function anchorOf(entry) {
    const address = location.href.split("#")[0] + "#" + entry.id;
    const copy = element("button", { type: "button", textContent: "Copy link" });
    const line = element("p", { className: "anchor" }, copy, element("code", { textContent: "#" + entry.id }));
    copy.addEventListener("click", function () {
      function done() { copy.textContent = "Copied"; }
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(address).then(done, function () { copyByHand(address, line, done); });
      } else {
        copyByHand(address, line, done);
      }
    });
    return line;
  }

  function copyByHand(text, near, done) {
    const field = element("input", { value: text, readOnly: true });
    field.setAttribute("aria-label", "Link to copy");
    near.append(field);
    field.select();
    if (document.execCommand("copy")) { field.remove(); done(); }
  }

  function inView(part) {
    const box = part.getBoundingClientRect();
    return box.height > 0 && box.top >= 0 && box.bottom <= window.innerHeight;
  }

  /* ---- Filters ---- */

  function makeFilters(entries, counts, article, panel) {
    const all = Array.from(entries.values());
    const state = { search: "", verdict: "", section: "" };

    const search = element("input", { type: "search", placeholder: "64.6, median, dose …", autocomplete: "off" });
    const section = element("select");
    ["all parts"].concat(Array.from(new Set(all.map(function (each) { return each.part; }))))
      .forEach(function (part, place) {
        section.append(element("option", { value: place ? part : "", textContent: part }));
      });
    const clear = element("button", { type: "button", textContent: "Show all" });
    const status = element("p", { className: "ledger-shown" });
    status.setAttribute("role", "status");
    const buttons = Array.from(counts.querySelectorAll("li[data-verdict]"), function (item) {
      const line = item.firstElementChild;
      const button = element("button", { type: "button", className: "line" });
      button.append(...Array.from(line.childNodes));
      button.querySelector(".num").id = "verdict-" + item.dataset.verdict.replace(" ", "-");
      button.addEventListener("click", function () {
        state.verdict = state.verdict === item.dataset.verdict ? "" : item.dataset.verdict;
        change();
      });
      line.replaceWith(button);
      return button;
    });

    function matching() {
      const numbers = sought(state.search);
      const chosen = all.filter(function (each) {
        return (!state.verdict || each.verdict === state.verdict) &&
          (!state.section || each.part === state.section);
      });
      const equal = chosen.filter(function (each) {
        return numbers.some(function (number) { return each.values.includes(number); });
      });
      if (equal.length) { return equal; }
      // A comma stands before decimals or, if there is no such number, between numbers.
      for (const inOrder of [state.search, state.search.replaceAll(",", " ")].map(passage)) {
        const places = together(all, inOrder);
        const run = chosen.filter(function (each) { return places.has(each); });
        if (run.length || (inOrder.length > 1 && places.size)) { return run; }
      }
      // A blank stands between words or, if nothing has them, between thousands.
      const joined = state.search.replace(/(?<![\d.,])\d{1,3}(\s\d{3})+(?![\d.,])/g, withoutBlanks);
      const typed = [state.search, joined].find(function (text) { return withWords(all, text).length; });
      // A number of which there is only the beginning is still being typed.
      return typed === undefined ? withWords(chosen, state.search, true) : withWords(chosen, typed);
    }

    function apply() {
      const found = matching();
      const kept = new Set(found);
      all.forEach(function (each) {
        const off = !kept.has(each);
        each.row.hidden = off;
        each.number.classList.toggle("off", off);
      });
      const filtered = Boolean(state.search || state.verdict || state.section);
      hideWithout(article, ".printed-section li, .printed-table tbody tr, .downloads", filtered);
      hideWithout(article, ".printed-section, .table-scroll", filtered);
      hideWithout(article, ".printed-part", filtered);
      document.querySelectorAll(".ledger-part").forEach(function (part) {
        part.hidden = !part.querySelector("tbody tr:not([hidden])");
      });
      buttons.forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.parentElement.dataset.verdict === state.verdict));
      });
      search.value = state.search;
      section.value = state.section;
      clear.disabled = !filtered;
      const numbers = new Set(found.map(function (each) { return each.first; })).size;
      status.textContent = counted(numbers, "number") + " at " + counted(found.length, "place") +
        (filtered ? " of " + all.length : "");
      return found;
    }

    function hideWithout(within, parts, filtered) {
      within.querySelectorAll(parts).forEach(function (part) {
        part.hidden = filtered && !part.querySelector("a.num:not(.off)");
      });
    }

    /* The filters are kept in the address, so that what they show can be shared as a link. */
    function store() {
      const kept = Object.entries(state).filter(function (pair) { return pair[1]; });
      const hash = new URLSearchParams(kept).toString();
      history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
    }

    function change() {
      const found = apply();
      store();
      panel.close(false);
      return found;
    }

    /* A search that leaves one number is answered at once, where that covers nothing. */
    function look() { answer(change()); }

    function answer(found) {
      const one = new Set(found.map(function (each) { return each.first; })).size === 1;
      if (state.search && one && SIDE.matches) { panel.open(found[0], false); }
    }

    function set(values) {
      Object.keys(state).forEach(function (name) { state[name] = values[name] || ""; });
    }

    search.addEventListener("input", function () { state.search = search.value; look(); });
    section.addEventListener("input", function () { state.section = section.value; change(); });
    clear.addEventListener("click", function () { set({}); change(); search.focus(); });
    const field = element("label", { className: "ledger-search" }, "Find a number or a word ", search);
    const form = element("form", { className: "ledger-filters" }, field, element("label", {}, "Section ", section), clear);
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "Search the ledger");
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const found = matching();
      if (found.length) { panel.open(found[0], true); }
    });
    counts.append(form, status);

    return {
      /* A number that the filters hide is shown again, with all others. */
      reveal: function (entry) {
        if (entry.number.classList.contains("off")) { set({}); change(); }
      },
      restore: function () {
        const given = new URLSearchParams(location.hash.slice(1));
        set({ search: given.get("search"), verdict: given.get("verdict"), section: given.get("section") });
        if (!all.some(function (each) { return each.part === state.section; })) { state.section = ""; }
        if (!buttons.some(function (each) { return each.parentElement.dataset.verdict === state.verdict; })) {
          state.verdict = "";
        }
        const found = apply();
        answer(found);
        // At the top of the page nobody could see what a link has found.
        const places = found.length ? found.map(function (each) { return each.number; }) : [form];
        if (!clear.disabled && !places.some(inView)) { form.scrollIntoView({ block: "start" }); }
      },
      clear: function () { set({}); apply(); }
    };
  }

  /* ---- Keys and clicks ---- */

  function neighbour(article, number, step) {
    const shown = Array.from(article.querySelectorAll("a.num")).filter(function (each) {
      return each.offsetParent && !each.classList.contains("off");
    });
    return shown[shown.indexOf(number) + step];
  }

  function start() {
    const counts = document.getElementById("ledger-counts");
    const article = document.getElementById("article-as-printed");
    const list = document.getElementById("ledger");
    if (!counts || !article || !list) { return; }
    const entries = readEntries(list, article);
    const panel = makePanel(article, entries);
    const filters = makeFilters(entries, counts, article, panel);

    function show(entry, focus) {
      filters.reveal(entry);
      panel.open(entry, focus);
      if (focus) { entry.number.scrollIntoView({ block: SIDE.matches ? "nearest" : "start" }); }
    }

    [article, panel.element, list].forEach(function (part) {
      part.addEventListener("click", function (event) {
        const link = event.target.closest("a[href^='#']");
        const entry = link && entries.get(idOf(link));
        if (!entry || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
        event.preventDefault();
        show(entry, true);
        if (part !== article) { entry.number.scrollIntoView({ block: SIDE.matches ? "center" : "start" }); }
      });
    });
    article.addEventListener("keydown", function (event) {
      const number = event.target.closest("a.num");
      if (!number) { return; }
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = step && neighbour(article, number, step);
      if (event.key === " ") {
        show(entries.get(number.id), true);
      } else if (event.key === "Escape") {
        panel.close(true);
        return;
      } else if (next) {
        next.focus();
      } else {
        return;
      }
      event.preventDefault();
    });

    function follow() {
      const name = decoded(location.hash.slice(1));
      const entry = entries.get(name);
      const target = name && !entry && document.getElementById(name);
      if (entry) {
        filters.clear();
        panel.open(entry, false);
        entry.number.scrollIntoView({ block: SIDE.matches ? "center" : "start" });
      } else if (target && target !== list && list.contains(target)) {
        const folded = target.closest("details");
        if (folded) { folded.open = true; }
        target.scrollIntoView({ block: "center" });
      } else if (!target) {
        panel.close(false); // the reader has gone back from a number
        filters.restore();
      }
    }
    filters.clear();
    window.addEventListener("hashchange", follow);
    follow();
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
