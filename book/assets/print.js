/* Before a page is printed: light colours, folded tables open, wide tables fitted, address and date
   at the foot. */
(function () {
  "use strict";

  var root = document.documentElement;
  var restore = [];

  function address() {
    var canonical = document.querySelector('link[rel="canonical"]');
    if (canonical) { return canonical.href; }
    /* A path on the reader's own disk is of no use to others. */
    return /^https?:$/.test(location.protocol) ? location.href : document.title;
  }

  function foot() {
    var day = new Date().toLocaleDateString("en-GB", {
      day: "numeric", month: "long", year: "numeric"
    });
    return address() + " · printed " + day;
  }

  /* Text area of A4 as `print.css` leaves it, upright and turned, and the type of its tables; pixels.
     On narrower paper the browser shrinks the page by itself. */
  var UPRIGHT = 672;
  var TURNED = 986;
  var TYPE = 11.07;
  var SMALLEST = 0.78; // of the type, upright

  /* The layout on paper cannot be measured beforehand: the width that a table needs at least, in
     the type of the screen, tells how it must be set. */
  function fit(table) {
    var box = table.closest(".table-scroll, .pst-scrollable-table-container") || table;
    var width = table.style.width;
    table.style.width = "min-content";
    var needed = table.offsetWidth * TYPE / parseFloat(getComputedStyle(table).fontSize);
    table.style.width = width;
    var scale = Math.min(1, UPRIGHT / needed);
    if (scale < SMALLEST) {
      box.classList.add("print-turned");
      restore.push(function () { box.classList.remove("print-turned"); });
      scale = Math.min(1, TURNED / needed);
    }
    table.style.setProperty("--print-fit", scale.toFixed(3));
    restore.push(function () { table.style.removeProperty("--print-fit"); });
  }

  function before() {
    after();
    var theme = root.dataset.theme;
    root.dataset.theme = "light";
    restore.push(function () { root.dataset.theme = theme; });

    document.querySelectorAll(".bd-article details:not([open], .hide)").forEach(function (details) {
      details.open = true;
      restore.push(function () { details.open = false; });
    });

    document.querySelectorAll(".bd-article table").forEach(fit);

    var text = foot();
    if (window.CSSMarginRule) {
      root.style.setProperty("--print-foot", JSON.stringify(text));
      return;
    }
    var article = document.querySelector(".bd-article");
    if (!article) { return; }
    var line = document.createElement("p");
    line.className = "print-foot";
    line.textContent = text;
    article.append(line);
    restore.push(function () { line.remove(); });
  }

  function after() {
    while (restore.length) { restore.pop()(); }
  }

  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
})();
