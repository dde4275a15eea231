/* The drawers of a narrow window, with the pages of the book and the parts of this page. */
(function () {
  "use strict";

  function mend(button, drawer) {
    if (!button || !drawer) { return; }
    var leads = false;

    /* The theme returns the keyboard to where it was, but has blurred its button before. */
    drawer.addEventListener("close", function () {
      if (!leads) { button.focus({ preventScroll: true }); }
      leads = false;
    });
    /* Whoever chooses a part of this page wants to see it, and has the keyboard go on from there. */
    drawer.addEventListener("click", function (event) {
      if (!event.target.closest("a[href^='#']")) { return; }
      leads = true;
      drawer.close();
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    ["primary", "secondary"].forEach(function (side) {
      mend(document.querySelector("." + side + "-toggle"),
        document.getElementById("pst-" + side + "-sidebar-modal"));
    });
  });
})();
