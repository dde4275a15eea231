/* The form of the calculator: fields for as many visits as a case has, their contents and messages,
   and the link that holds them. */
(function (tis) {
  "use strict";

  var w = tis.words;

  tis.form = function (root, rules) {
    var form = root.querySelector("form");
    var at = function (id) { return document.getElementById("tis-" + id); };

    function controls() {
      return Array.from(form.elements).filter(function (control) { return control.name; });
    }

    function read() {
      var inputs = {};
      new FormData(form).forEach(function (value, name) { inputs[name] = value; });
      return inputs;
    }

    /* ---- Visits ---- */

    /* A copy of the first follow-up's part of the form for another visit. */
    function copied(part, visit) {
      var made = part.cloneNode(true);
      made.dataset.visit = visit;
      made.querySelectorAll("*").forEach(function (element) {
        ["id", "name", "for", "aria-describedby"].forEach(function (name) {
          var value = element.getAttribute(name);
          if (value) { element.setAttribute(name, value.replace(/followup\b/g, visit)); }
        });
        if (element.tagName === "INPUT") {
          element.value = "";
          element.removeAttribute("aria-invalid");
        }
        if (element.matches(".calculator-message")) { element.textContent = ""; }
      });
      return made;
    }

    function setVisits(names) {
      form.querySelectorAll("[data-visit]").forEach(function (part) {
        if (part.dataset.visit !== "baseline" && !names.includes(part.dataset.visit)) {
          part.remove();
        }
      });
      form.querySelectorAll('[data-visit="followup"]').forEach(function (first) {
        var last = first;
        names.slice(1).forEach(function (visit) {
          var next = last.nextElementSibling;
          if (!next || next.dataset.visit !== visit) {
            next = copied(first, visit);
            last.after(next);
          }
          last = next;
        });
      });
      form.elements.visits.value = String(names.length);
      form.querySelectorAll(".calculator-remove").forEach(function (button) {
        button.hidden = names.length < 2;
      });
      at("add").disabled = names.length >= rules.most_followups;
    }

    /* Choices of the visit whose score is shown. */
    function showPills(answer) {
      var holder = root.querySelector(".calculator-shown");
      var several = answer.visits.length > 1;
      holder.hidden = !several;
      var pills = holder.querySelector(".calculator-pills");
      var names = several ? answer.visits : [];
      while (pills.children.length > names.length) { pills.lastChild.remove(); }
      names.forEach(function (visit, i) {
        var label = pills.children[i];
        if (!label) {
          label = w.element("label", [document.createElement("input"), document.createElement("span")]);
          label.firstChild.type = "radio";
          label.firstChild.name = "shown";
          label.firstChild.setAttribute("form", form.id);
          pills.append(label);
        }
        label.firstChild.value = visit.name;
        label.firstChild.checked = visit === answer.shown;
        label.lastChild.textContent = w.capital(visit.label);
      });
    }

    /* ---- Contents ---- */

    function setsFor(population) {
      return Object.keys(rules.core_sets).filter(function (name) {
        return rules.core_sets[name].populations.includes(population);
      });
    }

    /* A core set that the criteria do not accept for another population gives way to its first. */
    function permitCoreSet() {
      var inputs = read();
      var sets = setsFor(inputs.population);
      if (sets.length && !sets.includes(inputs.core_set)) { form.elements.core_set.value = sets[0]; }
    }

    /* Fields without an input become empty, or the first of their choices. */
    function fill(inputs) {
      setVisits(tis.cases.followups(rules, inputs));
      form.reset();
      controls().forEach(function (control) {
        var value = inputs[control.name];
        if (value === undefined || control.name === "visits") { return; }
        if (control.type === "radio") {
          if (control.value === value) { control.checked = true; }
        } else {
          control.value = value;
          if (control.tagName === "SELECT" && control.selectedIndex < 0) { control.selectedIndex = 0; }
        }
      });
      var shown = inputs.shown || "followup";
      root.querySelectorAll('[name="shown"]').forEach(function (radio) { radio.remove(); });
      root.querySelector(".calculator-pills").replaceChildren();
      form.dataset.shown = shown;
    }

    /* What stands in the form, with the visit that is shown even before its choice exists. */
    function current() {
      var inputs = read();
      if (!inputs.shown && form.dataset.shown) { inputs.shown = form.dataset.shown; }
      return inputs;
    }

    function withVisit() {
      var inputs = current();
      var names = tis.cases.followups(rules, inputs);
      inputs.visits = String(names.length + 1);
      inputs.shown = "followup" + (names.length + 1);
      return inputs;
    }

    function withoutVisit(visit) {
      var inputs = current();
      var names = tis.cases.followups(rules, inputs);
      var from = names.indexOf(visit);
      var ending = new RegExp("_(" + names.slice(from).join("|") + ")$");
      var made = {};
      Object.keys(inputs).forEach(function (name) {
        var match = ending.exec(name);
        var place = match ? names.indexOf(match[1]) : -1;
        if (place === from) { return; }
        made[match ? name.slice(0, match.index) + "_" + names[place - 1] : name] = inputs[name];
      });
      made.visits = String(names.length - 1);
      made.shown = names[Math.max(0, Math.min(from, names.length - 2))];
      return made;
    }

    /* ---- The link ---- */

    /* Choices at their defaults are left out, as in the links of the earlier calculator. */
    var DEFAULTS = {
      visits: "1", shown: "followup", enzyme_panel: rules.panels[0], cmas_max: rules.cmas_max,
      core_set: Object.keys(rules.core_sets)[0]
    };

    function link(inputs) {
      var state = new URLSearchParams();
      Object.keys(inputs).forEach(function (name) {
        if (inputs[name] && inputs[name] !== DEFAULTS[name]) { state.set(name, inputs[name]); }
      });
      return location.href.split("#")[0] + "#" + state.toString();
    }

    function isBlank(inputs) {
      return inputs.visits === "1" && !inputs.mmt_max && controls().every(function (control) {
        return control.type !== "text" || !control.value.trim();
      });
    }

    /* ---- Messages ---- */

    function hintOf(rule, key, inputs) {
      var hint = "";
      if (rule.kind === "vas") { hint = "0 to " + rules.vas[inputs.vas_unit] + " " + inputs.vas_unit; }
      if (rule.kind === "mmt") {
        var most = inputs.mmt_max === "other" ? inputs.mmt_max_other : inputs.mmt_max;
        hint = most ? "0 to " + most : "0 to the maximum";
      }
      if (rule.kind === "given") {
        hint = inputs[key + "_low"] && inputs[key + "_high"]
          ? inputs[key + "_low"] + " to " + inputs[key + "_high"]
          : "We found no public range, and none is assumed";
      }
      if (rule.kind === "enzyme") {
        return "Enter all that were measured; " + rule.better + " is better. The score follows the " +
          "one that is most abnormal at baseline, as a multiple of its own limit.";
      }
      if (rule.kind === "cmas") { hint = "0 to " + (inputs.cmas_max || rules.cmas_max); }
      if (rule.high) { hint = "0 to " + rule.high; }
      return hint + "; " + rule.better + " is better";
    }

    function showMessages(inputs, answer) {
      at("mmt_max_other").closest(".calculator-field").hidden = inputs.mmt_max !== "other";
      var measures = answer.rules ? answer.rules.measures : {};
      form.querySelectorAll("[data-card]").forEach(function (card) {
        card.hidden = !(card.dataset.card in measures);
      });
      /* Where the criteria accept one core set only, there is nothing to choose. */
      form.querySelector('[data-choice="core_set"]').hidden = !answer.errors.core_set &&
        setsFor(inputs.population).length < 2;
      Object.keys(measures).forEach(function (key) {
        at(key + "-hint").textContent = hintOf(measures[key], key, inputs);
      });
      Object.keys(rules.enzymes).forEach(function (key) {
        at(key + "-hint").textContent = "range " + rules.enzymes[key].range_in_uln + " × ULN" +
          (rules.enzymes[key].assumed ? ", an assumption" : "") +
          (answer.enzyme.used === key ? " · used for the score" : "");
        at(key + "-hint").closest("[data-enzyme]").classList.toggle(
          "calculator-used", answer.enzyme.used === key);
      });
      var labels = { baseline: "Baseline" };
      answer.visits.forEach(function (visit, i) {
        labels[visit.name] = w.capital(visit.label);
        var week = at("week_" + visit.name).closest(".calculator-week");
        week.querySelector(".calculator-label").textContent = "Week of follow-up" +
          (answer.visits.length > 1 ? " " + (i + 1) : "");
        week.querySelector("button").setAttribute("aria-label", "Remove " + visit.label);
      });
      form.querySelectorAll(".calculator-field[data-visit]").forEach(function (part) {
        part.querySelector(".calculator-label").textContent = labels[part.dataset.visit];
      });
      controls().forEach(function (control) {
        var message = at(control.name + "-message");
        if (!message) { return; }
        var wrong = answer.errors[control.name] || answer.needs[control.name];
        var text = wrong || answer.notes[control.name] || "";
        if (message.textContent !== text) { message.textContent = text; }
        message.classList.toggle("calculator-wrong", Boolean(wrong));
        if (wrong && control.type !== "radio") { control.setAttribute("aria-invalid", "true"); } else {
          control.removeAttribute("aria-invalid");
        }
      });
      showPills(answer);
    }

    return {
      element: form, at: at, permitCoreSet: permitCoreSet, read: current, fill: fill, withVisit: withVisit,
      withoutVisit: withoutVisit, link: link, isBlank: isBlank, show: showMessages
    };
  };
})(window.tisCalculator);
