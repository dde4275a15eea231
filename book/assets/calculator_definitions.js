/* The IMACS definitions of improvement and worsening, and minimal disability, for the same case.
   As tisstats.measures.imacs and .baseline have them, with the rules that the page holds. A change
   is a whole number of units of the last decimal, infinite, or null where it is unknown. */
(function (tis) {
  "use strict";

  var n = tis.numbers;

  function cutoff(rules, text) { return n.rounded(n.parse(text), rules.percent_decimals); }

  function count(changes, rule, by, isWorse) {
    return rule.measures.filter(function (key) {
      var change = changes[key];
      return change !== null && (isWorse ? change <= -by : change >= by);
    }).length;
  }

  function improves(rules, rule, changes) {
    var worseBy = cutoff(rules, rule.worse_by);
    return count(changes, rule, cutoff(rules, rule.improved_by), false) >= rule.improved_count &&
      count(changes, rule, worseBy, true) <= rule.max_worse &&
      rule.must_not_worsen.every(function (key) {
        return changes[key] === null || changes[key] > -worseBy;
      });
  }

  function worsens(rules, rule, changes, centimetres) {
    return count(changes, rule, cutoff(rules, rule.worse_by), true) >= rule.worse_count ||
      rule.clauses.some(function (clause) {
        return clause.every(function (criterion) {
          var change = (criterion.unit === "cm" ? centimetres : changes)[criterion.measure];
          return change !== null && change <= -cutoff(rules, criterion.by);
        });
      });
  }

  /* For every measure of a visit: the change relative to baseline, and the worst and best that
     empty fields and any convention for a baseline of zero leave possible. */
  function changesAt(rules, found, enzyme, visit) {
    var made = { known: {}, worst: {}, best: {}, cm: {}, cmWorst: {}, cmBest: {} };
    var measures = found.coreSet.measures;

    function units(value) { return n.rounded(value, rules.percent_decimals); }
    function share(part, whole) { return units(n.over(n.times(n.whole(100), part), whole)); }

    Object.keys(measures).forEach(function (key) {
      var rule = measures[key];
      var isEnzyme = rule.kind === "enzyme";
      var raw = isEnzyme ? (enzyme.used ? found.enzymes[enzyme.used].raw : {}) : found.values[key];
      var before = raw.baseline || null;
      var after = raw[visit] || null;
      var bounded = rule.kind === "vas" || rule.kind === "fixed";
      var highest = bounded ? found.scales[key].high : null;
      var zero = before && before[0] === 0n;
      var rise = before && after && !zero ? share(n.minus(after, before), before) : null;
      var all = units(n.whole(100));
      var rises; // the lowest and the highest possible
      if (rise !== null) {
        rises = [rise, rise];
      } else if (!before && !after) {
        rises = [-all, Infinity];
      } else if (!before) {
        rises = [highest ? share(n.minus(after, highest), highest) : -all,
          after[0] === 0n ? 0n : Infinity];
      } else if (zero) {
        rises = [0n, after && after[0] === 0n ? 0n : Infinity];
      } else {
        rises = [-all, highest ? share(n.minus(highest, before), before) : Infinity];
      }
      var higher = rule.better === "higher";
      made.known[key] = rise === null ? null : higher ? rise : -rise;
      made.worst[key] = higher ? rises[0] : -rises[1];
      made.best[key] = higher ? rises[1] : -rises[0];
      if (rule.kind !== "vas") { return; }
      var centimetre = n.over(n.whole(rules.vas.cm), highest);
      var fall = function (from, to) { return units(n.times(n.minus(from, to), centimetre)); };
      made.cm[key] = before && after ? fall(before, after) : null;
      made.cmWorst[key] = fall(before || n.whole(0), after || highest);
      made.cmBest[key] = fall(before || highest, after || n.whole(0));
    });
    return made;
  }

  function judgeDisability(rules, found, answer, criterion) {
    var others = answer.keys.filter(function (key) { return key !== "mmt"; });
    var unknown = answer.keys.filter(function (key) { return !answer.best[key]; });
    var abnormal = others.filter(function (key) {
      var best = answer.best[key];
      if (!best) { return false; }
      var kind = answer.rules.measures[key].kind;
      var range = kind === "enzyme" ? rules.enzymes[answer.enzyme.used].range_in_uln
        : kind === "vas" ? rules.vas.cm : answer.rules.measures[key].high;
      var share = n.over(n.times(n.whole(100), n.parse(criterion.abnormal[key])), n.whole(range));
      var from = n.rounded(share, rules.percent_decimals);
      return kind === "enzyme" ? best.units > from : best.units >= from;
    });
    var unclear = unknown.filter(function (key) { return key !== "mmt"; }).length;
    var weak = answer.best.mmt
      ? answer.best.mmt.units >= cutoff(rules, criterion.min_mmt_loss_percent) : null;
    var met = null;
    if (weak === false || abnormal.length + unclear < criterion.min_other_abnormal) {
      met = false;
    } else if (weak && abnormal.length >= criterion.min_other_abnormal) {
      met = true;
    }
    return { met: met, abnormal: abnormal, unknown: unknown,
      loss: answer.best.mmt && answer.best.mmt.percent };
  }

  /* Whether the last so many visits, including this one, all met a definition. */
  function run(met, names, at, visits) {
    var last = names.slice(Math.max(0, at + 1 - visits), at + 1);
    return last.length === visits && last.every(function (name) { return met[name]; });
  }

  /* Add the definitions to an answer, where the core set is the one that they are about. */
  function apply(rules, found, answer) {
    if (!found.coreSet.definitions) { return; }
    var changes = {};
    answer.visits.forEach(function (visit) {
      changes[visit.name] = changesAt(rules, found, answer.enzyme, visit.name);
    });
    answer.visits.forEach(function (visit) {
      var change = changes[visit.name];
      var better = rules.improvement;
      visit.relative = Object.fromEntries(answer.keys.map(function (key) {
        var units = change.known[key];
        return [key, units === null ? null : n.written(
          n.rounded([units, 10n ** BigInt(rules.percent_decimals)], 1), 1)];
      }));
      visit.improvement = {
        met: improves(rules, better, change.known),
        certain: improves(rules, better, change.best) === improves(rules, better, change.worst),
        improved: count(change.known, better, cutoff(rules, better.improved_by), false),
        worse: count(change.known, better, cutoff(rules, better.worse_by), true)
      };
      visit.worsening = {};
    });
    Object.keys(rules.worsening).forEach(function (name) {
      var rule = rules.worsening[name];
      var met = { known: {}, worst: {}, best: {} };
      answer.visits.forEach(function (visit) {
        var change = changes[visit.name];
        met.known[visit.name] = worsens(rules, rule, change.known, change.cm);
        met.worst[visit.name] = worsens(rules, rule, change.worst, change.cmWorst);
        met.best[visit.name] = worsens(rules, rule, change.best, change.cmBest);
      });
      answer.visits.forEach(function (visit) {
        var names = answer.order;
        var visits = rule.consecutive_visits;
        var at = names ? names.indexOf(visit.name) : -1;
        var confirmed = function (each) {
          return visits < 2 ? each[visit.name] : run(each, names, at, visits);
        };
        visit.worsening[name] = visits > 1 && !names ? null : {
          met: confirmed(met.known),
          atVisit: met.known[visit.name],
          certain: confirmed(met.best) === confirmed(met.worst),
          worse: count(changes[visit.name].known, rule, cutoff(rules, rule.worse_by), true)
        };
      });
    });
    answer.disability = Object.fromEntries(Object.keys(rules.disability).map(function (name) {
      return [name, judgeDisability(rules, found, answer, rules.disability[name])];
    }));
  }

  tis.definitions = { apply: apply };
})(window.tisCalculator);
