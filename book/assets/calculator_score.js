/* The Total Improvement Score of a case: a pure function of the contents of the fields. This file
   contains no number of the score: the page holds the rules, generated from tisstats.measures. */
(function (tis) {
  "use strict";

  var n = tis.numbers;

  /* Select the enzyme that is most abnormal at baseline, as a multiple of its own limit. */
  function selectEnzyme(rules, found) {
    var names = Object.keys(found.enzymes).filter(function (name) {
      return found.enzymes[name].entered;
    });
    var multiples = names.map(function (name) {
      var multiple = found.enzymes[name].multiples.baseline;
      return multiple && n.rounded(multiple, rules.multiple_decimals);
    });
    var measured = multiples.filter(function (multiple) { return multiple !== null; });
    var unmeasured = names.filter(function (_, i) { return multiples[i] === null; });
    if (!measured.length) { return { used: null, selection: null, unmeasured: unmeasured }; }
    if (unmeasured.length && found.panel === rules.panels[0]) {
      return { used: null, selection: rules.selections[3], unmeasured: unmeasured };
    }
    var largest = measured.reduce(function (a, b) { return a > b ? a : b; });
    var tied = names.filter(function (_, i) { return multiples[i] === largest; });
    var one = 10n ** BigInt(rules.multiple_decimals);
    var selection = largest <= one ? 2 : tied.length > 1 ? 1 : 0;
    return {
      used: tied[0], selection: rules.selections[selection], unmeasured: unmeasured, tied: tied,
      multiple: found.enzymes[tied[0]].multiples.baseline
    };
  }

  /* One decimal, or as many as distinguish the percentage from a cut that it is not on. */
  function shownPercent(percent, units, cuts, mostDecimals) {
    for (var decimals = 1; decimals < mostDecimals; decimals += 1) {
      var shown = n.rounded(percent, decimals);
      var one = 10n ** BigInt(decimals);
      var full = 10n ** BigInt(mostDecimals);
      var misleads = cuts.concat(0).some(function (cut) {
        return shown === BigInt(cut) * one && units !== BigInt(cut) * full;
      });
      if (!misleads) { return n.written(shown, decimals); }
    }
    return n.written(units, mostDecimals);
  }

  /* Judge an improvement: its band and points. */
  function judge(rules, rule, percent) {
    var decimals = rules.percent_decimals;
    var units = n.rounded(percent, decimals);
    var steps = rule.cuts.map(function (cut) { return BigInt(cut) * 10n ** BigInt(decimals); });
    var band = steps.filter(function (step) { return step < units; }).length;
    return {
      percent: shownPercent(percent, units, rule.cuts, decimals),
      units: units,
      exact: n.written(units, decimals).replace("−", "-"),
      band: band,
      points: rule.points[band],
      onCut: steps.some(function (step) { return step === units; })
    };
  }

  /* The values of a measure on the scale that it is scored on: enzymes as multiples. */
  function scoredValues(rules, found, key, enzyme) {
    var rule = found.coreSet.measures[key];
    var scale = found.scales[key];
    if (rule.kind !== "enzyme") {
      return { low: scale.low, high: scale.high, at: function (visit) {
        return scale.high ? found.values[key][visit] : null;
      }, worst: scale.high };
    }
    return {
      low: n.whole(0),
      high: enzyme.used && n.whole(rules.enzymes[enzyme.used].range_in_uln),
      at: function (visit) { return enzyme.used && found.enzymes[enzyme.used].multiples[visit]; },
      worst: null // the activity of an enzyme has no upper end
    };
  }

  function scoreCase(rules, inputs) {
    var found = tis.cases.read(rules, inputs);
    var measures = found.coreSet ? found.coreSet.measures : {};
    var keys = Object.keys(measures);
    var enzyme = selectEnzyme(rules, found);
    var faulty = Object.keys(found.errors).length > 0 || !found.coreSet || !found.cuts;

    function category(points) {
      return Object.keys(found.cuts).reduce(function (best, name) {
        return points >= found.cuts[name] ? name : best;
      }, "none");
    }

    var scored = {};
    keys.forEach(function (key) {
      var rule = measures[key];
      var values = scoredValues(rules, found, key, enzyme);
      var range = values.high && n.minus(values.high, values.low);
      var lower = rule.better === "lower";
      var healthy = lower ? values.low : values.high;
      var worst = lower ? values.worst : values.low;
      function judged(begin, end) {
        var change = lower ? n.minus(begin, end) : n.minus(end, begin);
        return judge(rules, rule, n.over(n.times(n.whole(100), change), range));
      }
      scored[key] = {
        most: rule.points[rule.points.length - 1],
        best: range && values.at("baseline") ? judged(values.at("baseline"), healthy) : null,
        at: function (visit) {
          var before = values.at("baseline");
          var after = values.at(visit);
          return range && before && after ? judged(before, after) : null;
        },
        /* If a value is missing: the most points that the other one still allows. */
        mostPoints: function (visit) {
          if (!range) { return rule.points[rule.points.length - 1]; }
          if (values.at("baseline")) { return judged(values.at("baseline"), healthy).points; }
          if (values.at(visit) && worst) { return judged(worst, values.at(visit)).points; }
          return rule.points[rule.points.length - 1];
        }
      };
    });

    /* What has to be typed before a measure can be scored at a visit: names of fields. */
    function missingFields(key, visit) {
      var names = [key + "_baseline", key + "_" + visit];
      if (measures[key].kind === "enzyme") {
        if (!enzyme.used) { return []; }
        names = ["uln_" + enzyme.used, enzyme.used + "_baseline", enzyme.used + "_" + visit];
      } else {
        names = found.scales[key].settings.concat(names);
      }
      return names.filter(function (name) { return !found.typed(name); });
    }

    function visitScore(visit) {
      var made = {
        name: visit, week: found.weeks[visit],
        label: tis.cases.visitLabel(found.followups, found.weeks, visit),
        measures: {}, low: null, high: null, total: null, category: null
      };
      keys.forEach(function (key) {
        made.measures[key] = {
          result: scored[key].at(visit), most: scored[key].most, best: scored[key].best,
          mostPoints: scored[key].mostPoints(visit), missing: missingFields(key, visit)
        };
      });
      made.missing = keys.filter(function (key) { return !made.measures[key].result; });
      made.needed = made.missing.filter(function (key) {
        return found.coreSet.required.includes(key);
      });
      if (faulty || made.needed.length) { return made; }
      made.low = made.high = 0;
      keys.forEach(function (key) {
        var measure = made.measures[key];
        made.low += measure.result ? measure.result.points : 0;
        made.high += measure.result ? measure.result.points : measure.mostPoints;
      });
      made.total = made.missing.length ? null : made.low;
      made.category = category(made.low) === category(made.high) ? category(made.low) : null;
      return made;
    }

    function attainable() {
      if (faulty || !found.coreSet.required.every(function (key) { return scored[key].best; })) {
        return null;
      }
      var points = keys.reduce(function (sum, key) {
        return sum + (scored[key].best ? scored[key].best.points : scored[key].most);
      }, 0);
      return {
        points: points,
        category: category(points),
        assumed: keys.filter(function (key) { return !scored[key].best; }),
        outOfReach: Object.keys(found.cuts).filter(function (name) {
          return found.cuts[name] > points;
        })
      };
    }

    var visits = found.followups.map(visitScore);
    var shown = visits.find(function (visit) { return visit.name === found.typed("shown"); });
    var answer = {
      errors: found.errors, notes: found.notes, needs: found.needs, keys: keys,
      rules: found.coreSet, cuts: found.cuts, enzyme: enzyme, visits: visits,
      shown: shown || visits[0], order: found.order, attainable: attainable(),
      best: Object.fromEntries(keys.map(function (key) { return [key, scored[key].best]; }))
    };
    if (!faulty) { tis.definitions.apply(rules, found, answer); }
    return answer;
  }

  tis.score = scoreCase;
})(window.tisCalculator);
