/* The search of a book as readers see it: hits as they type, in the dialog and on the search page.

   The engine and the index are loaded when somebody starts to search. What is typed and what is
   found is only ever set as text. See tisstats/book/search. */
(function () {
  "use strict";

  var own = document.currentScript.src; /* _static/search.js */
  var KINDS = {
    term: "Glossary", object: "Reference", reference: "Source", figure: "Figure", row: "Table",
    claim: "Ledger"
  };
  var EXCERPT = 210; /* characters */
  var LONGEST = 200; /* characters of a query in an address */
  var DELAY = 120; /* milliseconds after a key, so that one count is announced and not five */

  function element(tag, name, text) {
    var made = document.createElement(tag);
    if (name) { made.className = name; }
    if (text) { made.textContent = text; }
    return made;
  }

  /* ---- Loading ---- */

  var loading = null;

  function script(name) {
    return new Promise(function (resolve, reject) {
      var made = document.createElement("script");
      made.src = new URL(name, own).href;
      made.onload = resolve;
      made.onerror = reject;
      document.head.append(made);
    });
  }

  function load() {
    loading = loading || script("search_engine.js").then(function () {
      return script("search_index.js");
    }).then(function () { return window.tisstatsSearch; });
    return loading;
  }

  /* ---- Hits ---- */

  function pieces(list) {
    var made = document.createDocumentFragment();
    list.forEach(function (piece) {
      made.append(piece.marked ? element("mark", "", piece.text) : piece.text);
    });
    return made;
  }

  function address(page, anchor) {
    var found = new URL("../" + page.address, own);
    found.hash = anchor;
    return found.href;
  }

  function hitItem(engine, found, page, passage, before) {
    var item = element("li");
    var link = element("a", "search-hit");
    link.href = address(page, passage.anchor);
    var title = passage.title !== page.title && (!before || before.title !== passage.title);
    if (title) {
      var line = element("span", "search-hit-title");
      if (KINDS[passage.kind]) {
        line.append(element("span", "search-kind", KINDS[passage.kind]), " ");
      }
      line.append(pieces(engine.excerpt(passage.title, found.units, 160)));
      link.append(line);
    }
    if (passage.text || !title) {
      var text = element("span", "search-excerpt");
      text.append(pieces(engine.excerpt(passage.text || passage.title, found.units, EXCERPT)));
      link.append(text);
    }
    item.append(link);
    return item;
  }

  /* Rows of one table follow each other, below its caption. */
  function together(hits) {
    var titles = new Map();
    hits.forEach(function (hit) {
      var list = titles.get(hit.passage.title) || [];
      list.push(hit.passage);
      titles.set(hit.passage.title, list);
    });
    return [].concat.apply([], Array.from(titles.values()));
  }

  function pageItem(engine, found, group, most) {
    var item = element("li", "search-page");
    var heading = element("h2", "search-page-title");
    var link = element("a");
    link.href = address(group.page, "");
    link.append(pieces(engine.excerpt(group.page.title, found.units, 160)));
    heading.append(link);
    var list = element("ul", "search-hits");
    item.append(heading, list);

    function add(from, to) {
      var shown = together(group.hits.slice(from, to));
      shown.forEach(function (passage, at) {
        list.append(hitItem(engine, found, group.page, passage, shown[at - 1]));
      });
    }

    add(0, most);
    if (group.hits.length > most) {
      var rest = group.hits.length - most;
      var more = element("button", "search-more", rest + " more on this page");
      more.type = "button";
      more.addEventListener("click", function () {
        var next = list.children.length;
        add(most, most + 100);
        more.remove();
        list.children[next].querySelector("a").focus();
      });
      item.append(more);
    }
    return item;
  }

  function plural(count, noun) { return count + " " + noun + (count === 1 ? "" : "s"); }

  function summary(found, query) {
    if (!found.units.length) { return "Type a word or a number."; }
    if (!found.count) { return "Nothing found for “" + query.trim().slice(0, 60) + "”."; }
    var said = plural(found.count, "passage") + " on " + plural(found.pages.length, "page") + ".";
    found.units.forEach(function (unit) {
      if (unit.instead) {
        said += " Nothing has “" + unit.tokens[0].written + "”: showing similar spellings.";
      }
    });
    return found.all ? said : said + " No page has all of the words: showing those with the most.";
  }

  /* ---- A field with its hits below ---- */

  function connect(form, status, results, limits) {
    var input = form.querySelector("input[type=search]");
    var timer = 0, last = null;

    function show() {
      var query = input.value;
      if (query === last) { return; }
      last = query;
      if (!query.trim()) {
        results.replaceChildren();
        status.textContent = "";
        return;
      }
      load().then(function (engine) {
        if (query !== last) { return; } /* typed on while the index was loading */
        var found = engine.engine.search(query);
        var list = element("ol", "search-pages");
        found.pages.slice(0, limits.pages).forEach(function (group) {
          list.append(pageItem(engine, found, group, limits.hits));
        });
        results.replaceChildren(list);
        if (found.pages.length > limits.pages) { results.append(limits.rest(found, query, list)); }
        results.scrollTop = 0;
        status.textContent = summary(found, query);
      }, function () { status.textContent = "The search index could not be loaded."; });
    }

    function soon() {
      clearTimeout(timer);
      timer = setTimeout(function () { show(); limits.typed(input.value); }, DELAY);
    }

    input.addEventListener("focus", load);
    input.addEventListener("input", soon);
    form.parentNode.addEventListener("keydown", function (event) {
      var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      var links = Array.from(results.querySelectorAll("a, button"));
      var at = links.indexOf(document.activeElement);
      if (!step || !links.length || (at < 0 && document.activeElement !== input)) { return; }
      event.preventDefault();
      (at + step < 0 ? input : links[Math.min(at + step, links.length - 1)]).focus();
    });
    return { input: input, show: show };
  }

  function searchDialog() {
    var dialog = document.getElementById("pst-search-dialog");
    var form = dialog && dialog.querySelector("form");
    if (!form) { return; }
    var status = element("p", "search-status");
    status.setAttribute("role", "status");
    var results = element("div", "search-results");
    var below = element("div", "search-below");
    below.append(status, results);
    form.after(below);
    connect(form, status, results, {
      pages: 8,
      hits: 3,
      typed: function () { /* the address stays */ },
      rest: function (found, query) {
        var all = element("a", "search-all", "All " + found.pages.length + " pages");
        var target = new URL(form.action);
        target.searchParams.set("q", query.slice(0, LONGEST));
        all.href = target.href;
        return all;
      }
    });
    /* Sphinx prevents what the Escape key does on a page, unless it is pressed in a field. */
    dialog.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { dialog.close(); }
    });
    /* A hit on this very page leaves it as it is, below the dialog. */
    results.addEventListener("click", function (event) {
      if (event.target.closest("a")) { dialog.close(); }
    });
  }

  function searchPage() {
    var place = document.getElementById("book-search");
    if (!place) { return; }
    var form = place.querySelector("form");
    var results = place.querySelector(".search-results");
    var status = place.querySelector(".search-status");
    var field = connect(form, status, results, {
      pages: 12,
      hits: 5,
      typed: function (query) {
        var address = new URL(location.href);
        if (query.trim()) { address.searchParams.set("q", query.slice(0, LONGEST)); } else {
          address.searchParams.delete("q");
        }
        try {
          history.replaceState(null, "", address.href);
        } catch (_) { /* some browsers refuse this for files: the hits are shown all the same */ }
      },
      rest: function (found, _, list) {
        var rest = found.pages.slice(12);
        var more = element("button", "search-all", plural(rest.length, "more page"));
        more.type = "button";
        more.addEventListener("click", function () {
          var next = list.children.length;
          rest.forEach(function (group) {
            list.append(pageItem(window.tisstatsSearch, found, group, 5));
          });
          more.remove();
          list.children[next].querySelector("a").focus();
        });
        return more;
      }
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); field.show(); });
    field.input.value = new URLSearchParams(location.search).get("q") || "";
    field.show();
  }

  /* ---- Where a hit leads ---- */

  /* A row of a table has no id of its own: table-flow.3 is the third row below the heads. */
  function row(name) {
    var parts = /^(.+)\.(\d+)$/.exec(name);
    var table = parts && document.getElementById(parts[1]);
    if (!table || table.tagName !== "TABLE") { return null; }
    return table.rows[Number(parts[2]) - (table.tHead ? 0 : 1)] || null;
  }

  function reveal() {
    var name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch (_) { return; }
    var target = name && document.getElementById(name);
    var found = name && !target && row(name);
    document.querySelectorAll(".search-target").forEach(function (other) {
      other.classList.remove("search-target");
    });
    for (var around = target || found; around; around = around.parentElement) {
      if (around.tagName === "DETAILS") { around.open = true; }
    }
    if (found) {
      found.classList.add("search-target");
      found.tabIndex = -1;
      found.focus({ preventScroll: true });
      found.scrollIntoView({ block: "center" });
    }
  }

  function start() {
    searchDialog();
    searchPage();
    window.addEventListener("hashchange", reveal);
    reveal();
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
