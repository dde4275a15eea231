/* Another choice: the primary outcome by method, confidence level, threshold and denominator. All
   numbers are texts that were computed while the book was built; they are looked up, and drawn. */
(function () {
  "use strict";

  var tools = window.tisDrawing;
  var CURVE_WIDTH = 2; // digits of a coverage in a curve
  var NOMINAL_AT = 0.8; // height of the nominal coverage in its drawing

  function start() {
    var begun = tools.begin("interactive-choice", "another_choice");
    if (!begun) { return; }
    var root = begun.root;
    var data = begun.data;
    var form = root.querySelector("form");
    var find = function (selector) { return root.querySelector(selector); };
    var places = {
      interval: find("[data-drawing=interval]"),
      coverage: find("[data-drawing=coverage]")
    };

    /* ---- The choice ---- */

    function radio(name, value) {
      return form.querySelector("input[name=" + name + "][value='" + value + "']");
    }

    function chosen(name) { return Number(new FormData(form).get(name)); }

    function countFor(responder, patients) {
      return data.counts.find(function (each) {
        return each.responder === responder && each.patients === patients;
      });
    }

    /* Only denominators with a count for this threshold can be chosen. */
    function restrict() {
      var responder = data.responders[chosen("responder")];
      data.patients.forEach(function (patients, at) {
        radio("patients", at).disabled = !countFor(responder, patients);
      });
      if (radio("patients", chosen("patients")).disabled || !form.querySelector("input[name=patients]:checked:enabled")) {
        form.querySelector("input[name=patients]:enabled").checked = true;
      }
    }

    function choice() {
      var count = countFor(
        data.responders[chosen("responder")],
        data.patients[Number(form.querySelector("input[name=patients]:checked").value)]
      );
      var level = chosen("level");
      var method = chosen("method");
      var limits = data.intervals[count.responders + "/" + count.patients][level][method];
      return {
        count: count, level: level, method: method,
        low: limits[0], high: limits[1], matches: limits[2],
        coverage: data.coverage[String(count.patients)][level][method]
      };
    }

    function go(place) {
      radio("responder", data.responders.indexOf(place.responder)).checked = true;
      restrict();
      radio("patients", data.patients.indexOf(place.patients)).checked = true;
      radio("level", place.level).checked = true;
      form.elements.method.value = String(place.method);
      update();
    }

    function isAt(place, now) {
      return place.responder === now.count.responder && place.patients === now.count.patients &&
        place.level === now.level && place.method === now.method;
    }

    /* ---- What is shown ---- */

    function verdict(now) {
      var words = {
        both: "Both limits here round to the printed ones",
        lower: "Only the lower limit here rounds to the printed one",
        upper: "Only the upper limit here rounds to the printed one",
        neither: "Neither limit here rounds to the printed one"
      }[now.matches];
      if (isAt(data.article, now)) {
        words += "; this is the choice that the article states";
      } else if (now.matches === "both") {
        words += data.matching.length === 1 ? "; of the " + data.combinations +
          " combinations on offer, only this one does that" : "";
      }
      return words + ".";
    }

    function update() {
      restrict();
      var now = choice();
      var count = now.count;
      var level = data.levels[now.level];
      var method = data.methods[now.method];
      tools.write(find(".interactive-answer"), count.responders + " of " + count.patients + ": " +
        count.percent + "%, " + level + "% interval " + now.low + " to " + now.high + "% (" +
        method.title + ")");
      tools.write(find(".interactive-source"), (count.synthetic ? "Synthetic count: " : "Source of the count: ") +
        count.source + ".");
      find(".interactive-source").classList.toggle("interactive-synthetic", count.synthetic);
      tools.write(find(".interactive-verdict"), verdict(now));
      tools.write(find("[data-fact=minimum]"), now.coverage.minimum + "% (at a true proportion of " +
        now.coverage.at + "%)");
      tools.write(find("[data-fact=mean]"), now.coverage.mean + "%");
      tools.write(find("[data-fact=width]"), now.coverage.width + " percentage points");
      tools.write(find(".interactive-definition"), method.title + ": " + method.definition + ". For " +
        count.patients + " patients.");
      drawInterval(now);
      drawCoverage(now);
    }

    var TICKS = [0, 20, 40, 60, 80, 100];

    function xAxis(made, left, right, bottom, title) {
      made.x = function (percent) { return left + (right - left) * percent / 100; };
      TICKS.forEach(function (tick) {
        tools.draw(made.svg, "text", {
          class: "tick", x: made.x(tick), y: bottom + 17, "text-anchor": "middle"
        }, tick);
      });
      tools.draw(made.svg, "text", {
        class: "axis", x: (left + right) / 2, y: bottom + 36, "text-anchor": "middle"
      }, title);
    }

    function drawInterval(now) {
      var count = now.count;
      var made = tools.canvas(places.interval, 138, "Interval of this choice, " + now.low + " to " +
        now.high + "%, and as printed, " + data.printed.low + " to " + data.printed.high + "%" +
        (count.synthetic ? "; synthetic count" : ""));
      var left = 86, right = made.width - 16, bottom = 98;
      xAxis(made, left, right, bottom, "Responders, %");
      TICKS.forEach(function (tick) {
        var x = made.x(tick);
        tools.draw(made.svg, "line", { class: "grid", x1: x, x2: x, y1: 18, y2: bottom });
      });
      [
        { label: "Printed", y: 38, low: data.printed.low, high: data.printed.high,
          middle: data.printed.percent, kind: "printed" },
        { label: "This choice", y: 76, low: now.low, high: now.high, middle: count.percent, kind: "chosen" }
      ].forEach(function (row) {
        tools.draw(made.svg, "text", { class: "label", x: 0, y: row.y + 4 }, row.label);
        tools.draw(made.svg, "line", {
          class: "whisker " + row.kind, x1: made.x(Number(row.low)), x2: made.x(Number(row.high)),
          y1: row.y, y2: row.y
        });
        [row.low, row.high].forEach(function (end) {
          tools.draw(made.svg, "line", {
            class: "whisker " + row.kind, x1: made.x(Number(end)), x2: made.x(Number(end)),
            y1: row.y - 6, y2: row.y + 6
          });
          tools.draw(made.svg, "text", {
            class: "tick", x: made.x(Number(end)), y: row.y - 10, "text-anchor": "middle"
          }, end);
        });
        // The marks of the figures: a diamond for what is printed, a circle for what is computed.
        var x = made.x(Number(row.middle));
        tools.draw(made.svg, row.kind === "printed" ? "path" : "circle", row.kind === "printed"
          ? { class: "estimate printed", d: "M" + x + "," + (row.y - 7) + "l7,7l-7,7l-7,-7z" }
          : { class: "estimate chosen", cx: x, cy: row.y, r: 5.5 });
      });
      stamp(made, count, right);
    }

    function stamp(made, count, right) {
      if (count.synthetic) {
        tools.draw(made.svg, "text", { class: "stamp", x: right, y: 12, "text-anchor": "end" },
          "Synthetic count: not published");
      }
    }

    function drawCoverage(now) {
      var level = Number(data.levels[now.level]);
      // The axis shows five times the nominal error, so that the nominal coverage keeps its place.
      var lowest = 100 - (100 - level) / (1 - NOMINAL_AT);
      var half = tools.unpack(now.coverage.curve, data.alphabet, CURVE_WIDTH);
      var most = Math.pow(data.alphabet.length, CURVE_WIDTH) - 1;
      var curve = half.concat(half.slice(0, -1).reverse());
      var made = tools.canvas(places.coverage, 244, "Coverage of the " + data.levels[now.level] + "% " +
        data.methods[now.method].title + " interval by the true proportion, at least " +
        now.coverage.minimum + "%");
      var left = 44, right = made.width - 16, top = 30, bottom = 200;
      var y = function (percent) { return bottom - (bottom - top) * (percent - lowest) / (100 - lowest); };
      xAxis(made, left, right, bottom, "True proportion, %");
      var decimals = (data.levels[now.level].split(".")[1] || "").length;
      for (var part = 0; part <= 5; part += 1) {
        var tick = lowest + part * (100 - lowest) / 5;
        tools.draw(made.svg, "line", {
          class: part === 4 ? "threshold" : "grid", x1: left, x2: right, y1: y(tick), y2: y(tick)
        });
        tools.draw(made.svg, "text", {
          class: "tick", x: left - 8, y: y(tick) + 4, "text-anchor": "end"
        }, tick.toFixed(decimals));
      }
      var clip = tools.draw(made.svg, "clipPath", { id: "another-choice-clip" });
      tools.draw(clip, "rect", { x: left, y: top - 2, width: right - left, height: bottom - top + 4 });
      tools.draw(made.svg, "path", {
        class: "curve", "clip-path": "url(#another-choice-clip)",
        d: curve.map(function (value, at) {
          return (at ? "L" : "M") + made.x(100 * at / (curve.length - 1)).toFixed(1) + "," +
            y(100 * value / most).toFixed(1);
        }).join("")
      });
      tools.draw(made.svg, "text", { class: "axis", x: 0, y: 12 }, "Coverage, %");
      var observed = made.x(Number(now.count.percent));
      tools.draw(made.svg, "line", { class: "observed", x1: observed, x2: observed, y1: top, y2: bottom });
      tools.draw(made.svg, "text", {
        class: "tick", x: observed + 5, y: bottom - 6
      }, now.count.percent + "%");
    }

    form.addEventListener("input", update);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    Array.from(root.querySelectorAll("[data-go]")).forEach(function (button) {
      button.addEventListener("click", function () {
        var where = button.getAttribute("data-go");
        go(where === "article" ? data.article : data.matching[Number(where)]);
      });
    });
    go(data.article);
    Object.keys(places).forEach(function (name) { tools.onWidth(places[name], update); });
  }

  tools.whenReady(start);
})();
