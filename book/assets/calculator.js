/* The calculator of the Total Improvement Score, updated while a case is typed. The other files
   named calculator_... have its parts; this one joins them to the page. */
(function (tis) {
  "use strict";

  /* A total is read out once typing has paused; the visible one follows every key. */
  var PAUSE = 1000; // milliseconds

  function start() {
    var root = document.getElementById("tis-calculator");
    if (!root) { return; }
    var rules = JSON.parse(document.getElementById("tis-rules").textContent);
    var form = tis.form(root, rules);
    var at = form.at;
    var sum = root.querySelector(".calculator-total");
    var result = tis.result(root, rules, at);
    var latest;
    var chosen = ""; // the example whose values were filled in
    tis.rules = rules;

    function store(inputs) {
      history.replaceState(null, "",
        form.isBlank(inputs) ? location.href.split("#")[0] : form.link(inputs));
    }

    function restore() {
      if (!location.hash.includes("=")) { return; }
      var inputs = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
      chosen = "";
      form.fill(tis.cases.modern(rules, inputs));
      update();
      var lost = tis.cases.hasNamelessEnzyme(rules, inputs);
      at("link-note").hidden = !lost;
      at("link-note").textContent = lost
        ? "The link does not name the enzyme of its values, so they were left out." : "";
    }

    /* ---- Reading out: final totals, and only when they change ---- */

    var waiting = null;
    var announced = "";
    function announce(answer) {
      clearTimeout(waiting);
      var final = answer.shown.total !== null;
      var text = final ? at("total").textContent.replace(/\s+/g, " ").trim() : "";
      if (!final) {
        at("announced").textContent = announced = "";
      } else if (text !== announced) {
        waiting = setTimeout(function () { at("announced").textContent = announced = text; }, PAUSE);
      }
    }

    /* Whether a value that is shown comes from an example: one that was chosen, or one that a case
       that came by a link has most values of. */
    function isFromExample(inputs, name) {
      var example = rules.examples[name];
      var values = Object.keys(example).filter(function (field) {
        return /_(baseline|followup\d*)$/.test(field) && !/^week_/.test(field);
      });
      var kept = values.filter(function (field) { return inputs[field] === example[field]; });
      return (chosen === name || 2 * kept.length > values.length) && kept.some(function (field) {
        return !form.element.elements[field].closest("[hidden]");
      });
    }

    function update() {
      var inputs = form.read();
      var answer = tis.score(rules, inputs);
      latest = { inputs: inputs, answer: answer };
      form.show(inputs, answer);
      /* Before there is anything to add up, the total does not lie on the fields. */
      sum.classList.toggle("waiting", !Array.from(form.element.elements).some(function (control) {
        return control.type === "text" && control.value;
      }));
      result.show(inputs, answer);
      at("example-note").hidden = !isFromExample(inputs, "medians");
      at("course-note").hidden = !isFromExample(inputs, "course");
      at("copied").textContent = "";
      at("link-field").hidden = true;
      announce(answer);
      return form.read();
    }

    function show(inputs) {
      form.fill(inputs);
      at("link-note").hidden = true;
      store(update());
    }

    function print() {
      var label = !at("example-note").hidden || !at("course-note").hidden
        ? root.querySelector(".calculator-example:not([hidden])").textContent.trim()
        : "Case as entered; nothing was checked against a record.";
      var sheet = at("sheet");
      tis.sheet(sheet, rules, latest.inputs, latest.answer, result, label, form.link(latest.inputs));
      sheet.hidden = false;
      tis.fitSheet(sheet);
      document.documentElement.classList.add("calculator-printing");
      addEventListener("afterprint", function () {
        document.documentElement.classList.remove("calculator-printing");
        sheet.hidden = true;
        sheet.replaceChildren();
      }, { once: true });
      window.print();
    }

    /* ---- Events ---- */

    root.querySelector(".calculator-off").hidden = true;
    root.querySelectorAll("form, .calculator-total, .calculator-results").forEach(function (part) {
      part.hidden = false;
    });
    form.element.addEventListener("submit", function (event) { event.preventDefault(); });
    /* The focused field must not lie beneath the total: the style sheet needs the height of the
       total, and browsers, which count a covered field as visible, have to be made to scroll. */
    new ResizeObserver(function () {
      document.documentElement.style.setProperty("--total-height", sum.offsetHeight + "px");
    }).observe(sum);
    form.element.addEventListener("focusin", function (event) {
      var box = event.target.getBoundingClientRect();
      if (box.bottom > sum.getBoundingClientRect().top) {
        event.target.scrollIntoView({ block: "nearest", behavior: "instant" });
      }
    });
    var drawnFor = root.clientWidth;
    new ResizeObserver(function () {
      if (root.clientWidth !== drawnFor && latest) {
        drawnFor = root.clientWidth;
        result.show(latest.inputs, latest.answer);
      }
    }).observe(root);
    root.addEventListener("input", function (event) {
      if (!event.target.name) { return; }
      if (event.target.name === "population") { form.permitCoreSet(); }
      store(update());
    });
    function choose(name) {
      chosen = name;
      show(name ? rules.examples[name] : {});
    }
    at("clear").addEventListener("click", function () { choose(""); });
    at("example").addEventListener("click", function () { choose("medians"); });
    at("course").addEventListener("click", function () { choose("course"); });
    at("add").addEventListener("click", function () {
      var inputs = form.withVisit();
      show(inputs);
      at("week_" + inputs.shown).focus();
    });
    form.element.addEventListener("click", function (event) {
      if (!event.target.matches(".calculator-remove")) { return; }
      show(form.withoutVisit(event.target.closest("[data-visit]").dataset.visit));
      at("add").focus();
    });
    at("print").addEventListener("click", print);
    at("copy").addEventListener("click", function () {
      var address = form.link(form.read());
      var byHand = function () { // if the browser denies access to the clipboard
        at("link-field").hidden = false;
        at("link").value = address;
        at("link").select();
        at("link").focus();
        at("copied").textContent = "Copy the link from the field.";
      };
      if (!navigator.clipboard) { byHand(); return; }
      navigator.clipboard.writeText(address).then(function () {
        at("copied").textContent = "Link copied.";
      }, byHand);
    });
    window.addEventListener("hashchange", restore);
    update();
    restore();
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})(window.tisCalculator);
