/* What the drawn parts of pages share: reading packed numbers, and drawing in SVG. */
(function () {
  "use strict";

  var SVG = "http://www.w3.org/2000/svg";

  /* The packed numbers of a text, each of `width` digits of the alphabet; null where missing. */
  function unpack(text, alphabet, width) {
    var numbers = [];
    for (var at = 0; at < text.length; at += width) {
      numbers.push(unpackAt(text, alphabet, width, at / width));
    }
    return numbers;
  }

  function unpackAt(text, alphabet, width, place) {
    var number = 0;
    for (var at = place * width; at < (place + 1) * width; at += 1) {
      var digit = alphabet.indexOf(text.charAt(at));
      if (digit < 0) { return null; }
      number = number * alphabet.length + digit;
    }
    return number;
  }

  function set(element, attributes) {
    Object.keys(attributes).forEach(function (name) {
      element.setAttribute(name, attributes[name]);
    });
    return element;
  }

  function draw(parent, tag, attributes, text) {
    var element = set(document.createElementNS(SVG, tag), attributes || {});
    if (text !== undefined) { element.textContent = text; }
    parent.appendChild(element);
    return element;
  }

  /* An empty drawing as wide as its place, in CSS pixels, so that text keeps its size. */
  function canvas(place, height, label) {
    var width = Math.max(260, Math.floor(place.clientWidth));
    var svg = document.createElementNS(SVG, "svg");
    set(svg, {
      width: width, height: height, viewBox: "0 0 " + width + " " + height,
      role: "img", "aria-label": label
    });
    place.replaceChildren(svg);
    return { svg: svg, width: width, height: height };
  }

  /* Draw at once, and again whenever the place gets another width. */
  function onWidth(place, redraw) {
    var width = -1;
    function check() {
      if (place.clientWidth && place.clientWidth !== width) {
        width = place.clientWidth;
        redraw();
      }
    }
    if ("ResizeObserver" in window) {
      new ResizeObserver(function () { window.requestAnimationFrame(check); }).observe(place);
    } else {
      window.addEventListener("resize", check);
    }
    check();
  }

  /* Write only what has changed, so that nothing is read out twice. */
  function write(element, text) {
    if (element.textContent !== text) { element.textContent = text; }
  }

  function listed(words) {
    return words.length < 2 ? words.join("")
      : words.slice(0, -1).join(", ") + " and " + words[words.length - 1];
  }

  /* Show a part that needs this script, and hide the note that stands in for it. */
  function begin(id, name) {
    var root = document.getElementById(id);
    var data = (window.tisInteractive || {})[name];
    if (!root || !data) { return null; }
    root.querySelector(".interactive-off").hidden = true;
    root.querySelector(".interactive-body").hidden = false;
    return { root: root, data: data };
  }

  function whenReady(start) {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", start);
    } else {
      start();
    }
  }

  window.tisDrawing = {
    unpack: unpack, unpackAt: unpackAt, draw: draw, set: set, canvas: canvas, onWidth: onWidth,
    write: write, listed: listed, begin: begin, whenReady: whenReady
  };
})();
