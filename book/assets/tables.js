/* Whether tables fit, which only the window shows. A page guesses from their contents; this
   script measures, and folds what is long on a phone. */
(function () {
  "use strict";

  var PHONE = matchMedia("(width < 40rem)");
  var BOXES = ".bd-article .table-scroll, .bd-article .pst-scrollable-table-container";
  // Laid out by hand, or longer than anyone reads card by card.
  var FIXED = ".ledger, .gaps, .agreement, .printed-table, .scrolls";

  /* ---- Cards where a table does not fit ---- */

  function text(head) {
    var copy = head.cloneNode(true);
    copy.querySelectorAll(".note-mark").forEach(function (mark) { mark.remove(); });
    return copy.textContent.trim();
  }

  /* A card's first line says what it is, unless it is a number alone. */
  var NUMBER = /^[<>≤≥+−–-]?\s*\d/;

  /* Cells get the labels that cards show; false if a cell that spans columns cannot have one. */
  function label(table) {
    var heads = Array.from(table.tHead.rows[0].cells).filter(function (head) { return !head.hidden; });
    var rows = Array.from(table.tBodies).flatMap(function (body) { return Array.from(body.rows); });
    var group = "";
    var places = rows.map(function (row) { return heads.length - row.cells.length; });
    if (places.some(function (place) { return place !== 0 && place !== 1; })) { return false; }
    rows.forEach(function (row, place) {
      // A row without a head of its own belongs to the group above it.
      if (places[place]) {
        row.dataset.group = group;
      } else {
        group = text(row.cells[0]);
        if (heads[0].dataset.mark) { row.cells[0].dataset.mark = heads[0].dataset.mark; }
        if (NUMBER.test(group)) {
          row.cells[0].dataset.label = text(heads[0]);
          group = text(heads[0]) + ": " + group;
        }
      }
      Array.from(row.cells).slice(1 - places[place]).forEach(function (cell) {
        var head = heads[cell.cellIndex + places[place]];
        cell.dataset.label = text(head);
        if (head.dataset.mark) { cell.dataset.mark = head.dataset.mark; }
      });
    });
    return true;
  }

  /* All tables of some parts of the page are measured in one layout. */
  function settle(parts) {
    if (!PHONE.matches) { return; }
    var boxes = parts.flatMap(function (part) {
      return Array.from(part.querySelectorAll(BOXES));
    }).filter(function (box) {
      var table = box.querySelector("table");
      return box.clientWidth && table && table.tHead && table.tHead.rows.length === 1
        && table.tHead.rows[0].cells.length > 2 && !table.matches(FIXED);
    });
    var tables = boxes.map(function (box) { return box.querySelector("table"); });
    tables.forEach(function (table) { table.classList.remove("cards"); });
    var wide = boxes.map(function (box) { return box.scrollWidth > box.clientWidth + 1; });
    tables.forEach(function (table, place) {
      if (wide[place] && label(table)) { table.classList.add("cards"); }
    });
  }

  var waiting = [];

  function settleSoon(part) {
    if (!waiting.length) {
      requestAnimationFrame(function () {
        settle(waiting);
        waiting = [];
      });
    }
    waiting.push(part);
  }

  /* ---- Folds ---- */

  /* On a phone the details of a finding are folded below its title, which says what was found. */
  function fold() {
    document.querySelectorAll("section.gap > dl, section.gap > details > dl").forEach(function (list) {
      var part = list.closest("details");
      if (!part) {
        part = document.createElement("details");
        part.className = "folds-on-phone";
        part.appendChild(document.createElement("summary")).textContent =
          "Passages, counter-argument, advice";
        list.replaceWith(part);
        part.appendChild(list);
      }
      part.open = !PHONE.matches;
    });
  }

  function openTarget() {
    var name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch (_) { return; }
    var target = document.getElementById(name);
    if (target && target.matches("details.agreement-method")) { target.open = true; }
  }

  /* The theme hides the list of contents beside a table that reaches into the margin, and fails on a
     page that has no such list: such a page gets an empty one. */
  function addContents() {
    if (document.querySelector("div.bd-sidebar-secondary")) { return; }
    var none = document.createElement("div");
    none.className = "bd-sidebar-secondary";
    none.style.display = "none";
    document.body.appendChild(none);
  }

  /* Signatures scroll on a phone, for keys, too. */
  function reachSignatures() {
    document.querySelectorAll("dt.sig").forEach(function (signature) {
      if (signature.scrollWidth > signature.clientWidth) { signature.tabIndex = 0; }
      else { signature.removeAttribute("tabindex"); }
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var width = innerWidth;
    addContents();
    fold();
    reachSignatures();
    settle([document]);
    openTarget();
    // What is folded has no width until it is opened.
    document.addEventListener("toggle", function (event) { settleSoon(event.target); }, true);
    PHONE.addEventListener("change", fold);
    addEventListener("hashchange", openTarget);
    addEventListener("resize", function () {
      if (innerWidth === width) { return; }
      width = innerWidth;
      reachSignatures();
      settleSoon(document);
    });
  });
  addEventListener("load", function () { // fonts have arrived
    reachSignatures();
    settle([document]);
  });
})();
