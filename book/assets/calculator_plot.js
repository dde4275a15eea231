/* The course of the score over the visits of a case, drawn for the width that it has. The table
   beside it says the same. */
(function (tis) {
  "use strict";

  var w = tis.words;
  var NAMESPACE = "http://www.w3.org/2000/svg";
  var HEIGHT = 250;
  var MARGIN = { left: 34, right: 104, top: 16, bottom: 42 };

  function drawn(tag, attributes, text) {
    var made = document.createElementNS(NAMESPACE, tag);
    Object.keys(attributes).forEach(function (name) { made.setAttribute(name, attributes[name]); });
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  /* What the picture shows, for those who cannot see it. */
  function spoken(answer, visits) {
    return "Total Improvement Score by visit: " + visits.map(function (visit) {
      return visit.label + ", " + (visit.low === null ? "not known" : w.score(visit) + " points");
    }).join("; ") + (answer.attainable ? ". At most " + answer.attainable.points +
      " points are attainable from this baseline" : "") + ".";
  }

  /* The drawing; `width` in pixels, `hatch` the name of its pattern in the page. */
  tis.plot = function (answer, width, hatch) {
    var visits = (answer.order || answer.visits.map(function (visit) { return visit.name; }))
      .map(function (name) {
        return answer.visits.find(function (visit) { return visit.name === name; });
      });
    var byWeek = Boolean(answer.order) && visits.every(function (visit) { return visit.week; });
    var places = [0].concat(visits.map(function (visit, i) {
      return byWeek ? tis.numbers.approximate(visit.week) : i + 1;
    }));
    var last = places[places.length - 1];
    var right = width - MARGIN.right;
    var bottom = HEIGHT - MARGIN.bottom;
    function x(place) { return MARGIN.left + 10 + (right - MARGIN.left - 20) * place / last; }
    function y(points) { return bottom - (bottom - MARGIN.top) * points / 100; }

    var svg = drawn("svg", {
      viewBox: "0 0 " + width + " " + HEIGHT, width: width, height: HEIGHT, role: "img",
      "aria-label": spoken(answer, visits)
    });
    function add(tag, attributes, text) { svg.append(drawn(tag, attributes, text)); }

    if (answer.attainable && answer.attainable.points < 100) {
      var pattern = drawn("pattern", {
        id: hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse",
        patternTransform: "rotate(45)"
      });
      pattern.append(drawn("line", { y2: 6, "class": "calculator-hatch" }));
      svg.append(pattern);
      add("rect", {
        x: MARGIN.left, y: y(100), width: right - MARGIN.left, fill: "url(#" + hatch + ")",
        height: y(answer.attainable.points) - y(100)
      });
    }
    [0, 50, 100].forEach(function (points) {
      add("text", { x: MARGIN.left - 6, y: y(points) + 4, "text-anchor": "end" }, points);
    });
    Object.keys(answer.cuts).forEach(function (name) {
      var level = y(answer.cuts[name]);
      add("line", { x1: MARGIN.left, x2: right, y1: level, y2: level, "class": "calculator-level" });
      add("text", { x: right + 6, y: level + 4 }, name + " " + answer.cuts[name]);
    });
    add("path", {
      d: "M" + MARGIN.left + " " + y(100) + "V" + bottom + "H" + right, "class": "calculator-axis"
    });
    var previous = -Infinity;
    places.forEach(function (place, i) {
      var text = byWeek ? tis.numbers.shortest(i ? visits[i - 1].week : [0n, 1n]) : i || "baseline";
      add("line", { x1: x(place), x2: x(place), y1: bottom, y2: bottom + 5, "class": "calculator-axis" });
      if (x(place) - previous < 22 && i) { return; } // labels would touch
      previous = x(place);
      add("text", { x: x(place), y: bottom + 18, "text-anchor": "middle" }, text);
    });
    add("text", { x: (MARGIN.left + right) / 2, y: HEIGHT - 6, "text-anchor": "middle" },
      byWeek ? "week" : "follow-up visit, in the order entered");

    /* A line joins scores that are known at neighbouring visits. */
    var known = [{ place: 0, total: 0 }].concat(visits.map(function (visit, i) {
      return { place: places[i + 1], total: visit.total };
    }));
    known.slice(1).forEach(function (point, i) {
      var before = known[i];
      if (point.total === null || before.total === null) { return; }
      add("line", {
        x1: x(before.place), y1: y(before.total), x2: x(point.place), y2: y(point.total),
        "class": "calculator-course"
      });
    });
    add("circle", { cx: x(0), cy: y(0), r: 4, "class": "calculator-point" });
    visits.forEach(function (visit, i) {
      var across = x(places[i + 1]);
      if (visit.low === null) { return; }
      if (visit.total === null) {
        add("path", {
          d: "M" + across + " " + y(visit.low) + "V" + y(visit.high) + "m-5 0h10M" + (across - 5) +
            " " + y(visit.low) + "h10", "class": "calculator-range"
        });
      } else {
        add("circle", { cx: across, cy: y(visit.total), r: 5, "class": "calculator-point" });
      }
      if (visit === answer.shown) {
        add("circle", {
          cx: across, cy: y(visit.total === null ? visit.high : visit.total), r: 9,
          "class": "calculator-ring"
        });
      }
    });

    /* Numbers, the one of the visit that is shown first; others where they do not touch one. */
    var labelled = [];
    visits.map(function (visit, i) { return { visit: visit, across: x(places[i + 1]) }; })
      .sort(function (a, b) { return (b.visit === answer.shown) - (a.visit === answer.shown); })
      .forEach(function (point) {
        var text = w.score(point.visit).replace(" to ", "–");
        var width = 4 * text.length;
        if (point.visit.low === null || labelled.some(function (other) {
          return Math.abs(other.across - point.across) < width + other.width;
        })) { return; }
        labelled.push({ across: point.across, width: width });
        add("text", {
          x: point.across, y: y(point.visit.high) - 13, "text-anchor": "middle",
          "class": "calculator-value"
        }, text);
      });
    return svg;
  };
})(window.tisCalculator);
