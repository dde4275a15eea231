/* The search engine of a book, without the page: passages in, hits out.

   It is loaded with the index when somebody starts to search. See tisstats/book/search. */
(function (root) {
  "use strict";

  /* ---- Words and numbers ---- */

  /* A point begins a number where one can begin, as in "p=.12"; "Fig.12" and ".2f" have none such. */
  var TOKEN = /(?<![^\s([<>=≤≥−–-])\.\d+(?![\p{L}\d])|\d+(?:[.,]\d+)*|\p{L}[\p{L}\p{M}\p{N}]*/gu;
  var THOUSANDS = /^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
  var DECIMAL = /^\d+(?:[.,]\d+)?$/;

  /* A number as it is written, with a point: "42,1" is 42.1, "1,000" is 1000, and ".12" is 0.12. */
  function canonical(number) {
    if (number.startsWith(".")) { return "0" + number; }
    if (THOUSANDS.test(number)) { return number.replace(/,/g, ""); }
    return DECIMAL.test(number) ? number.replace(",", ".") : "";
  }

  /* Its value: 42.0, 42.00 and 042 are 42. */
  function value(number) {
    return number.replace(/^0+(?=\d)/, "").replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  }

  function fold(word) {
    return word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  /* Plurals, and the two spellings of English: analyses, randomized. */
  function stem(word) {
    if (word.length < 4) { return word; }
    if (/(?:ch|sh|ss|x)es$/.test(word)) {
      word = word.slice(0, -2);
    } else if (/[^aeiou]ies$/.test(word)) {
      word = word.slice(0, -3) + "y";
    } else if (/[^sui]s$/.test(word)) {
      word = word.slice(0, -1);
    }
    return word.replace(/iz(e|ed|er|ing|ation)$/, "is$1");
  }

  /* The tokens of a text with their places: {term, written, number, start, end}. */
  function tokens(text) {
    var found = [];
    function add(part, start) {
      var number = /^[.\d]/.test(part) ? canonical(part) : "";
      var word = number ? "" : fold(part);
      found.push({
        term: number ? "#" + value(number) : stem(word),
        written: number || word,
        number: Boolean(number),
        start: start,
        end: start + part.length
      });
    }
    for (var match of text.matchAll(TOKEN)) {
      if (!/^\d/.test(match[0]) || canonical(match[0])) {
        add(match[0], match.index);
      } else { /* "3,4,6" is a list */
        for (var digits of match[0].matchAll(/\d+/g)) {
          add(digits[0], match.index + digits.index);
        }
      }
    }
    return found;
  }

  function terms(text) {
    return tokens(text).map(function (token) { return token.term; });
  }

  /* Whether two words differ by one letter: wrong, missing, too many, or swapped with the next. */
  function almost(one, other) {
    if (Math.abs(one.length - other.length) > 1 || one === other) { return false; }
    var first = 0;
    while (first < one.length && one[first] === other[first]) { first += 1; }
    var a = one.slice(first), b = other.slice(first);
    return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) ||
      (a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
  }

  /* ---- Queries ---- */

  var LONGEST = 200; /* characters of a query */
  var MOST = 10; /* words of a query */
  var SMALL_WORDS = new Set(("a an and are as at be by did do does for from had has have how in is " +
    "it many much of on or that the there this to was were what when which who why with").split(" "));

  /* ---- The index ---- */

  var WEIGHTS = { synonym: 0.75, started: 0.6, rounded: 0.25, misspelt: 0.4 };
  /* How much a passage is worth by its kind; a page is worth its best passages. */
  var KINDS = { text: 1, term: 1.2, figure: 0.9, row: 0.7, object: 0.6, reference: 0.5, claim: 0.6 };
  /* A word in a title, or at the head of a table's row, counts as so many in the text. */
  var TITLES = { text: 4, term: 4, figure: 2, row: 3, object: 3, reference: 2, claim: 1 };
  /* A ledger's row is worth more if just the number typed is printed there, or computed. */
  var PRINTED = 12, EQUAL = 10, COMPUTED = 6;
  var NAMED = 4; /* a function whose name was typed */
  var AROUND = 0.3; /* share of what the caption or the page's title has, and the passage has not */
  var SATURATION = 1.2, LENGTH = 0.6; /* k1 and b of BM25 */
  var FURTHER = [1, 0.35, 0.2, 0.12, 0.08]; /* share of a page's next passages in its rank */

  function Engine(index) {
    this.strings = index.strings;
    this.pages = index.pages.map(function (page) {
      return { address: page[0], title: page[1], terms: terms(page[1]), weight: page[5], start: 0 };
    });
    this.passages = [];
    this.postings = new Map(); /* term -> [[passage, times in its text, in its title], ...] */
    this.synonyms = new Map(); /* first term of a phrase -> [{phrase, others}, ...] */
    this.length = 0; /* mean, of the passages */
    index.pages.forEach(this.addPage, this);
    this.length /= Math.max(1, this.passages.length);
    this.vocabulary = Array.from(this.postings.keys());
    index.synonyms.forEach(function (rule) {
      rule[0].forEach(function (from) {
        this.addSynonyms(from, rule[1].filter(function (to) { return to !== from; }));
      }, this);
    }, this);
  }

  /* A text that occurs more than once stands in a list, and its number in its place. */
  Engine.prototype.spelt = function (list) {
    return list.map(function (text) {
      return typeof text === "number" ? this.strings[text] : text;
    }, this);
  };

  Engine.prototype.addPage = function (page, number) {
    this.pages[number].start = this.passages.length;
    page[2].forEach(function (part) {
      var said = this.spelt(part);
      this.add({ page: number, kind: said[0], anchor: said[1], title: said[2], text: said[3] });
    }, this);
    page[3].forEach(function (table) { this.addTable(number, table); }, this);
    page[4].forEach(function (row) {
      var said = this.spelt(row); /* id, printed, its value, place, quantity, computed, verdict */
      var text = [said[3], said[5] && "computed: " + said[5], said[6]];
      this.add({
        page: number, kind: "claim", anchor: said[0], title: said[1] + " – " + said[4],
        text: text.filter(Boolean).join(" · "), head: [said[1], said[2], said[4]].join(" "),
        printed: tokens(said[1] + " " + said[2]), computed: tokens(said[5])
      });
    }, this);
  };

  Engine.prototype.addTable = function (number, table) {
    var anchor = table[0], caption = table[1], heads = this.spelt(table[2]);
    var first = this.passages.length;
    this.add({ page: number, kind: "row", anchor: anchor, title: caption, text: "" });
    table[3].forEach(function (row, at) {
      if (!row.length) { return; } /* of the ledger: found as such */
      var cells = this.spelt(row);
      var text = cells.map(function (cell, column) {
        return column && cell && heads[column] ? heads[column] + ": " + cell : cell;
      });
      this.add({
        page: number, kind: "row", anchor: anchor + "." + (at + 1), title: caption,
        text: text.filter(Boolean).join(" · "), head: cells[0],
        caption: first
      });
    }, this);
  };

  Engine.prototype.add = function (passage) {
    var number = this.passages.length, postings = this.postings;
    function count(found, field) {
      found.forEach(function (term) {
        var list = postings.get(term);
        if (!list) { postings.set(term, list = []); }
        var last = list[list.length - 1];
        if (!last || last[0] !== number) { list.push(last = [number, 0, 0]); }
        last[field] += 1;
      });
      return found.length;
    }
    passage.length = count(terms(passage.text), 1);
    this.length += passage.length;
    /* The caption stands for the table, and the first cell for its row. */
    passage.titled = count(terms("head" in passage ? passage.head : passage.title), 2);
    this.passages.push(passage);
  };

  Engine.prototype.addSynonyms = function (from, others) {
    var phrase = terms(from);
    var list = this.synonyms.get(phrase[0]) || [];
    list.push({ phrase: phrase, others: others.map(terms) });
    list.sort(function (a, b) { return b.phrase.length - a.phrase.length; });
    this.synonyms.set(phrase[0], list);
  };

  /* What a query asks for: units, each with phrases that satisfy it. */
  Engine.prototype.parse = function (query) {
    var units = [];
    /* Text in quotation marks is a phrase, and the rest words. */
    query.slice(0, LONGEST).split(/["“”„]/).forEach(function (part, index, parts) {
      var quoted = index % 2 === 1 && index < parts.length - 1;
      var found = tokens(part);
      if (quoted && found.length) {
        units.push({ tokens: found, alternatives: [{ phrase: found.map(function (token) {
          return token.term;
        }), weight: 1 }] });
      } else {
        this.parseWords(found, units, part);
      }
    }, this);
    var telling = units.filter(function (unit) {
      return unit.tokens.length > 1 || !SMALL_WORDS.has(unit.tokens[0].term);
    });
    return (telling.length ? telling : units).slice(0, MOST);
  };

  Engine.prototype.parseWords = function (found, units, text) {
    for (var at = 0; at < found.length;) {
      var rules = this.rulesAt(found, at);
      var length = rules.length ? rules[0].phrase.length : 1;
      var unit = { tokens: found.slice(at, at + length), alternatives: [] };
      var unfinished = at + length === found.length && !/\s$/.test(text);
      if (length > 1) {
        unit.alternatives.push({ phrase: rules[0].phrase, weight: 1 });
      } else {
        this.alternatives(unit, unfinished);
      }
      rules.forEach(function (rule) {
        rule.others.forEach(function (phrase) {
          unit.alternatives.push({ phrase: phrase, weight: WEIGHTS.synonym });
        });
      });
      units.push(unit);
      at += length;
    }
  };

  /* The synonyms of the longest term that starts at a token. */
  Engine.prototype.rulesAt = function (found, at) {
    var rules = (this.synonyms.get(found[at].term) || []).filter(function (rule) {
      return rule.phrase.every(function (term, offset) {
        return found[at + offset] && found[at + offset].term === term;
      });
    });
    return rules.filter(function (rule) { return rule.phrase.length === rules[0].phrase.length; });
  };

  Engine.prototype.alternatives = function (unit, unfinished) {
    var token = unit.tokens[0], term = token.term;
    function add(other, weight) { unit.alternatives.push({ phrase: [other], weight: weight }); }
    add(term, 1);
    if (token.number) {
      this.rounding(token.written).forEach(function (other) { add(other, WEIGHTS.rounded); });
      return;
    }
    var started = this.vocabulary.filter(function (other) {
      return other !== term && term.length > 2 && other.startsWith(term);
    });
    started.forEach(function (other) {
      add(other, WEIGHTS.started * (unfinished ? 1 : 0.7) * Math.sqrt(term.length / other.length));
    });
    if (this.postings.has(term) || started.length || term.length < 5 || this.synonyms.has(term)) {
      return;
    }
    var alike = this.vocabulary.filter(function (other) {
      return other[0] !== "#" && almost(term, other);
    });
    /* A letter left out is likelier than one too many. */
    alike.forEach(function (other) {
      add(other, WEIGHTS.misspelt * (other.length < term.length ? 0.7 : 1));
    });
    unit.instead = alike.length > 0;
  };

  /* Numbers of more digits that round to what was typed: 42.1 to 42. */
  Engine.prototype.rounding = function (written) {
    var decimals = (written.split(".")[1] || "").length;
    var half = 0.5 * Math.pow(10, -decimals), typed = Number(written);
    return this.vocabulary.filter(function (term) {
      if (term[0] !== "#" || term === "#" + value(written)) { return false; }
      return (term.split(".")[1] || "").length > decimals &&
        Math.abs(Number(term.slice(1)) - typed) <= half * (1 + 1e-9);
    });
  };

  /* The passages that have a phrase: passage -> [passage, times in its text, in its title]. */
  Engine.prototype.having = function (phrase) {
    var lists = phrase.map(function (term) { return this.postings.get(term) || []; }, this);
    var found = new Map(lists[0].map(function (each) { return [each[0], each]; }));
    lists.slice(1).forEach(function (list) {
      var other = new Map(list.map(function (each) { return [each[0], each]; }));
      found.forEach(function (each, number) {
        var next = other.get(number);
        if (!next) { found.delete(number); } else {
          found.set(number, [number, Math.min(each[1], next[1]), Math.min(each[2], next[2])]);
        }
      });
    });
    if (phrase.length > 1) {
      found.forEach(function (_, number) {
        if (!this.inSequence(this.passages[number], phrase)) { found.delete(number); }
      }, this);
    }
    return found;
  };

  function inOrder(list, phrase) {
    return list.some(function (_, at) {
      return phrase.every(function (term, offset) { return list[at + offset] === term; });
    });
  }

  /* A unit's part in the rank of passages: passage -> {score, titled}. */
  Engine.prototype.rankUnit = function (unit) {
    var best = new Map(), self = this;
    unit.alternatives.forEach(function (alternative) {
      self.having(alternative.phrase).forEach(function (each, number) {
        var passage = self.passages[number];
        /* The root, since passages are as long as a row and as a section. */
        var long = Math.sqrt(passage.length / self.length);
        var times = each[1] / (1 - LENGTH + LENGTH * long) +
          TITLES[passage.kind] * each[2] * Math.sqrt(3 / (2 + passage.titled));
        var score = alternative.weight * times * (SATURATION + 1) / (times + SATURATION);
        if (!best.has(number) || best.get(number).score < score) {
          best.set(number, { score: score, titled: each[2] > 0 });
        }
      });
    });
    var rarity = Math.log(1 + (this.passages.length - best.size + 0.5) / (best.size + 0.5));
    best.forEach(function (each) { each.score *= rarity; });
    return best;
  };

  /* Search: {units, count, pages: [{page, score, hits: [{passage, score}]}]}, best first. */
  Engine.prototype.search = function (query) {
    var units = this.parse(query);
    var ranks = units.map(this.rankUnit, this);
    var total = new Map();
    ranks.forEach(function (rank) {
      rank.forEach(function (each, number) {
        var sum = total.get(number) || { score: 0, units: 0 };
        sum.score += each.score;
        sum.units += 1;
        total.set(number, sum);
      });
    });
    var pages = new Map();
    var name = query.trim().replace(/\(\)?$/, "");
    var sequence = [].concat.apply([], units.map(function (unit) {
      return unit.tokens.map(function (token) { return token.term; });
    }));
    total.forEach(function (sum, number) {
      var passage = this.passages[number];
      var score = sum.score;
      ranks.forEach(function (rank) {
        if (rank.has(number)) { return; }
        /* What the caption says, or the page's title, holds for what stands below. */
        var around = rank.get(passage.caption) || rank.get(this.pages[passage.page].start);
        if (around && around.titled) {
          score += around.score * AROUND;
          sum.units += 1;
        }
      }, this);
      score *= Math.pow(sum.units / units.length, 2) * KINDS[passage.kind];
      if (sum.units === units.length) {
        score *= this.ledgerFactor(passage, units);
        if (units.length > 1 && this.inSequence(passage, sequence)) { score *= 1.4; }
        if (passage.kind === "object" && passage.title === name) { score *= NAMED; }
      }
      var page = pages.get(passage.page);
      if (!page) {
        page = { page: this.pages[passage.page], order: passage.page, hits: [] };
        pages.set(passage.page, page);
      }
      page.hits.push({ passage: passage, score: score, units: sum.units, order: number });
    }, this);
    return this.result(units, ranks, Array.from(pages.values()));
  };

  /* How much more a ledger's row is worth that has the number typed. */
  Engine.prototype.ledgerFactor = function (passage, units) {
    function has(numbers, key) {
      return units.some(function (unit) {
        var typed = unit.tokens[0];
        return typed.number && numbers.some(function (number) { return number[key] === typed[key]; });
      });
    }
    if (passage.kind !== "claim") { return 1; }
    if (has(passage.printed, "written")) { return PRINTED; }
    if (has(passage.printed, "term")) { return EQUAL; } /* 42.0 for 42 */
    return has(passage.computed, "term") ? COMPUTED : 1;
  };

  Engine.prototype.inSequence = function (passage, phrase) {
    return inOrder(terms(passage.title), phrase) || inOrder(terms(passage.text), phrase);
  };

  /* How much more a page is worth whose title has what was typed: twice for all of it. */
  Engine.prototype.titleFactor = function (page, units) {
    var named = units.filter(function (unit) {
      return unit.alternatives.some(function (alternative) {
        return alternative.weight > 0.5 && inOrder(page.terms, alternative.phrase);
      });
    });
    return 1 + named.length / units.length;
  };

  Engine.prototype.result = function (units, ranks, pages) {
    var all = units.length;
    /* Where all words are on a page, pages that lack one are not shown. */
    pages.forEach(function (page) {
      page.units = ranks.filter(function (rank) {
        return page.hits.some(function (hit) { return rank.has(hit.order); });
      }).length;
    });
    var most = Math.max.apply(null, pages.map(function (page) { return page.units; }).concat(0));
    var kept = pages.filter(function (page) { return page.units === most; });
    kept.forEach(function (page) {
      var together = Math.max.apply(null, page.hits.map(function (hit) { return hit.units; }));
      page.hits = page.hits.filter(function (hit) { return hit.units === together; });
      page.hits.sort(function (a, b) { return b.score - a.score || a.order - b.order; });
      page.score = FURTHER.reduce(function (sum, share, rank) {
        return sum + (page.hits[rank] ? share * page.hits[rank].score : 0);
      }, 0) * page.page.weight * this.titleFactor(page.page, units);
    }, this);
    kept.sort(function (a, b) { return b.score - a.score || a.order - b.order; });
    return {
      units: units,
      all: most === all,
      count: kept.reduce(function (sum, page) { return sum + page.hits.length; }, 0),
      pages: kept
    };
  };

  /* ---- Excerpts ---- */

  /* The places in a text that satisfy a query: [{start, end}], in order, none within another. */
  function places(text, units) {
    var found = tokens(text), marked = [];
    units.forEach(function (unit) {
      unit.alternatives.forEach(function (alternative) {
        found.forEach(function (token, at) {
          if (alternative.phrase.every(function (term, offset) {
            return found[at + offset] && found[at + offset].term === term;
          })) {
            marked.push({ start: token.start, end: found[at + alternative.phrase.length - 1].end,
              weight: alternative.weight });
          }
        });
      });
    });
    marked.sort(function (a, b) { return a.start - b.start || b.end - a.end; });
    return marked.filter(function (place, at) {
      return !marked.slice(0, at).some(function (other) { return other.end > place.start; });
    });
  }

  /* The part of a text with most matches, as pieces: [{text, marked}]. */
  function excerpt(text, units, length) {
    var marked = places(text, units), start = 0;
    if (text.length > length && marked.length) {
      var best = -1;
      marked.forEach(function (place) {
        var sum = marked.reduce(function (total, other) {
          var inside = other.start >= place.start && other.end <= place.start + length * 0.75;
          return total + (inside ? other.weight : 0);
        }, 0);
        if (sum > best) { best = sum; start = place.start; }
      });
      start = Math.max(0, Math.min(start - length * 0.25, text.length - length));
    }
    var end = Math.min(text.length, start + length);
    if (start > 0) { start = text.indexOf(" ", start) + 1 || Math.floor(start); }
    if (end < text.length) { end = Math.max(text.lastIndexOf(" ", end), start + 1); }
    return pieces(text, marked, start, end);
  }

  function pieces(text, marked, start, end) {
    var list = [], at = start;
    function add(part, mark) { if (part) { list.push({ text: part, marked: mark }); } }
    if (start > 0) { add("… ", false); }
    marked.forEach(function (place) {
      if (place.start < start || place.end > end) { return; }
      add(text.slice(at, place.start), false);
      add(text.slice(place.start, place.end), true);
      at = place.end;
    });
    add(text.slice(at, end), false);
    if (end < text.length) { add(" …", false); }
    return list;
  }

  root.tisstatsSearch = Object.assign(root.tisstatsSearch || {}, {
    tokens: tokens, almost: almost, Engine: Engine, excerpt: excerpt, engine: null,
    load: function (index) { this.engine = new Engine(index); }
  });
})(typeof window === "undefined" ? globalThis : window);
