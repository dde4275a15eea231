/* Another cohort: a slider through the synthetic cohorts. All numbers are looked up in the data that
   were computed while the book was built; only scores are drawn, and responders counted by subtype. */
(function () {
  "use strict";

  var tools = window.tisDrawing;

  var PAUSE = 750; // milliseconds between two cohorts while playing
  var CALM_PAUSE = 1800; // the same for readers who prefer reduced motion
  var REST = 500; // milliseconds of rest after which the cohort is described
  var TRAIL = 24; // earlier values that are still marked
  var STAMP = "Synthetic: not real patients";
  var PLACE_WIDTH = 2; // digits of the place of a value among the distinct ones

  var SHAPES = [
    "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0",
    "M-3.6,-3.6h7.2v7.2h-7.2z",
    "M0,-4.6L4.4,3.4H-4.4z",
    "M0,-4.8L4.8,0L0,4.8L-4.8,0z"
  ];

  function start() {
    var begun = tools.begin("interactive-cohort", "another_cohort");
    if (!begun) { return; }
    var root = begun.root;
    var data = begun.data;

    var find = function (selector) { return root.querySelector(selector); };
    var slider = find("input[type=range]");
    var play = find(".interactive-play");
    var status = find(".interactive-status");
    var printed = Array.from(root.querySelectorAll("[data-printed]"));
    var strips = Array.from(root.querySelectorAll(".interactive-open li"));
    var places = {
      courses: find("[data-drawing=courses]"),
      waterfall: find("[data-drawing=waterfall]")
    };
    var calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    var shown = Number(slider.value);
    var timer = null;
    var resting = null;
    var drawing = {};

    /* ---- The data of one cohort ---- */

    function points(units) { return units === null ? null : units * data.points_per_unit; }

    function patients(cohort) {
      var scores = tools.unpack(data.scores[cohort], data.alphabet, 1).map(points);
      var groups = tools.unpack(data.groups[cohort], data.alphabet, 1);
      var visits = data.weeks.length;
      return groups.map(function (group, at) {
        var course = [{ week: 0, score: 0 }];
        data.weeks.forEach(function (week, visit) {
          var score = scores[at * visits + visit];
          if (score !== null) { course.push({ week: week, score: score }); }
        });
        var best = Math.max.apply(null, course.map(function (visit) { return visit.score; }));
        return {
          id: data.patients[at], group: group, course: course, best: best,
          responder: best >= data.threshold
        };
      });
    }

    function openText(each, cohort) {
      return each.texts[tools.unpackAt(each.of, data.alphabet, PLACE_WIDTH, cohort)];
    }

    function number(text) { return Number(text.replace("−", "-")); }

    function recomputed(cohort) {
      var of = data.recomputed.of;
      return data.recomputed.rows[tools.unpackAt(of, data.alphabet, PLACE_WIDTH, cohort)];
    }

    /* ---- Drawing ---- */

    var TICKS = [0, 20, 40, 60, 80, 100];

    function frame(name, label, margins) {
      var made = tools.canvas(places[name], 270, label);
      var left = margins.left, right = made.width - margins.right;
      var top = 26, bottom = made.height - margins.bottom;
      made.left = left;
      made.right = right;
      made.bottom = bottom;
      made.y = function (score) { return bottom - (bottom - top) * score / 100; };
      TICKS.forEach(function (tick) {
        var y = made.y(tick);
        tools.draw(made.svg, "line", { class: "grid", x1: left, x2: right, y1: y, y2: y });
        tools.draw(made.svg, "text", { class: "tick", x: left - 8, y: y + 4, "text-anchor": "end" }, tick);
      });
      tools.draw(made.svg, "line", {
        class: "threshold", x1: left, x2: right, y1: made.y(data.threshold), y2: made.y(data.threshold)
      });
      tools.draw(made.svg, "text", { class: "stamp", x: right, y: 13, "text-anchor": "end" }, STAMP);
      return made;
    }

    function prepareCourses() {
      var made = frame("courses", "", { left: 34, right: 14, bottom: 42 });
      var last = data.weeks[data.weeks.length - 1];
      made.x = function (week) { return made.left + 6 + (made.right - made.left - 12) * week / last; };
      [0].concat(data.weeks).forEach(function (week) {
        tools.draw(made.svg, "text", {
          class: "tick", x: made.x(week), y: made.bottom + 17, "text-anchor": "middle"
        }, week);
      });
      tools.draw(made.svg, "text", {
        class: "axis", x: (made.left + made.right) / 2, y: made.height - 5, "text-anchor": "middle"
      }, "Week");
      made.lines = data.patients.map(function () { return tools.draw(made.svg, "path", {}); });
      made.marks = data.patients.map(function () { return tools.draw(made.svg, "path", {}); });
      drawing.courses = made;
    }

    function prepareWaterfall() {
      var made = frame("waterfall", "", { left: 34, right: 6, bottom: 42 });
      var step = (made.right - made.left) / data.patients.length;
      made.step = step;
      made.bars = data.patients.map(function (_, at) {
        return tools.draw(made.svg, "rect", {
          x: made.left + at * step + step * 0.12, width: step * 0.76, y: made.bottom, height: 0
        });
      });
      made.letters = data.patients.map(function (_, at) {
        return tools.draw(made.svg, "text", {
          class: "tick", x: made.left + (at + 0.5) * step, y: made.bottom + 17, "text-anchor": "middle"
        });
      });
      tools.draw(made.svg, "text", {
        class: "axis", x: (made.left + made.right) / 2, y: made.height - 5, "text-anchor": "middle"
      }, "Patients, best first; letter: subtype");
      drawing.waterfall = made;
    }

    function drawCourses(all) {
      var made = drawing.courses;
      all.forEach(function (patient, at) {
        var path = patient.course.map(function (visit, place) {
          return (place ? "L" : "M") + made.x(visit.week).toFixed(1) + "," + made.y(visit.score).toFixed(1);
        }).join("");
        var kind = "series-" + patient.group + (patient.responder ? " responder" : "");
        tools.set(made.lines[at], { d: path, class: "course " + kind });
        var end = patient.course[patient.course.length - 1];
        tools.set(made.marks[at], {
          d: SHAPES[patient.group], class: "mark " + kind,
          transform: "translate(" + made.x(end.week).toFixed(1) + "," + made.y(end.score).toFixed(1) + ")"
        });
      });
      made.svg.setAttribute("aria-label", "Scores by week of " + all.length +
        " synthetic patients, one line each, of cohort " + shown);
    }

    function drawWaterfall(all) {
      var made = drawing.waterfall;
      var order = all.slice().sort(function (a, b) { return b.best - a.best || a.group - b.group; });
      order.forEach(function (patient, at) {
        var y = made.y(Math.max(patient.best, 0.8)); // a score of 0 is still a patient
        tools.set(made.bars[at], {
          y: y.toFixed(1), height: (made.bottom - y).toFixed(1),
          class: "bar series-" + patient.group + (patient.responder ? " responder" : "")
        });
        tools.write(made.letters[at], data.subtypes[patient.group].charAt(0));
      });
      made.svg.setAttribute("aria-label", "Best scores of " + all.length +
        " synthetic patients of cohort " + shown + ", in descending order: " +
        order.map(function (patient) { return patient.best; }).join(", "));
    }

    function place(element, each, value) {
      var span = each.axis[1] - each.axis[0];
      element.style.left = Math.min(100, Math.max(0, 100 * (value - each.axis[0]) / span)) + "%";
    }

    function prepareStrips() {
      strips.forEach(function (strip, at) {
        var each = data.open[at];
        var span = each.axis[1] - each.axis[0];
        var low = 100 * (each.bounds[0] - each.axis[0]) / span;
        var high = 100 * (each.bounds[1] - each.axis[0]) / span;
        var box = strip.querySelector(".interactive-frame");
        box.style.left = Math.max(0, low) + "%";
        box.style.width = Math.min(100, high) - Math.max(0, low) + "%";
      });
    }

    function drawStrips() {
      strips.forEach(function (strip, at) {
        var each = data.open[at];
        var text = openText(each, shown);
        tools.write(strip.querySelector(".interactive-value"), text);
        place(strip.querySelector(".interactive-mark"), each, number(text));
        var trail = strip.querySelector(".interactive-trail");
        var tick = trail.childElementCount < TRAIL ? document.createElement("span") : trail.firstChild;
        trail.appendChild(tick);
        place(tick, each, number(text));
      });
    }

    function drawPrinted() {
      var row = recomputed(shown);
      printed.forEach(function (element) {
        tools.write(element, row[Number(element.getAttribute("data-printed"))]);
      });
    }

    /* ---- One cohort ---- */

    function describe(all) {
      var responders = all.filter(function (patient) { return patient.responder; });
      var bySubtype = data.subtypes.map(function (name, group) {
        function of(some) {
          return some.filter(function (patient) { return patient.group === group; }).length;
        }
        return of(responders) + " of " + of(all) + " with " + name;
      });
      var texts = recomputed(shown);
      var same = texts.filter(function (text, at) { return text === printedText(at); }).length;
      var which = same === texts.length ? "All " + same : same + " of the " + texts.length;
      return "Cohort " + shown + ", synthetic patients: " + responders.length + " of " + all.length +
        " reached " + data.threshold + " points (" + tools.listed(bySubtype) + "). Open quantities: " +
        data.open.map(function (each) {
          return each.label.charAt(0).toLowerCase() + each.label.slice(1) + " " + openText(each, shown);
        }).join("; ") + ". " + which + " printed numbers recomputed here match.";
    }

    function printedText(at) {
      var counts = data.printed.counts;
      if (at < counts.length) { return counts[at].text; }
      var each = data.printed.measures[0].texts.length;
      var row = Math.floor((at - counts.length) / each);
      return data.printed.measures[row].texts[(at - counts.length) % each];
    }

    function show(cohort) {
      shown = cohort;
      slider.value = String(cohort);
      slider.setAttribute("aria-valuetext", "Cohort " + cohort);
      tools.write(find(".interactive-number"), String(cohort));
      var all = patients(cohort);
      drawCourses(all);
      drawWaterfall(all);
      drawStrips();
      drawPrinted();
      window.clearTimeout(resting);
      if (timer === null) {
        resting = window.setTimeout(function () { tools.write(status, describe(all)); }, REST);
      }
    }

    function step(by) { show((shown + by + data.cohorts) % data.cohorts); }

    /* ---- Playing ---- */

    function playing() { return timer !== null; }

    function setPlaying(on) {
      if (on === playing()) { return; }
      if (on) {
        timer = window.setInterval(function () { step(1); }, calm.matches ? CALM_PAUSE : PAUSE);
        window.clearTimeout(resting);
        tools.write(status, "Playing. The cohort is described when it stops.");
      } else {
        window.clearInterval(timer);
        timer = null;
        show(shown);
      }
      root.classList.toggle("is-playing", on);
      tools.write(find(".interactive-play-text"), on ? "Pause" : "Play");
    }

    play.addEventListener("click", function () { setPlaying(!playing()); });
    slider.addEventListener("input", function () {
      setPlaying(false);
      show(Number(slider.value));
    });
    slider.addEventListener("keydown", function (event) {
      if (event.key === " ") {
        event.preventDefault();
        setPlaying(!playing());
      }
    });
    Array.from(root.querySelectorAll("[data-step]")).forEach(function (button) {
      button.addEventListener("click", function () {
        setPlaying(false);
        step(Number(button.getAttribute("data-step")));
      });
    });
    document.addEventListener("visibilitychange", function () {
      if (document.hidden) { setPlaying(false); }
    });

    prepareStrips();
    prepareCourses();
    prepareWaterfall();
    show(shown);
    tools.onWidth(places.courses, function () { prepareCourses(); drawCourses(patients(shown)); });
    tools.onWidth(places.waterfall, function () { prepareWaterfall(); drawWaterfall(patients(shown)); });
  }

  tools.whenReady(start);
})();
