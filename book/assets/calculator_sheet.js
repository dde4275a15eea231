/* A case and its result on one printed page: what was entered, what comes out, when and where. */
(function (tis) {
  "use strict";

  var w = tis.words;
  var element = w.element;

  function table(caption, heads, rows) {
    return element("table", [
      element("caption", caption),
      element("thead", element("tr", heads.map(function (text) { return element("th", text); }))),
      element("tbody", rows.map(function (cells) {
        return element("tr", cells.map(function (text, i) { return element(i ? "td" : "th", text); }));
      }))
    ]);
  }

  function settings(rules, inputs, answer) {
    var made = ["Patient: " + inputs.population, "visual analogue scales in " + inputs.vas_unit];
    if (answer.rules.name) { made.splice(1, 0, answer.rules.name); }
    if (answer.rules.measures.mmt) {
      made.push("maximum of manual muscle testing: " +
        ((inputs.mmt_max === "other" ? inputs.mmt_max_other : inputs.mmt_max) || "not entered"));
    }
    Object.keys(answer.rules.measures).forEach(function (key) {
      if (answer.rules.measures[key].kind === "given") {
        made.push(w.lower(answer.rules.measures[key].name) + ": range " +
          (inputs[key + "_low"] || "?") + " to " + (inputs[key + "_high"] || "?"));
      }
    });
    return made.join("; ") + ".";
  }

  function entries(rules, inputs, answer) {
    var visits = ["baseline"].concat(answer.visits.map(function (visit) { return visit.name; }));
    var unit = (inputs.enzyme_unit || "").replace("microkat", "µkat");
    var limitUnit = (inputs.uln_unit || inputs.enzyme_unit || "").replace("microkat", "µkat");
    var rows = [];
    function add(name, key) {
      rows.push([name].concat(visits.map(function (visit) { return inputs[key + "_" + visit] || "–"; })));
    }
    answer.keys.forEach(function (key) {
      var rule = answer.rules.measures[key];
      if (rule.kind !== "enzyme") { add(rule.name, key); return; }
      Object.keys(rules.enzymes).forEach(function (enzyme) {
        var names = visits.map(function (visit) { return enzyme + "_" + visit; });
        if (!inputs["uln_" + enzyme] && !names.some(function (name) { return inputs[name]; })) { return; }
        add(rules.enzymes[enzyme].name + ", " + unit + " (upper limit " +
          (inputs["uln_" + enzyme] || "not entered") + " " + limitUnit + ")" +
          (answer.enzyme.used === enzyme ? ", used" : ""), enzyme);
      });
    });
    return table("Values as entered", ["Measure", "Baseline"].concat(answer.visits.map(
      function (visit) { return w.capital(visit.label); })), rows);
  }

  function results(answer) {
    var rows = answer.keys.map(function (key) {
      return [answer.rules.measures[key].name].concat(answer.visits.map(function (visit) {
        var got = visit.measures[key].result;
        return got ? got.points + " of " + visit.measures[key].most : "–";
      }));
    });
    rows.push(["Total Improvement Score"].concat(answer.visits.map(w.score)));
    rows.push(["Category"].concat(answer.visits.map(function (visit) {
      return visit.category || (visit.low === null ? "–" : "undetermined");
    })));
    return table("Points and total", ["Measure"].concat(answer.visits.map(function (visit) {
      return w.capital(visit.label);
    })), rows);
  }

  /* Longest link that fits the sheet, in characters. */
  var LONGEST = 1400;

  /* The address of a case on paper: a path on the reader's own disk is of no use to others. */
  function printedAddress(address) {
    if (address.length > LONGEST) { return "the link is too long to print."; }
    return /^https?:/.test(address) ? address : "#" + address.split("#")[1] +
      " after the address of this page.";
  }

  /* What A4 and Letter both have room for, in pixels. */
  var HEIGHT = 900;

  /* Set the sheet smaller where it would not fit one page. */
  tis.fitSheet = function (place) {
    place.style.zoom = "";
    place.classList.add("calculator-measured");
    var height = place.offsetHeight;
    place.classList.remove("calculator-measured");
    if (height > HEIGHT) { place.style.zoom = String(Math.floor(100 * HEIGHT / height) / 100); }
  };

  /* Fill the sheet; `label` says what kind of case it is, `address` leads back to it. */
  tis.sheet = function (place, rules, inputs, answer, result, label, address) {
    var day = new Date().toLocaleDateString("en-GB", {
      day: "numeric", month: "long", year: "numeric"
    });
    var parts = [
      element("p", "Total Improvement Score: one case", "calculator-sheet-title"),
      element("p", [element("strong", "For teaching and research, not for clinical decisions. "),
        label, " Printed on " + day + "."])
    ];
    if (Object.keys(answer.errors).length || !answer.rules) {
      parts.push(element("p", "Nothing was calculated: some entries are not valid."));
      place.replaceChildren.apply(place, parts);
      return;
    }
    parts.push(element("p", settings(rules, inputs, answer)), entries(rules, inputs, answer),
      results(answer));
    var side = element("div", element("div", [element("p", result.enzyme(answer)),
      element("p", result.attainable(answer))]), "calculator-sheet-side");
    if (answer.visits.length > 1) { side.prepend(tis.plot(answer, 440, "tis-printed-hatch")); }
    parts.push(side);
    var found = result.definitions(answer);
    if (found.length) {
      parts.push(table("Other definitions" + (answer.visits.length > 1 ? ", at " +
        answer.shown.label : ""), ["Definition", "Result"], found.map(function (each) {
        return [each.name, w.capital(each.verdict) + (each.detail ? ": " + each.detail : "")];
      })));
    }
    parts.push(element("p", ["Rules: ", rules.sources, ". This case: ",
      printedAddress(address)],
      "calculator-sheet-address"));
    place.replaceChildren.apply(place, parts);
  };
})(window.tisCalculator);
