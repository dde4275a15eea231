/* The drawers of a narrow window, with the pages of the book and the parts of this page. */
(function () {
  "use strict";

  function mend(button, drawer, wide) {
    if (!button || !drawer) { return; }
    var leads = false;

    /* The theme returns the keyboard to where it was, but has blurred its button before. The label
       that the button shows to the keyboard would stay on a phone until something else is touched. */
    drawer.addEventListener("close", function () {
      if (!leads) {
        button.addEventListener("focusin", stop, { capture: true, once: true });
        button.focus({ preventScroll: true });
        button.removeEventListener("focusin", stop, true);
      }
      leads = false;
    });
    /* Whoever chooses a part of this page wants to see it, and has the keyboard go on from there. */
    drawer.addEventListener("click", function (event) {
      var elsewhere = event.ctrlKey || event.metaKey || event.shiftKey; // in another tab or window
      if (elsewhere || !event.target.closest("a[href^='#']")) { return; }
      leads = true;
      drawer.close();
    });
    /* A turned phone or tablet may show beside the page what the drawer holds. */
    matchMedia(wide).addEventListener("change", function (event) {
      if (event.matches && drawer.open) { drawer.close(); }
    });
  }

  function stop(event) { event.stopImmediatePropagation(); }

  /* A reader who comes back to a page that the browser has kept wants the page, not what led away. */
  addEventListener("pagehide", function () {
    document.querySelectorAll("dialog[open]").forEach(function (open) { open.close(); });
  });

  document.addEventListener("DOMContentLoaded", function () {
    /* The widths from which on the theme has no drawers. */
    [["primary", "(min-width: 960px)"], ["secondary", "(min-width: 1200px)"]].forEach(function (each) {
      mend(document.querySelector("." + each[0] + "-toggle"),
        document.getElementById("pst-" + each[0] + "-sidebar-modal"), each[1]);
    });
  });
})();
