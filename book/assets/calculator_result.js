/* What the calculator makes of a case: total, scale, attainable score, points, course and the other
   definitions. */
(function (tis) {
  "use strict";

  var w = tis.words;
  var element = w.element;

  tis.result = function (root, rules, at) {
    var scale = root.querySelector(".calculator-scale");

    function measureName(answer, key) { return w.lower(answer.rules.measures[key].name); }

    /* ---- The total ---- */

    function showTotal(inputs, answer) {
      var visit = answer.shown;
      var several = answer.visits.length > 1;
      var title = "Total Improvement Score" + (several || visit.week ? " at " + visit.label : "");
      var parts;
      var basis = "";
      var faulty = Object.keys(answer.errors);
      var missing = visit.missing.map(function (key) { return w.missing(rules, answer, key, visit); });
      if (faulty.length) {
        parts = [element("strong", "Total not calculated.", "calculator-words"), " Please correct: " +
          faulty.map(function (name) { return w.lower(w.field(rules, answer, name)); }).join("; ") + "."];
      } else if (visit.needed.length) {
        parts = [element("strong", "No total yet.", "calculator-words"), " Still needed: " +
          visit.needed.map(function (key) { return w.missing(rules, answer, key, visit); }).join("; ") +
          "."];
        basis = "No total is calculated until " + w.listed(answer.rules.required.map(function (key) {
          return measureName(answer, key);
        })) + (answer.rules.measures.mmt ? ", with its maximum, have been entered; no maximum is assumed."
          : " have been entered.");
      } else if (visit.missing.length) {
        parts = [
          element("strong", "at least " + visit.low + ", at most " + visit.high, "calculator-bounds"),
          ": ", element("span", visit.category ? w.category(visit.category) + " in either case"
            : "category undetermined (depends on the missing values)", "calculator-words")
        ];
        basis = "A missing measure contributes between 0 points and the maximum that its recorded value " +
          "still allows (full points if no value is recorded); a category is given only if it is " +
          "the same at both bounds. Missing: " + visit.missing.map(function (key, i) {
          return missing[i] + ", at most " + visit.measures[key].mostPoints + " points";
        }).join("; ") + ".";
      } else {
        parts = [element("strong", String(visit.total), "calculator-number"), ": ",
          element("span", w.category(visit.category), "calculator-words")];
        basis = "Categories for " + inputs.population + " patients: " +
          w.listed(Object.keys(answer.cuts).map(function (name) {
            return name + " from " + answer.cuts[name];
          })) + " points.";
      }
      parts.unshift(element("span", title, "calculator-title"), " ");
      w.put(at("total"), parts);
      at("basis").textContent = basis;
    }

    /* A picture of the text: hidden from screen readers, so that nothing is read out twice. */
    function showScale(answer) {
      var parts = [];
      function part(className, from, to) {
        var made = element("div", "", className);
        made.style.left = from + "%";
        if (to !== undefined) { made.style.width = (to - from) + "%"; }
        parts.push(made);
        return made;
      }
      if (answer.attainable) { part("calculator-lost", answer.attainable.points, 100); }
      if (answer.shown.low !== null) {
        part("calculator-got", 0, answer.shown.low);
        part("calculator-perhaps", answer.shown.low, answer.shown.high);
      }
      Object.keys(answer.cuts || {}).forEach(function (name) {
        part("calculator-cut", answer.cuts[name]).append(element("span", name + " "),
          String(answer.cuts[name]));
      });
      w.put(scale, parts);
    }

    function attainableWords(answer) {
      var best = answer.attainable;
      if (!best) { return []; }
      var counted = best.assumed.length
        ? " at most, with full points assumed for " + w.listed(best.assumed.map(function (key) {
          return measureName(answer, key);
        }))
        : "";
      var parts = ["The best possible follow-up from this baseline would score ",
        element("strong", String(best.points)), counted];
      var beyond = best.points < 100 ? " The hatched part of the scale is not attainable." : "";
      if (!best.outOfReach.length) {
        return parts.concat(": every category is attainable." + beyond);
      }
      parts.push(". ", element("strong", "Not attainable, however well the treatment works: " +
        w.listed(best.outOfReach.map(function (name) {
          return name + " improvement (from " + answer.cuts[name] + ")";
        }))), ". ");
      function loss(key) { return answer.shown.measures[key].most - answer.best[key].points; }
      var lost = answer.keys.filter(function (key) {
        return answer.best[key] && loss(key) > 0;
      }).sort(function (a, b) { return loss(b) - loss(a); });
      return parts.concat("Points not attainable from this baseline: " + lost.map(function (key) {
        return measureName(answer, key) + " " + loss(key) + " (it can improve by at most " +
          answer.best[key].percent + "% of its range)";
      }).join("; ") + "." + beyond);
    }

    function enzymeWords(answer) {
      var enzyme = answer.enzyme;
      if (!enzyme.selection || Object.keys(answer.errors).length) { return ""; }
      if (!enzyme.used) {
        return "Enzyme: " + rules.selection_words[enzyme.selection] + ".";
      }
      var multiple = tis.numbers.written(tis.numbers.rounded(enzyme.multiple, 1), 1);
      return "Enzyme followed: " + w.lower(rules.enzymes[enzyme.used].name) + ", " + multiple +
        " times its upper limit of normal at baseline (" +
        rules.selection_words[enzyme.selection] + ").";
    }

    /* ---- Tables ---- */

    var POINTS = 2; // place of the points among the cells of a measure

    /* A row whose cells have the labels that a phone shows before them. */
    function row(head, cells, heads) {
      var made = element("tr", [element("th", head)].concat(cells.map(function (cell, place) {
        var entry = element("td", cell);
        entry.dataset.label = heads[place + 1];
        return entry;
      })));
      made.firstChild.scope = "row";
      return made;
    }

    function showPoints(answer) {
      var visit = answer.shown;
      var body = root.querySelector("#tis-points");
      var heads = Array.from(body.parentNode.tHead.rows[0].cells, function (head) {
        return head.textContent;
      });
      w.put(body, answer.keys.map(function (key) {
        var measure = visit.measures[key];
        var got = measure.result;
        var cells = got ? [
          got.percent,
          [element("span", answer.rules.measures[key].bands[got.band], "whole"),
            got.onCut ? "; on the band boundary" : ""],
          got.points + " of " + measure.most
        ] : ["–", "–", "–"];
        cells.push(measure.best ? measure.best.points + " of " + measure.most : "–");
        if (answer.rules.definitions) {
          cells.push(visit.relative && visit.relative[key] !== null ? visit.relative[key] : "–");
        }
        var made = row(answer.rules.measures[key].name, cells, heads);
        made.dataset.measure = key;
        /* Of a measure without values a card says so once. */
        made.querySelectorAll("td").forEach(function (cell, place) {
          if (cell.textContent === "–" && place !== POINTS) { cell.className = "absent"; }
        });
        return made;
      }));
      root.querySelector("#tis-relative").hidden = !(answer.rules && answer.rules.definitions);
    }

    function measureList(answer, keys) {
      return keys.length ? w.listed(keys.map(function (key) { return measureName(answer, key); }))
        : "none";
    }

    /* The other definitions at the visit that is shown: name, verdict with its counts, and rule. */
    function definitions(answer) {
      var visit = answer.shown;
      if (!visit.improvement || !visit.worsening || !answer.disability) { return []; }
      var nothing = answer.keys.every(function (key) { return visit.relative[key] === null; });
      var better = rules.improvement;
      var made = [{
        name: better.name, words: better.words,
        verdict: nothing ? "–" : w.verdict(visit.improvement),
        detail: nothing ? "" : visit.improvement.improved + " of " + better.measures.length +
          " improved by at least " + better.improved_by + "%, " + visit.improvement.worse +
          " worse by at least " + better.worse_by + "%"
      }];
      Object.keys(rules.worsening).forEach(function (name) {
        var rule = rules.worsening[name];
        var found = visit.worsening[name];
        var detail = found && !nothing ? found.worse + " of " + rule.measures.length +
          " worse by at least " + rule.worse_by + "%" : "";
        if (rule.consecutive_visits > 1) {
          detail = found ? detail + (found.atVisit ? "; the criteria are met at this visit"
            : "; the criteria are not met at this visit") : "needs the weeks of the visits";
        }
        made.push({
          name: rule.name, words: rule.words, verdict: nothing ? "–" : w.verdict(found),
          detail: nothing ? "" : detail
        });
      });
      Object.keys(rules.disability).forEach(function (name) {
        var rule = rules.disability[name];
        var found = answer.disability[name];
        var empty = found.unknown.length === answer.keys.length;
        made.push({
          name: rule.name, words: rule.words,
          verdict: empty ? "–" : w.verdict(found),
          detail: empty ? "" : "strength lost: " + (found.loss === null ? "unknown"
            : found.loss + "% of the maximum") + "; abnormal: " + measureList(answer, found.abnormal) +
            (found.unknown.length ? "; missing: " + measureList(answer, found.unknown) : "")
        });
      });
      return made;
    }

    function showDefinitions(answer) {
      var found = definitions(answer);
      at("other").hidden = !found.length;
      w.put(at("definitions"), found.map(function (each) {
        return element("div", [
          element("dt", [each.name + ": ", element("strong", each.verdict)]),
          element("dd", [each.detail ? w.capital(each.detail) + ". " : "",
            element("span", "Requires " + each.words + ".", "calculator-hint")])
        ]);
      }));
    }

    /* ---- The course ---- */

    function courseTable(answer) {
      var heads = ["Visit", "Score", "Category"];
      if (answer.rules.definitions) {
        heads = heads.concat(rules.improvement.name, Object.values(rules.worsening).map(function (rule) {
          return rule.name;
        }));
      }
      var head = element("thead", element("tr", heads.map(function (text) {
        var cell = element("th", text);
        cell.scope = "col";
        return cell;
      })));
      var visits = answer.order ? answer.order.map(function (name) {
        return answer.visits.find(function (visit) { return visit.name === name; });
      }) : answer.visits;
      var body = element("tbody", visits.map(function (visit) {
        var cells = [w.score(visit), visit.category ? w.category(visit.category)
          : visit.low === null ? "–" : "undetermined"];
        if (answer.rules.definitions) {
          cells = cells.concat([visit.improvement].concat(Object.keys(rules.worsening).map(
            function (name) { return visit.worsening ? visit.worsening[name] : null; }
          )).map(w.verdict));
        }
        var made = row(w.capital(visit.label), cells, heads);
        if (visit === answer.shown) { made.className = "calculator-current"; }
        return made;
      }));
      return element("table", [element("caption", "Score at each visit"), head, body],
        "data-table calculator-points" + (answer.rules.definitions ? " cards" : ""));
    }

    function showCourse(answer) {
      var figure = at("plot");
      var drawable = answer.visits.length > 1 && !Object.keys(answer.errors).length &&
        answer.visits.some(function (visit) { return visit.low !== null; });
      figure.hidden = !drawable;
      if (!drawable) { figure.replaceChildren(); return; }
      var width = Math.max(280, Math.min(760, Math.floor(figure.parentNode.clientWidth)));
      var scroll = element("div", courseTable(answer), "table-scroll");
      scroll.tabIndex = 0;
      scroll.setAttribute("role", "region");
      scroll.setAttribute("aria-label", "Score at each visit");
      w.put(figure, [element("figcaption", "Score by visit" + (answer.attainable &&
        answer.attainable.points < 100 ? "; the hatched part is not attainable from this baseline"
        : "") + ". The ring marks the visit whose points are shown."), tis.plot(answer, width, "tis-hatch"), scroll]);
    }

    return {
      definitions: definitions, courseTable: courseTable, attainable: attainableWords,
      enzyme: enzymeWords,
      show: function (inputs, answer) {
        showTotal(inputs, answer);
        w.put(at("attainable"), answer.rules ? attainableWords(answer) : []);
        at("enzyme").textContent = enzymeWords(answer);
        showPoints(answer);
        showScale(answer);
        showDefinitions(answer);
        showCourse(answer);
      }
    };
  };
})(window.tisCalculator);
