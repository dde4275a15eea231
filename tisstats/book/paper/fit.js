/* Fit tables to the sheet: run in the document before it is printed, under print media, with the
   window as wide as the text. Returns what is still too wide. */
(sheet) => {
  "use strict";
  const TALL = 0.45; // of a sheet: taller blocks may break
  const SQUEEZE = 1.35; // of a sheet: a turned table up to this height is set smaller, to be on one

  function boxOf(table) {
    return table.closest(".table-scroll, .pst-scrollable-table-container") || table;
  }

  function fits(table, width) {
    return Math.max(table.getBoundingClientRect().width, table.scrollWidth) <= width + 1;
  }

  /* Set in ever smaller type until all is well, down to the smallest; return whether it is. */
  function shrink(table, well) {
    const size = parseFloat(getComputedStyle(table).fontSize);
    for (let pixels = size; pixels >= sheet.smallest; pixels -= 0.3) {
      table.style.fontSize = `${pixels}px`;
      if (well()) { return true; }
    }
    return well();
  }

  /* First with its usual, then with tight columns. */
  function narrow(table, width) {
    if (shrink(table, () => fits(table, width))) { return true; }
    table.classList.add("paper-tight");
    return shrink(table, () => fits(table, width));
  }

  /* Give each row of a group a first cell of its own, empty but in the first row. */
  function ungroup(table) {
    for (const row of table.rows) {
      const label = row.cells[0];
      let next = row;
      for (let left = label ? label.rowSpan : 1; left > 1; left -= 1) {
        next = next.nextElementSibling;
        next.prepend(label.cloneNode(false));
        next.cells[0].rowSpan = 1;
      }
      if (label) { label.rowSpan = 1; }
    }
  }

  function columnsOf(table) {
    const widths = [];
    for (const row of table.rows) {
      let column = 0;
      for (const cell of row.cells) {
        if (cell.rowSpan > 1) { return null; }
        if (cell.colSpan === 1) {
          widths[column] = Math.max(widths[column] || 0, cell.getBoundingClientRect().width);
        }
        column += cell.colSpan;
      }
    }
    return widths;
  }

  /* Keep of a table its first column and those from one to before another. */
  function keep(table, from, to) {
    for (const row of table.rows) {
      let column = 0;
      for (const cell of [...row.cells]) {
        const span = cell.colSpan;
        const kept = Math.min(to, column + span) - Math.max(from, column);
        if (column === 0 && span === 1) {
          column += 1;
          continue;
        }
        if (kept > 0) { cell.colSpan = kept; } else { cell.remove(); }
        column += span;
      }
    }
  }

  /* Divide the columns of a table between several, each headed by the first column. */
  function divide(table, box, width) {
    table.style.fontSize = "";
    table.classList.remove("paper-tight");
    ungroup(table);
    const widths = columnsOf(table);
    if (!widths || widths.length < 4) { return false; }
    const cuts = [1];
    let sum = widths[0];
    widths.forEach((each, column) => {
      if (column === 0) { return; }
      if (sum + each > width && column > cuts.at(-1)) {
        cuts.push(column);
        sum = widths[0];
      }
      sum += each;
    });
    cuts.push(widths.length);
    const parts = cuts.slice(1).map((to, part) => {
      const copy = box.cloneNode(true);
      const inner = copy.matches("table") ? copy : copy.querySelector("table");
      if (part > 0) {
        copy.removeAttribute("id");
        copy.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
        inner.caption?.append(" (continued)");
      }
      keep(inner, cuts[part], to);
      return copy;
    });
    box.replaceWith(...parts);
    for (const part of parts) {
      const inner = part.matches("table") ? part : part.querySelector("table");
      if (!narrow(inner, width)) { inner.classList.add("paper-broken"); }
    }
    return true;
  }

  function fit(table) {
    const box = boxOf(table);
    const width = box === table ? table.parentElement.clientWidth : box.clientWidth;
    if (fits(table, width) || narrow(table, width)) { return; }
    // Turned: as wide as the sheet is high.
    table.style.fontSize = "";
    table.classList.remove("paper-tight");
    box.classList.add("paper-wide");
    box.style.width = `${sheet.turned}px`;
    if (!narrow(table, sheet.turned)) {
      if (!divide(table, box, sheet.turned)) { table.classList.add("paper-broken"); }
      return;
    }
    const height = box.getBoundingClientRect().height;
    if (height > sheet.low && height < SQUEEZE * sheet.low) {
      shrink(table, () => box.getBoundingClientRect().height <= sheet.low);
    }
  }

  for (const table of document.querySelectorAll(".paper-chapter table")) {
    if (!table.parentElement.closest("table")) { fit(table); }
  }
  for (const table of document.querySelectorAll(".paper-chapter table")) {
    const box = boxOf(table);
    if (!box.matches(".paper-wide") && box.getBoundingClientRect().height < TALL * sheet.height) {
      box.classList.add("paper-whole");
    }
  }
  for (const block of document.querySelectorAll(".paper-chapter :is(pre, .admonition, .sd-card)")) {
    if (block.getBoundingClientRect().height > TALL * sheet.height) {
      block.classList.add("paper-long");
    }
  }
  const limit = document.documentElement.clientWidth + 1;
  return [...document.querySelectorAll(".paper-chapter *")]
    .filter((element) => !element.childElementCount
      && element.getBoundingClientRect().right > limit
      && !element.closest(".paper-wide, mjx-assistive-mml, svg, .visually-hidden, .sr-only"))
    .map((element) => {
      const { id } = element.closest(".paper-chapter");
      return `${id} ${element.tagName} ${element.textContent.slice(0, 60)}`;
    });
}
