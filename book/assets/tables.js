/* The theme hides the list of contents beside a table that reaches into the margin, and fails on a
   page that has no such list: such a page gets an empty one. */
(function () {
  "use strict";

  document.addEventListener("DOMContentLoaded", function () {
    if (document.querySelector("div.bd-sidebar-secondary")) { return; }
    var none = document.createElement("div");
    none.className = "bd-sidebar-secondary";
    none.style.display = "none";
    document.body.appendChild(none);
  });
})();
