/* The worked patient with sliders. The data hold, for each measure, the text of the improvement by so
   many steps and the first step of each band, computed while the book was built; this file looks them
   up, adds points and draws. It contains no number of the score. */
(function () {
  "use strict";

  var tools = window.tisDrawing;
  var REST = 700; // ms without a change, after which the result is read out
  var WORSE = 0.2; // part of the axis for worsening, of that for improvement
  var HEADROOM = 1.06; // height of a drawing, of the most points

  function start() {
    var begun = tools.begin("interactive-patient", "moving_patient");
    if (!begun) { return; }
    var root = begun.root;
    var data = begun.data;
    var form = root.querySelector("form");
    var find = function (selector) { return root.querySelector(selector); };
    var status = find("[role=status]");
    var note = find(".moving-note");
    var names = Object.keys(data.categories);
    var resting;

    var cards = data.measures.map(function (measure) {
      var card = find("[data-measure=" + measure.key + "]");
      return {
        rule: measure,
        percents: measure.percents.split(" "),
        most: measure.points[measure.points.length - 1],
        baseline: form.elements[measure.key + "-baseline"],
        followup: form.elements[measure.key + "-followup"],
        missing: form.elements[measure.key + "-missing"],
        values: {
          baseline: card.querySelector("[data-value=baseline]"),
          followup: card.querySelector("[data-value=followup]")
        },
        reading: card.querySelector(".moving-reading"),
        place: card.querySelector(".interactive-drawing")
      };
    });

    /* ---- Looking up ---- */

    function valueText(card, at) { return card.rule.values ? card.rule.values[at] : String(at); }

    function pointsOf(card, steps) {
      return card.rule.points[card.rule.boundaries.filter(function (first) { return steps >= first; }).length];
    }

    function judge(card) {
      var rule = card.rule;
      var baseline = Number(card.baseline.value);
      var change = Number(card.followup.value) - baseline;
      var steps = rule.better === "higher" ? change : -change;
      var room = Math.abs(baseline - rule.best);
      var found = {
        missing: card.missing.checked, steps: steps, room: room, bestPoints: pointsOf(card, room)
      };
      found.points = found.missing ? null : pointsOf(card, steps);
      return found;
    }

    function category(points) {
      return names.reduce(function (best, name) {
        return points >= data.categories[name] ? name : best;
      }, "none");
    }

    function words(name) { return name === "none" ? "less than minimal improvement" : name + " improvement"; }

    function points(number) { return number + (number === 1 ? " point" : " points"); }

    function add(found) {
      var sum = { low: 0, high: 0, attainable: 0, missing: [], needed: [] };
      found.forEach(function (each, at) {
        var rule = cards[at].rule;
        sum.attainable += each.bestPoints;
        sum.low += each.missing ? 0 : each.points;
        sum.high += each.missing ? each.bestPoints : each.points;
        if (each.missing) {
          (data.required.indexOf(rule.key) < 0 ? sum.missing : sum.needed).push(rule.in_sentence);
        }
      });
      return sum;
    }

    /* ---- What is shown ---- */

    function reading(card, each) {
      var rule = card.rule;
      /* Without a measurement there may be nothing to gain: then 0 is certain. */
      var open = each.missing && each.bestPoints > 0;
      var earned = (open ? "0 to " + each.bestPoints : each.missing ? 0 : each.points) +
        " of " + card.most + " points";
      var change;
      if (each.missing) {
        change = each.bestPoints ? "not measured, so not known" : "not measured, but nothing to gain";
      } else if (each.steps === 0) {
        change = "no change";
      } else {
        change = card.percents[Math.abs(each.steps)] + "% of the range " +
          (each.steps > 0 ? "better" : "worse: no points, but none lost");
      }
      if (!each.missing && rule.on_boundary.indexOf(each.steps) >= 0) {
        change += ", exactly on a boundary: still the lower step";
      }
      var ceiling = "";
      if (each.room === 0) {
        ceiling = "Best possible value at baseline: nothing to gain.";
      } else if (each.bestPoints < card.most) {
        ceiling = "This baseline allows at most " + points(each.bestPoints) + ".";
      }
      return { earned: earned, change: change, ceiling: ceiling };
    }

    function show() {
      var found = cards.map(judge);
      cards.forEach(function (card, at) {
        ["baseline", "followup"].forEach(function (visit) {
          var text = valueText(card, Number(card[visit].value));
          tools.write(card.values[visit], visit === "followup" && found[at].missing ? "–" : text);
          card[visit].setAttribute("aria-valuetext", text + " " + card.rule.unit);
        });
        card.followup.disabled = found[at].missing;
        var text = reading(card, found[at]);
        var parts = [document.createElement("strong"), document.createElement("span")];
        parts[0].textContent = text.earned;
        parts[1].textContent = text.change.charAt(0).toUpperCase() + text.change.slice(1) + "." +
          (text.ceiling ? " " + text.ceiling : "");
        card.reading.replaceChildren(parts[0], " ", parts[1]);
        draw(card, found[at], text);
      });
      showTotal(add(found));
    }

    function showTotal(sum) {
      var number;
      var said;
      if (sum.needed.length) {
        number = "no total";
        said = "without " + tools.listed(sum.needed);
      } else if (sum.low === sum.high) {
        number = String(sum.low);
        said = words(category(sum.low));
      } else {
        number = sum.low + " to " + sum.high;
        said = category(sum.low) === category(sum.high)
          ? words(category(sum.low)) + " in either case"
          : "undetermined, " + category(sum.low) + " to " + category(sum.high);
      }
      tools.write(find(".moving-number"), number);
      tools.write(find(".moving-words"), said);
      var below = sum.attainable < data.threshold;
      var attainable = "Attainable from this baseline: " + points(sum.attainable) +
        (below ? ", so a response (" + data.threshold + ") is out of reach" : "") + ".";
      tools.write(find(".moving-attainable"), attainable);
      find(".moving-attainable").classList.toggle("is-below", below);
      span(".moving-got", 0, sum.needed.length ? 0 : sum.low);
      span(".moving-perhaps", sum.low, sum.needed.length ? sum.low : sum.high);
      span(".moving-lost", sum.attainable, data.most);
      window.clearTimeout(resting);
      resting = window.setTimeout(function () {
        tools.write(status, (number === "no total" ? "No total " : number + " points, ") + said + ". " + attainable);
      }, REST);
    }

    function span(selector, from, to) {
      var part = find(selector);
      part.style.left = 100 * from / data.most + "%";
      part.style.width = 100 * (to - from) / data.most + "%";
    }

    /* ---- The steps ---- */

    function draw(card, each, text) {
      var rule = card.rule;
      var made = tools.canvas(card.place, 148, rule.name + ", fictitious patient: " + text.earned + ", " +
        text.change + (text.ceiling ? ". " + text.ceiling : "."));
      var left = 26, right = made.width - 8, top = 8, bottom = 122;
      var first = -WORSE * data.axis.last;
      var x = function (percent) {
        var inside = Math.min(Math.max(percent, first), data.axis.last);
        return left + (right - left) * (inside - first) / (data.axis.last - first);
      };
      var y = function (value) { return bottom - (bottom - top) * value / (HEADROOM * data.axis.most); };
      var best = Number(card.percents[each.room]);
      for (var tick = 0; tick <= data.axis.most; tick += 10) {
        tools.draw(made.svg, "line", { class: "grid", x1: left, x2: right, y1: y(tick), y2: y(tick) });
        tools.draw(made.svg, "text", { class: "tick", x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, tick);
      }
      rule.cuts.forEach(function (cut) {
        tools.draw(made.svg, "text", {
          class: "tick", x: x(cut), y: bottom + 17, "text-anchor": "middle"
        }, cut + "%");
      });
      tools.draw(made.svg, "text", { class: "tick", x: x(0) - 5, y: bottom + 17, "text-anchor": "end" }, "worse");
      steps(made, rule, x, y, first);
      if (best < data.axis.last) { hatch(made, card, x(best), right, top, bottom); }
      if (each.missing) {
        open(made, x(best), y(0), y(each.bestPoints));
      } else {
        var percent = Number(card.percents[Math.abs(each.steps)]) * (each.steps < 0 ? -1 : 1);
        tools.draw(made.svg, "line", {
          class: "moving-lead", x1: x(percent), x2: x(percent), y1: bottom, y2: y(each.points)
        });
        tools.draw(made.svg, "circle", { class: "moving-point", cx: x(percent), cy: y(each.points), r: 6.5 });
      }
    }

    function steps(made, rule, x, y, first) {
      var path = "M" + x(first) + "," + y(0);
      rule.cuts.forEach(function (cut, at) {
        path += "H" + x(cut) + "V" + y(rule.points[at + 1]);
      });
      path += "H" + x(data.axis.last);
      tools.draw(made.svg, "path", { class: "moving-area", d: path + "V" + y(0) + "Z" });
      tools.draw(made.svg, "path", { class: "moving-steps", d: path });
    }

    /* What the baseline leaves no room for. */
    function hatch(made, card, from, to, top, bottom) {
      var id = "moving-hatch-" + card.rule.key;
      var pattern = tools.draw(made.svg, "pattern", {
        id: id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)"
      });
      tools.draw(pattern, "line", { class: "moving-hatching", x1: 0, x2: 0, y1: 0, y2: 6 });
      tools.draw(made.svg, "rect", {
        class: "moving-closed", x: from, y: top, width: to - from, height: bottom - top
      });
      tools.draw(made.svg, "rect", {
        x: from, y: top, width: to - from, height: bottom - top, fill: "url(#" + id + ")"
      });
      tools.draw(made.svg, "line", { class: "moving-wall", x1: from, x2: from, y1: top, y2: bottom });
    }

    /* An improvement that is not known: between no points and all that are left. */
    function open(made, x, low, high) {
      var at = Math.max(x, 0);
      tools.draw(made.svg, "line", { class: "moving-open", x1: at, x2: at, y1: low, y2: high });
      [low, high].forEach(function (end) {
        tools.draw(made.svg, "circle", { class: "moving-end", cx: at, cy: end, r: 5 });
      });
    }

    /* ---- Events ---- */

    function go(preset) {
      cards.forEach(function (card, at) {
        card.baseline.value = String(preset.baseline[at]);
        card.followup.value = String(preset.followup[at]);
        card.missing.checked = preset.missing.indexOf(card.rule.key) >= 0;
      });
      tools.write(note, preset.note);
      show();
    }

    Array.from(root.querySelectorAll(".moving-cut")).forEach(function (cut) {
      cut.style.left = 100 * Number(cut.getAttribute("data-at")) / data.most + "%";
    });
    form.addEventListener("input", function () {
      tools.write(note, "");
      show();
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    Array.from(root.querySelectorAll("[data-preset]")).forEach(function (button) {
      button.addEventListener("click", function () {
        go(data.presets[Number(button.getAttribute("data-preset"))]);
      });
    });
    go(data.presets[0]);
    tools.onWidth(form, show);
  }

  tools.whenReady(start);
})();
