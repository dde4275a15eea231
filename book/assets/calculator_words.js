/* What the calculator says: names of fields, visits and results, and small helpers to show them. */
(function (tis) {
  "use strict";

  function listed(words) {
    return words.length < 2 ? words.join("")
      : words.slice(0, -1).join(", ") + " and " + words[words.length - 1];
  }

  /* A name within a sentence; all capitals stay. */
  function lower(text) {
    var first = text.split(" ")[0];
    return first === first.toUpperCase() || /[A-Z]/.test(first.slice(1)) ||
      text.slice(1) !== text.slice(1).toLowerCase() ? text
      : text.charAt(0).toLowerCase() + text.slice(1);
  }

  function capital(text) { return text.charAt(0).toUpperCase() + text.slice(1); }

  function element(tag, content, className) {
    var made = document.createElement(tag);
    made.append.apply(made, [].concat(content));
    if (className) { made.className = className; }
    return made;
  }

  /* Write only what has changed, so that nothing is drawn, or read out, twice. */
  function put(place, parts) {
    var holder = document.createElement("div");
    holder.append.apply(holder, parts);
    if (place.innerHTML !== holder.innerHTML) {
      place.replaceChildren.apply(place, holder.childNodes);
    }
  }

  function category(name) {
    return name === "none" ? "less than minimal improvement" : name + " improvement";
  }

  /* The name of a field in a message. */
  function field(rules, answer, name) {
    if (rules.fields[name]) { return rules.fields[name]; }
    if (/^week_/.test(name)) {
      return "week of follow-up " + (answer.visits.findIndex(function (visit) {
        return "week_" + visit.name === name;
      }) + 1);
    }
    var match = /^(.*)_(baseline|followup\d*|low|high)$/.exec(name);
    if (!match) { return name.replace("_", " "); }
    var visit = answer.visits.find(function (each) { return each.name === match[2]; });
    var rule = rules.enzymes[match[1]] || (answer.rules && answer.rules.measures[match[1]]);
    var part = { low: "worst possible value", high: "best possible value" }[match[2]];
    return (rule ? rule.name : match[1]) + ": " + (part || (visit ? visit.label : match[2]));
  }

  /* A measure with what is still to be entered for it. */
  function missing(rules, answer, key, visit) {
    var measure = visit.measures[key];
    var rule = answer.rules.measures[key];
    var parts = measure.missing.map(function (name) {
      return lower(field(rules, answer, name).split(": ").pop());
    });
    if (rule.kind === "enzyme") {
      var enzyme = answer.enzyme;
      if (enzyme.used) {
        parts = [lower(rules.enzymes[enzyme.used].name) + ": " + listed(parts)];
      } else if (enzyme.selection) {
        parts = ["not all measured at baseline: " + listed(enzyme.unmeasured.map(function (name) {
          return lower(rules.enzymes[name].name);
        }))];
      } else {
        parts = ["baseline, with its upper limit of normal, and " + visit.label];
      }
    }
    return lower(rule.name) + " (" + listed(parts) + ")";
  }

  /* A score at a visit in a few words. */
  function score(visit) {
    if (visit.low === null) { return "–"; }
    return visit.total === null ? visit.low + " to " + visit.high : String(visit.total);
  }

  function verdict(found) {
    if (!found) { return "–"; }
    if (found.certain === false) {
      return (found.met ? "met" : "not met") + " by the values entered, but not certain";
    }
    return found.met === null ? "depends on missing values" : found.met ? "met" : "not met";
  }

  tis.words = {
    listed: listed, lower: lower, capital: capital, element: element, put: put,
    category: category, field: field, missing: missing, score: score, verdict: verdict
  };
})(window.tisCalculator);
