/* A case of the calculator: from what stands in the fields, or in a link, to exact values of every
   measure at every visit, with what is wrong, missing or doubtful about each entry. */
(function (tis) {
  "use strict";

  var n = tis.numbers;
  var FIRST = "followup";

  /* The names of the follow-up visits of a case, as many as it has fields for. */
  function followups(rules, inputs) {
    var most = Number(inputs.visits) || 1;
    Object.keys(inputs).forEach(function (name) {
      var match = /_followup(\d+)$/.exec(name);
      if (match && inputs[name]) { most = Math.max(most, Number(match[1])); }
    });
    most = Math.min(Math.max(1, Math.trunc(most)), rules.most_followups);
    return Array.from({ length: most }, function (_, i) { return i ? FIRST + (i + 1) : FIRST; });
  }

  /* A case as links of the earlier calculator have it, with one enzyme, in today's fields. */
  function modern(rules, inputs) {
    var made = Object.assign({}, inputs);
    var enzyme = inputs.enzyme;
    ["enzyme", "enzyme_baseline", "enzyme_followup", "uln"].forEach(function (name) {
      delete made[name];
    });
    if (Object.prototype.hasOwnProperty.call(rules.enzymes, enzyme || "")) {
      var moved = { uln: "uln_" + enzyme, enzyme_baseline: enzyme + "_baseline",
        enzyme_followup: enzyme + "_followup" };
      Object.keys(moved).forEach(function (old) {
        if (inputs[old]) { made[moved[old]] = inputs[old]; }
      });
    }
    return made;
  }

  /* Whether a link has values of an enzyme without its name. */
  function hasNamelessEnzyme(rules, inputs) {
    return !(inputs.enzyme in rules.enzymes) &&
      Boolean(inputs.enzyme_baseline || inputs.enzyme_followup || inputs.uln);
  }

  /* How a visit is called: by its week, where that is known. */
  function visitLabel(names, weeks, visit) {
    if (visit === "baseline") { return "baseline"; }
    if (weeks[visit]) { return "week " + n.shortest(weeks[visit]); }
    return "follow-up" + (names.length > 1 ? " " + (names.indexOf(visit) + 1) : "");
  }

  /* Read a case. Every number is a fraction; null where a field is empty or wrong. */
  function read(rules, inputs) {
    var errors = {};
    var notes = {};
    var needs = {};

    function typed(name) { return String(inputs[name] === undefined ? "" : inputs[name]).trim(); }

    function wrongRange(low, high, unit) {
      return "outside the scale: " + (high ? n.shortest(low) + " to " + n.shortest(high)
        : "0 or more") + (unit ? " " + unit : "");
    }

    /* The number that a text can only mean; a comma is decimal where no number of thousands is
       permitted. */
    function unambiguous(name, high) {
      var text = typed(name);
      var value = text ? n.parse(text) : null;
      var thousands = n.asThousands(text);
      if (text && !value) {
        errors[name] = /[.,].*[.,]/.test(text)
          ? "not a number: use at most one decimal point or comma and no thousands separator"
          : "not a number: enter digits";
      } else if (thousands && !(high && n.less(high, thousands))) {
        errors[name] = "ambiguous (" + text.replace(",", ".") + " or " + text.replace(",", "") +
          "?): use a decimal point and no thousands separator";
      }
      return errors[name] ? null : value;
    }

    /* The number in a field of which the ends are known; 0 or more, unless a lower one is given. */
    function number(name, high, unit, low) {
      var least = low || n.whole(0);
      var value = unambiguous(name, high);
      if (!value) { return null; }
      if (n.less(value, least) || (high && n.less(high, value))) {
        errors[name] = wrongRange(least, high, unit);
      } else if (n.asThousands(typed(name))) {
        notes[name] = "read as " + typed(name).replace(",", ".") + " (decimal comma)";
      }
      return errors[name] ? null : value;
    }

    function aboveZero(name) {
      var value = unambiguous(name);
      if (value && value[0] <= 0n) {
        errors[name] = "must be above 0";
        return null;
      }
      return number(name);
    }

    function choice(name, choices, fallback) {
      var text = typed(name) || fallback || "";
      if (text && !Object.prototype.hasOwnProperty.call(choices, text)) {
        errors[name] = "must be one of " + Object.keys(choices).join(", ");
        return null;
      }
      return text ? choices[text] : null;
    }

    var followupNames = followups(rules, inputs);
    var visits = ["baseline"].concat(followupNames);
    var made = {
      errors: errors, notes: notes, needs: needs, typed: typed, followups: followupNames,
      cuts: choice("population", rules.categories),
      coreSet: choice("core_set", rules.core_sets, Object.keys(rules.core_sets)[0]),
      panel: typed("enzyme_panel") || rules.panels[0],
      unit: typed("vas_unit")
    };
    if (!rules.panels.includes(made.panel)) {
      errors.enzyme_panel = "must be one of " + rules.panels.join(", ");
    }
    var vasMax = choice("vas_unit", rules.vas);
    var measures = made.coreSet ? made.coreSet.measures : {};
    if (made.coreSet && made.cuts && !made.coreSet.populations.includes(typed("population"))) {
      errors.core_set = "this core set is for " + made.coreSet.populations.join(", ") + " patients";
    }

    /* ---- Weeks ---- */

    made.weeks = {};
    followupNames.forEach(function (visit) {
      var week = aboveZero("week_" + visit);
      made.weeks[visit] = week;
      if (!week) {
        if (followupNames.length > 1 && !typed("week_" + visit)) {
          needs["week_" + visit] = "required: the weeks put the visits in order";
        }
        return;
      }
      followupNames.slice(0, followupNames.indexOf(visit)).forEach(function (before) {
        var other = made.weeks[before];
        if (other && !n.less(week, other) && !n.less(other, week)) {
          errors["week_" + visit] = "another visit has this week";
        }
      });
    });
    var inOrder = followupNames.length < 2 || followupNames.every(function (visit) {
      return made.weeks[visit];
    });
    made.order = inOrder ? followupNames.slice().sort(function (a, b) {
      return followupNames.length < 2 ? 0 : n.less(made.weeks[a], made.weeks[b]) ? -1 : 1;
    }) : null;

    /* ---- Measures: the ends of their scales, and their values at each visit ---- */

    made.mmtField = typed("mmt_max") === "other" ? "mmt_max_other" : "mmt_max";
    made.scales = {}; // low, high, and the settings that they need
    made.values = {};
    var usesMmt = Object.values(measures).some(function (rule) { return rule.kind === "mmt"; });
    var mmtMax = usesMmt ? aboveZero(made.mmtField) : null;
    var cmasMax = choice("cmas_max", rules.cmas_maxima, rules.cmas_max);
    Object.keys(measures).forEach(function (key) {
      var rule = measures[key];
      var scale = { low: n.whole(0), high: null, unit: "", settings: [] };
      if (rule.kind === "vas") {
        scale.high = vasMax && n.whole(vasMax);
        scale.unit = made.unit;
      } else if (rule.kind === "mmt") {
        scale.high = mmtMax;
        scale.settings = [made.mmtField];
      } else if (rule.kind === "cmas") {
        scale.high = cmasMax && n.whole(cmasMax);
      } else if (rule.kind === "given") {
        scale.settings = [key + "_low", key + "_high"];
        scale.low = unambiguous(key + "_low");
        scale.high = unambiguous(key + "_high");
        if (scale.low && scale.high && !n.less(scale.low, scale.high)) {
          errors[key + "_high"] = "must be above the worst possible value";
        }
        if (!scale.low || !scale.high) { scale.low = scale.high = null; }
      } else if (rule.kind !== "enzyme") {
        scale.high = n.whole(rule.high);
      }
      made.scales[key] = scale;
      if (rule.kind === "enzyme") { return; }
      made.values[key] = {};
      visits.forEach(function (visit) {
        var name = key + "_" + visit;
        made.values[key][visit] = rule.kind === "given" && !scale.high ? null
          : number(name, scale.high, scale.unit, scale.low);
      });
      var any = visits.some(function (visit) { return typed(key + "_" + visit); });
      scale.settings.forEach(function (name) {
        if (any && !typed(name)) {
          needs[name] = "required: this measure cannot be scored without it";
        }
      });
    });

    var scales = visits.reduce(function (all, visit) {
      return all.concat(Object.keys(measures).filter(function (key) {
        return measures[key].kind === "vas" && made.values[key][visit];
      }).map(function (key) { return [key + "_" + visit, made.values[key][visit]]; }));
    }, []);
    var units = Object.keys(rules.vas);
    var shorter = units.reduce(function (a, b) { return rules.vas[a] < rules.vas[b] ? a : b; });
    if (scales.length && vasMax > rules.vas[shorter] && scales.every(function (entry) {
      return !n.less(n.whole(rules.vas[shorter]), entry[1]);
    })) {
      notes.vas_unit = "no value on a visual analogue scale is above " + rules.vas[shorter] +
        ": were they recorded in " + shorter + "?";
    }

    /* ---- Enzymes ---- */

    var enzymeUnit = choice("enzyme_unit", rules.units);
    var ulnUnit = choice("uln_unit", rules.units, typed("enzyme_unit"));
    var ulnUnitName = typed("uln_unit") || typed("enzyme_unit");
    function inUnit(name) { return name.replace("microkat", "µkat"); }
    function otherThan(size) {
      return Object.keys(rules.units).find(function (name) { return rules.units[name] !== size; });
    }

    /* A limit that is implausible in its unit may have been given in the other one. */
    function doubtLimit(name, uln, ends) {
      var low = n.parse(ends[0]);
      var high = n.parse(ends[1]);
      var other = otherThan(ulnUnit);
      var inOther = n.times(uln, n.whole(rules.units[other]));
      var fitsOther = !n.less(inOther, low) && !n.less(high, inOther);
      if (ulnUnit > 1 ? n.less(high, n.times(uln, n.whole(ulnUnit)))
        : n.less(uln, low) && fitsOther) {
        errors[name] = "implausible upper limit of normal for this enzyme in " +
          inUnit(ulnUnitName) + (fitsOther ? ": is it in " + inUnit(other) + "?" : "");
      }
    }

    function multipleOf(name, value, limit) {
      var multiple = n.over(value, limit);
      var odd = enzymeUnit > 1 ? n.less(n.parse(rules.implausible[1]), multiple)
        : n.less(multiple, n.parse(rules.implausible[0]));
      if (!notes[name]) {
        notes[name] = (odd && multiple[0] * 10n < multiple[1] ? "less than 0.1"
          : n.written(n.rounded(multiple, 1), 1)) + " × ULN" +
          (odd ? ": is it in " + inUnit(otherThan(enzymeUnit)) + "?" : "");
      }
      return multiple;
    }

    made.enzymes = {};
    made.usesEnzymes = Object.values(measures).some(function (rule) {
      return rule.kind === "enzyme";
    });
    Object.keys(made.usesEnzymes ? rules.enzymes : {}).forEach(function (enzyme) {
      var field = "uln_" + enzyme;
      var uln = aboveZero(field);
      if (uln && ulnUnit) { doubtLimit(field, uln, rules.enzymes[enzyme].uln_range); }
      var limit = uln && !errors[field] && enzymeUnit && ulnUnit &&
        n.over(n.times(uln, n.whole(ulnUnit)), n.whole(enzymeUnit)); // in the unit of the values
      var found = { limit: limit, raw: {}, multiples: {}, entered: Boolean(typed(field)) };
      var anyValue = false;
      visits.forEach(function (visit) {
        var name = enzyme + "_" + visit;
        var value = aboveZero(name);
        anyValue = anyValue || Boolean(typed(name));
        found.raw[visit] = value;
        found.multiples[visit] = value && limit ? multipleOf(name, value, limit) : null;
      });
      if (anyValue && !typed(field)) {
        needs[field] = "required: this enzyme cannot be used without it";
      }
      found.entered = found.entered || anyValue;
      made.enzymes[enzyme] = found;
    });
    return made;
  }

  tis.cases = {
    followups: followups, modern: modern, hasNamelessEnzyme: hasNamelessEnzyme,
    visitLabel: visitLabel, read: read
  };
})(window.tisCalculator);
