/* Exact numbers of the calculator: [numerator, denominator], the denominator positive. Binary floats
   would put 1.1 cm to 0.6 cm into the wrong band. */
(function (tis) {
  "use strict";

  var NUMBER = /^([+\-−–]?)(?:(\d+)(?:[.,](\d*))?|[.,](\d+))$/;
  var PERHAPS_THOUSANDS = /^[+\-−–]?[1-9]\d{0,2},\d{3}$/;

  /* The number that a text means, null if it is none. */
  function parse(text) {
    var match = NUMBER.exec(text);
    if (!match) { return null; }
    var decimals = match[3] || match[4] || "";
    var size = BigInt((match[2] || "") + decimals);
    return [match[1] && match[1] !== "+" ? -size : size, 10n ** BigInt(decimals.length)];
  }

  /* What the text means if its comma stands between thousands; null if it cannot stand there. */
  function asThousands(text) {
    return PERHAPS_THOUSANDS.test(text) ? parse(text.replace(",", "")) : null;
  }

  function whole(number) { return [BigInt(number), 1n]; }
  function plus(a, b) { return [a[0] * b[1] + b[0] * a[1], a[1] * b[1]]; }
  function minus(a, b) { return [a[0] * b[1] - b[0] * a[1], a[1] * b[1]]; }
  function times(a, b) { return [a[0] * b[0], a[1] * b[1]]; }
  function over(a, b) { // b is not zero
    return b[0] < 0n ? [-a[0] * b[1], -a[1] * b[0]] : [a[0] * b[1], a[1] * b[0]];
  }
  function less(a, b) { return a[0] * b[1] < b[0] * a[1]; }
  function approximate(a) { return Number(a[0]) / Number(a[1]); } // to draw, never to compare

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
    return written(rounded(a, 6), 6).replace(/\.?0+$/, "");
  }

  tis.numbers = {
    parse: parse, asThousands: asThousands, whole: whole, plus: plus, minus: minus, times: times,
    over: over, less: less, approximate: approximate, rounded: rounded, written: written,
    shortest: shortest
  };
})(window.tisCalculator = window.tisCalculator || {});
