/* Search and filters of the ledger. Without this script the page shows the complete table. */
(function () {
  "use strict";

  function labelled(text, control) {
    var label = document.createElement("label");
    label.append(text, control);
    return label;
  }

  function choice(first, values) {
    var select = document.createElement("select");
    [first].concat(values).forEach(function (value, index) {
      var option = document.createElement("option");
      option.value = index ? value : "";
      option.textContent = value;
      select.append(option);
    });
    return select;
  }

  function distinct(rows, name) {
    return Array.from(new Set(rows.map(function (row) { return row.dataset[name]; })));
  }

  function start() {
    var ledger = document.getElementById("ledger");
    if (!ledger) { return; }
    var rows = Array.from(ledger.querySelectorAll("tbody tr"));
    var texts = rows.map(function (row) { return (row.textContent + " " + row.id).toLowerCase(); });

    var search = document.createElement("input");
    search.type = "search";
    search.placeholder = "median, 42.0, dose …";
    var verdict = choice("all verdicts", distinct(rows, "verdict"));
    var section = choice("all sections", distinct(rows, "section"));
    var shown = document.createElement("p");
    shown.className = "ledger-shown";
    shown.setAttribute("role", "status");

    function apply() {
      var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      var count = 0;
      rows.forEach(function (row, index) {
        var keep = (!verdict.value || row.dataset.verdict === verdict.value) &&
          (!section.value || row.dataset.section === section.value) &&
          words.every(function (word) { return texts[index].includes(word); });
        row.hidden = !keep;
        count += keep ? 1 : 0;
      });
      shown.textContent = count + " of " + rows.length + " rows shown";
    }

    /* The filters are kept in the address, so that a filtered ledger can be shared as a link. */
    function store() {
      var state = new URLSearchParams();
      if (search.value) { state.set("search", search.value); }
      if (verdict.value) { state.set("verdict", verdict.value); }
      if (section.value) { state.set("section", section.value); }
      var hash = state.toString();
      history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
    }

    function restore() {
      var hash = decodeURIComponent(location.hash.slice(1));
      var target = hash && !hash.includes("=") && document.getElementById(hash);
      if (target && ledger.contains(target)) {
        search.value = verdict.value = section.value = "";
        apply();
        target.scrollIntoView({ block: "center" });
        return;
      }
      var state = new URLSearchParams(location.hash.slice(1));
      search.value = state.get("search") || "";
      verdict.value = state.get("verdict") || "";
      section.value = state.get("section") || "";
      apply();
    }

    var form = document.createElement("form");
    form.className = "ledger-filters";
    form.setAttribute("role", "search");
    form.setAttribute("aria-label", "Search the ledger");
    form.append(labelled("Search ", search), labelled("Verdict ", verdict), labelled("Section ", section));
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", function () { apply(); store(); });
    ledger.before(form, shown);
    window.addEventListener("hashchange", restore);
    restore();
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
