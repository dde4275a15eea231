/* The Total Improvement Score of one case, updated while it is typed. This file contains no number
   of the score: the page holds the rules, generated from tisstats.measures. Arithmetic is exact, on
   fractions of integers: binary floats would put 1.1 cm to 0.6 cm into the wrong band. */
(function () {
  "use strict";

  /* ---- Exact numbers: [numerator, denominator], the denominator positive ---- */

  var NUMBER = /^([+\-−–]?)(?:(\d+)(?:[.,](\d*))?|[.,](\d+))$/;
  var PERHAPS_THOUSANDS = /^[+\-−–]?[1-9]\d{0,2},\d{3}$/;
  var WITHOUT_SCALE = /^(?:enzyme_|uln|mmt_max)/; // fields that can hold thousands

  function parse(text) {
    var match = NUMBER.exec(text);
    if (!match) { return null; }
    var decimals = match[3] || match[4] || "";
    var size = BigInt((match[2] || "") + decimals);
    return [match[1] && match[1] !== "+" ? -size : size, 10n ** BigInt(decimals.length)];
  }

  function whole(number) { return [BigInt(number), 1n]; }
  function minus(a, b) { return [a[0] * b[1] - b[0] * a[1], a[1] * b[1]]; }
  function times(a, b) { return [a[0] * b[0], a[1] * b[1]]; }
  function over(a, b) { return [a[0] * b[1], a[1] * b[0]]; } // b positive
  function less(a, b) { return a[0] * b[1] < b[0] * a[1]; }

  /* Round to so many decimals, in units of the last one; half to even, as numpy rounds. */
  function rounded(a, decimals) {
    var scaled = a[0] * 10n ** BigInt(decimals);
    var size = scaled < 0n ? -scaled : scaled;
    var quotient = size / a[1];
    var rest = 2n * (size % a[1]);
    if (rest > a[1] || (rest === a[1] && quotient % 2n === 1n)) { quotient += 1n; }
    return scaled < 0n ? -quotient : quotient;
  }

  function written(units, decimals) {
    var digits = String(units < 0n ? -units : units).padStart(decimals + 1, "0");
    var split = digits.length - decimals;
    return (units < 0n ? "−" : "") + digits.slice(0, split) +
      (decimals ? "." + digits.slice(split) : "");
  }

  function shortest(a) {
    var text = written(rounded(a, 6), 6);
    return text.replace(/\.?0+$/, "");
  }

  /* ---- The score: a pure function of the contents of the fields ---- */

  function score(rules, inputs) {
    var errors = {};
    var notes = {};

    function typed(name) { return String(inputs[name] === undefined ? "" : inputs[name]).trim(); }

    /* The number in a field; null if the field is empty, or wrong, which is then reported. */
    function number(name, high, unit) {
      var text = typed(name);
      if (!text) { return null; }
      var value = parse(text);
      if (!value) {
        errors[name] = /[.,].*[.,]/.test(text)
          ? "not a number: use at most one decimal point or comma and no thousands separator"
          : "not a number: enter digits";
      } else if (PERHAPS_THOUSANDS.test(text) && WITHOUT_SCALE.test(name)) {
        errors[name] = "ambiguous (" + text.replace(",", ".") + " or " + text.replace(",", "") +
          "?): use a decimal point and no thousands separator";
      } else if (value[0] < 0n || (high && less(high, value))) {
        errors[name] = "outside the scale: " +
          (high ? "0 to " + shortest(high) : "0 or more") + (unit ? " " + unit : "");
      } else if (PERHAPS_THOUSANDS.test(text)) {
        notes[name] = "read as " + text.replace(",", ".") + " (decimal comma)";
      }
      return errors[name] ? null : value;
    }

    function aboveZero(name) {
      var value = number(name);
      if (value && value[0] === 0n) {
        errors[name] = "must be above 0";
        return null;
      }
      return value;
    }

    function choice(name, choices, fallback) {
      var text = typed(name) || fallback || "";
      if (text && !Object.prototype.hasOwnProperty.call(choices, text)) {
        errors[name] = "must be one of " + Object.keys(choices).join(", ");
        return null;
      }
      return text ? choices[text] : null;
    }

    var cuts = choice("population", rules.categories);
    var vasMax = choice("vas_unit", rules.vas);
    var unit = typed("vas_unit");

    var mmtField = typed("mmt_max") === "other" ? "mmt_max_other" : "mmt_max";
    var mmtMax = aboveZero(mmtField);

    var enzyme = choice("enzyme", rules.enzymes);
    var enzymeUnit = choice("enzyme_unit", rules.units);
    var ulnUnit = choice("uln_unit", rules.units, typed("enzyme_unit"));
    var uln = aboveZero("uln");
    var limit = uln && enzymeUnit && ulnUnit &&
      over(times(uln, whole(ulnUnit)), whole(enzymeUnit)); // in the unit of the values

    function inUnit(name) { return name.replace("microkat", "µkat"); }
    function within(value, ends) { return !less(value, parse(ends[0])) && !less(parse(ends[1]), value); }

    /* A limit that is implausible in its unit may have been given in the other one. */
    var ulnUnitName = typed("uln_unit") || typed("enzyme_unit");
    var otherUnit = Object.keys(rules.units).find(function (name) { return name !== ulnUnitName; });
    if (uln && enzyme && ulnUnit) {
      var ends = enzyme.uln_range;
      var fitsOther = within(times(uln, whole(rules.units[otherUnit])), ends);
      if (ulnUnit > 1 ? less(parse(ends[1]), times(uln, whole(ulnUnit)))
        : less(uln, parse(ends[0])) && fitsOther) {
        errors.uln = "implausible upper limit of normal for this enzyme in " + inUnit(ulnUnitName) +
          (fitsOther ? ": is it in " + inUnit(otherUnit) + "?" : "");
      }
    }

    var ranges = {
      mmt: mmtMax,
      haq: whole(rules.haq_max),
      enzyme: limit && enzyme && times(limit, whole(enzyme.range_in_uln))
    };
    var settings = { mmt: [mmtField], enzyme: ["enzyme", "uln"] };

    var measures = {};
    Object.keys(rules.measures).forEach(function (key) {
      var rule = rules.measures[key];
      var isVas = !(key in ranges);
      var range = isVas ? vasMax && whole(vasMax) : ranges[key];
      var names = (settings[key] || []).concat(key + "_baseline", key + "_followup");
      var high = key === "enzyme" ? null : range;
      var read = key === "enzyme" ? aboveZero : number;
      var baseline = read(key + "_baseline", high, isVas ? unit : "");
      var followup = read(key + "_followup", high, isVas ? unit : "");
      var healthy = rule.better === "higher" ? range : whole(0);
      var worst = rule.better === "higher" ? whole(0) : key === "enzyme" ? null : range;

      function judged(begin, end) {
        var change = rule.better === "higher" ? minus(end, begin) : minus(begin, end);
        var percent = over(times(whole(100), change), range);
        var units = rounded(percent, rules.percent_decimals);
        var steps = rule.cuts.map(function (cut) {
          return BigInt(cut) * 10n ** BigInt(rules.percent_decimals);
        });
        var band = steps.filter(function (step) { return step < units; }).length;
        return {
          percent: shownPercent(percent, units, rule.cuts, rules.percent_decimals),
          exact: written(units, rules.percent_decimals).replace("−", "-"),
          band: band,
          points: rule.points[band],
          onCut: steps.some(function (step) { return step === units; })
        };
      }

      /* If a value is missing: the most points that the other one still allows. An enzyme has no worst
         value. */
      function mostPoints() {
        if (range && baseline) { return judged(baseline, healthy).points; }
        if (range && followup && worst) { return judged(worst, followup).points; }
        return rule.points[rule.points.length - 1];
      }

      var values = [key + "_baseline", key + "_followup"];
      measures[key] = {
        missing: names.filter(function (name) { return !typed(name); }),
        empty: values.every(function (name) { return !typed(name); }),
        most: rule.points[rule.points.length - 1],
        mostPoints: mostPoints(),
        result: range && baseline && followup ? judged(baseline, followup) : null,
        best: range && baseline ? judged(baseline, healthy) : null
      };
    });

    var needs = {};
    Object.keys(settings).forEach(function (key) {
      settings[key].forEach(function (name) {
        if (!typed(name) && !measures[key].empty) {
          needs[name] = "required: this measure cannot be scored without it";
        }
      });
    });
    if (limit) {
      values("enzyme").forEach(function (name) {
        var value = parse(typed(name));
        if (value && !errors[name] && !notes[name]) {
          var multiple = over(value, limit);
          var odd = enzymeUnit > 1 ? less(parse(rules.implausible[1]), multiple)
            : less(multiple, parse(rules.implausible[0]));
          notes[name] = (odd && multiple[0] * 10n < multiple[1] ? "less than 0.1"
            : written(rounded(multiple, 1), 1)) + " times the upper limit of normal" +
            (odd ? ": is it in " + inUnit(Object.keys(rules.units).find(function (unitName) {
              return rules.units[unitName] !== enzymeUnit;
            })) + "?" : "");
        }
      });
    }
    function values(key) { return [key + "_baseline", key + "_followup"]; }

    var answer = {
      errors: errors, notes: notes, needs: needs, measures: measures,
      missing: [], needed: [], low: null, high: null, total: null, category: null, attainable: null
    };
    var keys = Object.keys(measures);
    answer.missing = keys.filter(function (key) { return !measures[key].result; });
    answer.needed = answer.missing.filter(function (key) { return rules.required.includes(key); });
    if (Object.keys(errors).length) { return answer; }

    function sum(part, unknown) {
      return keys.reduce(function (total, key) {
        var judgement = measures[key][part];
        return total + (judgement ? judgement.points : unknown(measures[key]));
      }, 0);
    }
    function category(points) {
      return Object.keys(cuts).reduce(function (best, name) {
        return points >= cuts[name] ? name : best;
      }, "none");
    }
    if (!cuts) { return answer; }
    if (!answer.needed.length) {
      answer.low = sum("result", function () { return 0; });
      answer.high = sum("result", function (measure) { return measure.mostPoints; });
      answer.total = answer.missing.length ? null : answer.low;
      answer.category = category(answer.low) === category(answer.high) ? category(answer.low) : null;
    }
    if (rules.required.every(function (key) { return measures[key].best; })) {
      var most = sum("best", function (measure) { return measure.most; });
      answer.attainable = {
        points: most,
        category: category(most),
        assumed: keys.filter(function (key) { return !measures[key].best; }),
        outOfReach: Object.keys(cuts).filter(function (name) { return cuts[name] > most; })
      };
    }
    return answer;
  }

  /* One decimal, or as many as distinguish the percentage from a cut that it is not on. */
  function shownPercent(percent, units, cuts, mostDecimals) {
    for (var decimals = 1; decimals < mostDecimals; decimals += 1) {
      var shown = rounded(percent, decimals);
      var one = 10n ** BigInt(decimals);
      var full = 10n ** BigInt(mostDecimals);
      var misleads = cuts.concat(0).some(function (cut) {
        return shown === BigInt(cut) * one && units !== BigInt(cut) * full;
      });
      if (!misleads) { return written(shown, decimals); }
    }
    return written(units, mostDecimals);
  }

  /* ---- The page ---- */

  function listed(words) {
    return words.length < 2 ? words.join("")
      : words.slice(0, -1).join(", ") + " and " + words[words.length - 1];
  }

  /* A name within a sentence; all capitals stay. */
  function lower(text) {
    var rest = text.slice(1);
    return rest === rest.toLowerCase() ? text.charAt(0).toLowerCase() + rest : text;
  }

  function element(tag, text, className) {
    var made = document.createElement(tag);
    made.textContent = text;
    if (className) { made.className = className; }
    return made;
  }

  /* Write only what has changed, so that nothing is read out twice. */
  function put(place, parts) {
    var holder = document.createElement("div");
    holder.append.apply(holder, parts);
    if (place.innerHTML !== holder.innerHTML) { place.replaceChildren.apply(place, holder.childNodes); }
  }

  function words(category) {
    return category === "none" ? "less than minimal improvement" : category + " improvement";
  }

  function start() {
    var root = document.getElementById("tis-calculator");
    if (!root) { return; }
    var rules = JSON.parse(document.getElementById("tis-rules").textContent);
    var form = root.querySelector("form");
    var sum = root.querySelector(".calculator-total");
    var scale = root.querySelector(".calculator-scale");
    var at = function (id) { return document.getElementById("tis-" + id); };
    var controls = Array.from(form.elements).filter(function (control) { return control.name; });
    var names = Array.from(new Set(controls.map(function (control) { return control.name; })));

    window.tisCalculator = {
      rules: rules,
      score: function (inputs) { return score(rules, inputs); }
    };

    function read() {
      var inputs = {};
      new FormData(form).forEach(function (value, name) { inputs[name] = value; });
      return inputs;
    }

    /* Fields without an input become empty, or the first of their choices. */
    function fill(inputs) {
      form.reset();
      controls.forEach(function (control) {
        var value = inputs[control.name];
        if (value === undefined) { return; }
        if (control.type === "radio") {
          if (control.value === value) { control.checked = true; }
        } else {
          control.value = value;
          if (control.tagName === "SELECT" && control.selectedIndex < 0) { control.selectedIndex = 0; }
        }
      });
    }

    function link(inputs) {
      var state = new URLSearchParams();
      names.forEach(function (name) { if (inputs[name]) { state.set(name, inputs[name]); } });
      return location.href.split("#")[0] + "#" + state.toString();
    }

    function isBlank(inputs) {
      return names.every(function (name) {
        var first = controls.find(function (control) { return control.name === name; });
        return first.type === "radio" || first.tagName === "SELECT" || !inputs[name].trim();
      }) && !inputs.mmt_max && !inputs.enzyme;
    }

    function store(inputs) {
      history.replaceState(null, "", isBlank(inputs) ? location.href.split("#")[0] : link(inputs));
    }

    function restore() {
      if (!location.hash.includes("=")) { return; }
      fill(Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
      update();
    }

    /* ---- What is shown ---- */

    function showFields(inputs, answer) {
      var other = inputs.mmt_max === "other";
      at("mmt_max_other").closest(".calculator-field").hidden = !other;
      controls.forEach(function (control) {
        var message = at(control.name + "-message");
        if (!message) { return; }
        var wrong = answer.errors[control.name] || answer.needs[control.name];
        var text = wrong || answer.notes[control.name] || "";
        if (message.textContent !== text) { message.textContent = text; }
        message.classList.toggle("calculator-wrong", Boolean(wrong));
        if (wrong) { control.setAttribute("aria-invalid", "true"); } else {
          control.removeAttribute("aria-invalid");
        }
      });
      var vas = "0 to " + rules.vas[inputs.vas_unit] + " " + inputs.vas_unit;
      var mmt = other ? inputs.mmt_max_other : inputs.mmt_max;
      var enzyme = rules.enzymes[inputs.enzyme];
      Object.keys(rules.measures).forEach(function (key) {
        var hint = vas;
        if (key === "haq") { hint = "0 to " + rules.haq_max; }
        if (key === "mmt") { hint = mmt ? "0 to " + mmt : "Range: 0 to the maximum."; }
        if (key === "enzyme") {
          hint = !enzyme ? "Range: a multiple of the upper limit of normal."
            : "Range: " + enzyme.range_in_uln + " times the upper limit of normal" +
              (enzyme.assumed ? ", an assumption for this enzyme" : "");
        }
        var better = rules.measures[key].better;
        at(key + "-hint").textContent = hint.replace(/\.$/, "") + "; " + better + " is better";
      });
    }

    function whatIsMissing(answer, key) {
      var measure = answer.measures[key];
      var name = rules.measures[key].name;
      if (measure.empty && measure.missing.length >= 2) {
        var settings = measure.missing.slice(0, -2).map(function (field) {
          return lower(rules.fields[field].split(": ")[1]);
        });
        return lower(name) + " (" + listed(settings.concat("baseline", "follow-up")) + ")";
      }
      return lower(name) + " (" + listed(measure.missing.map(function (field) {
        return lower(rules.fields[field].split(": ")[1]);
      })) + ")";
    }

    function showTotal(inputs, answer) {
      var parts;
      var basis = "";
      var faulty = Object.keys(answer.errors);
      var missing = answer.missing.map(function (key) { return whatIsMissing(answer, key); });
      if (faulty.length) {
        parts = [element("strong", "Total not calculated.", "calculator-words"), " Please correct: " +
          faulty.map(function (name) { return lower(rules.fields[name] || name); }).join("; ") + "."];
      } else if (answer.needed.length) {
        parts = [element("strong", "No total yet.", "calculator-words"), " Still needed: " +
          answer.needed.map(function (key) { return whatIsMissing(answer, key); }).join("; ") + "."];
        basis = "No total is calculated until physician global activity and manual muscle testing, " +
          "with its maximum, have been entered; no maximum is assumed.";
      } else if (answer.missing.length) {
        parts = [
          element("strong", "at least " + answer.low + ", at most " + answer.high, "calculator-bounds"),
          element("span", answer.category ? words(answer.category) + " in either case"
            : "category undetermined (depends on the missing values)", "calculator-words")
        ];
        basis = "A missing measure contributes between 0 points and the maximum that its recorded value " +
          "still allows (full points if no value is recorded); a category is given only if it is " +
          "the same at both bounds. Missing: " + answer.missing.map(function (key) {
          return whatIsMissing(answer, key) + ", at most " + answer.measures[key].mostPoints + " points";
        }).join("; ") + ".";
      } else {
        parts = [
          element("strong", String(answer.total), "calculator-number"),
          element("span", words(answer.category), "calculator-words")
        ];
        basis = listed(Object.entries(rules.categories[inputs.population]).map(function (cut) {
          return cut[0] + " from " + cut[1];
        }));
        basis = "Categories for " + inputs.population + " patients: " + basis + " points.";
      }
      parts.unshift(element("span", "Total Improvement Score", "calculator-title"), " ");
      if (parts.length > 3 && parts[3].nodeType) { parts.splice(3, 0, ": "); }
      put(at("total"), parts);
      at("basis").textContent = basis;
    }

    function attainableWords(inputs, answer) {
      var best = answer.attainable;
      if (!best) { return []; }
      var cuts = rules.categories[inputs.population];
      var text = "The best possible follow-up from this baseline would score ";
      var counted = best.assumed.length
        ? " at most, with full points assumed for " + listed(best.assumed.map(function (key) {
          return lower(rules.measures[key].name);
        }))
        : "";
      var parts = [text, element("strong", String(best.points)), counted];
      var beyond = best.points < 100 ? " The hatched part of the scale is not attainable." : "";
      if (!best.outOfReach.length) {
        return parts.concat(": every category is attainable." + beyond);
      }
      parts.push(". ", element("strong", "Not attainable, however well the treatment works: " +
        listed(best.outOfReach.map(function (name) {
          return name + " improvement (from " + cuts[name] + ")";
        }))), ". ");
      var lost = Object.keys(answer.measures).filter(function (key) {
        var measure = answer.measures[key];
        return measure.best && measure.best.points < measure.most;
      }).sort(function (a, b) { return loss(b) - loss(a); });
      function loss(key) { return answer.measures[key].most - answer.measures[key].best.points; }
      return parts.concat("Points not attainable from this baseline: " + lost.map(function (key) {
        return lower(rules.measures[key].name) + " " + loss(key) + " (it can improve by at most " +
          answer.measures[key].best.percent + "% of its range)";
      }).join("; ") + "." + beyond);
    }

    function showTable(answer) {
      root.querySelectorAll("tr[data-measure]").forEach(function (row) {
        var measure = answer.measures[row.dataset.measure];
        var rule = rules.measures[row.dataset.measure];
        var got = measure.result;
        var texts = got ? [
          got.percent,
          rule.bands[got.band] + (got.onCut ? "; on the band boundary" : ""),
          got.points + " of " + measure.most
        ] : ["–", "–", "–"];
        texts.push(measure.best ? measure.best.points + " of " + measure.most : "–");
        texts.forEach(function (text, column) { row.cells[column + 1].textContent = text; });
      });
    }

    /* A picture of the text: hidden from screen readers, so that nothing is read out twice. */
    function showScale(inputs, answer) {
      var cuts = rules.categories[inputs.population];
      var parts = [];
      function part(className, from, to) {
        var made = element("div", "", className);
        made.style.left = from + "%";
        if (to !== undefined) { made.style.width = (to - from) + "%"; }
        parts.push(made);
        return made;
      }
      if (answer.attainable) { part("calculator-lost", answer.attainable.points, 100); }
      if (answer.low !== null) {
        part("calculator-got", 0, answer.low);
        part("calculator-perhaps", answer.low, answer.high);
      }
      Object.keys(cuts).forEach(function (name) {
        part("calculator-cut", cuts[name]).append(element("span", name + " "), String(cuts[name]));
      });
      put(scale, parts);
    }

    function update() {
      var inputs = read();
      var answer = score(rules, inputs);
      showFields(inputs, answer);
      showTotal(inputs, answer);
      /* Before there is anything to add up, the total does not lie on the fields. */
      sum.classList.toggle("waiting", !Object.keys(rules.fields).some(function (name) {
        return at(name).type === "text" && inputs[name];
      }));
      put(at("attainable"), attainableWords(inputs, answer));
      showTable(answer);
      showScale(inputs, answer);
      at("example-note").hidden = !names.every(function (name) {
        return (inputs[name] || "") === (rules.example[name] || "");
      });
      at("copied").textContent = "";
      at("link-field").hidden = true;
      return inputs;
    }

    /* ---- Events ---- */

    root.querySelector(".calculator-off").hidden = true;
    root.querySelectorAll("form, .calculator-total, .calculator-results").forEach(function (part) {
      part.hidden = false;
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    /* The focused field must not lie beneath the total: the style sheet needs the height of the
       total, and browsers, which count a covered field as visible, have to be made to scroll. */
    new ResizeObserver(function () {
      document.documentElement.style.setProperty("--total-height", sum.offsetHeight + "px");
    }).observe(sum);
    form.addEventListener("focusin", function (event) {
      var box = event.target.getBoundingClientRect();
      if (box.bottom > sum.getBoundingClientRect().top) {
        event.target.scrollIntoView({ block: "nearest", behavior: "instant" });
      }
    });
    form.addEventListener("input", function () { store(update()); });
    at("clear").addEventListener("click", function () { fill({}); store(update()); });
    at("example").addEventListener("click", function () { fill(rules.example); store(update()); });
    at("copy").addEventListener("click", function () {
      var address = link(read());
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
})();
