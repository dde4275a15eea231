/* The self-test of exercises: compares what is typed with the answers that the page holds, made
   by the package while the book was built. Arithmetic is exact, on integers. */
(function () {
  "use strict";

  var NUMBER = /^([+\-−–]?)(?:(\d+)(?:[.,](\d*))?|[.,](\d+))\s*%?$/;
  var PERHAPS_THOUSANDS = /^[+\-−–]?[1-9]\d{0,2},\d{3}$/;

  function parse(text) {
    var match = NUMBER.exec(text);
    if (!match) { return null; }
    var decimals = match[3] || match[4] || "";
    var size = BigInt((match[2] || "") + decimals);
    return {
      size: match[1] && match[1] !== "+" ? -size : size,
      decimals: decimals.length,
    };
  }

  /* In units of so many decimals; halves are rounded up, as in print. */
  function rounded(number, decimals) {
    var scaled = 2n * number.size * 10n ** BigInt(decimals);
    var unit = 10n ** BigInt(number.decimals);
    var sum = scaled + unit;
    var quotient = sum / (2n * unit);
    return sum < 0n && sum % (2n * unit) !== 0n ? quotient - 1n : quotient;
  }

  function right(why) { return { kind: "right", text: "Right. " + why }; }
  function wrong(why) { return { kind: "wrong", text: "Not right. " + why }; }
  function unread(why) { return { kind: "unread", text: why }; }

  function checkChoice(item, chosen) {
    if (!chosen) { return unread("Select an answer."); }
    if (chosen === item.answer) { return right(item.why); }
    return wrong(Object.hasOwn(item.mistakes, chosen) ? item.mistakes[chosen] : item.why);
  }

  function checkNumber(item, text) {
    if (!text) { return unread("Type an answer."); }
    if (PERHAPS_THOUSANDS.test(text)) {
      return unread("This comma could separate thousands: use a decimal point.");
    }
    var typed = parse(text);
    if (!typed) { return unread("Type one number."); }
    var value = rounded(typed, item.decimals);
    function at(number) { return rounded(parse(number), item.decimals); }
    var answer = at(item.answer);
    if (value === answer) { return right(item.why); }
    var mistake = Object.keys(item.mistakes).find(function (each) { return at(each) === value; });
    if (mistake) { return wrong(item.mistakes[mistake]); }
    if (item.decimals > 0 && (value - answer === 1n || answer - value === 1n)) {
      return wrong("Close: check your rounding.");
    }
    return wrong(item.why);
  }

  function check(element) {
    var field = element.querySelector("input, select");
    var item = {
      answer: element.dataset.answer,
      why: element.dataset.why,
      decimals: Number(element.dataset.decimals),
      mistakes: JSON.parse(element.dataset.mistakes),
    };
    var text = field.value.trim();
    var found = (field.tagName === "SELECT" ? checkChoice : checkNumber)(item, text);
    var verdict = element.querySelector(".self-test-verdict");
    verdict.className = "self-test-verdict " + found.kind;
    verdict.textContent = found.text;
  }

  function clear(event) {
    var item = event.target.closest(".self-test-item");
    if (item) { item.querySelector(".self-test-verdict").textContent = ""; }
  }

  function start() {
    document.querySelectorAll(".self-test").forEach(function (form) {
      form.hidden = false;
      form.addEventListener("input", clear);
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        form.querySelectorAll(".self-test-item").forEach(check);
      });
    });
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
  } else {
    start();
  }
})();
