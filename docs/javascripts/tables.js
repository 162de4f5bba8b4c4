/* Tables of the results sort by a click on a head, and show the rows that hold all typed words. */

/** The first number of a cell, or null: `12.5 [10, 15]` is 12.5, `1 h 10 min` 4200, `<.001` .001, `-` nothing. */
function numberIn(text) {
  const units = { h: 3600, min: 60, s: 1 };
  const times = [...text.matchAll(/([\d.]+) (h|min|s)\b/g)];
  if (times.length) return times.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit], 0);
  const found = text.replaceAll(",", "").replace("\u2212", "-").match(/^[\s<(]*([+-]?(?:\d+\.?\d*|\.\d+))/);
  return found ? Number(found[1]) : null;
}

function sortBy(table, column, falling) {
  const body = table.tBodies[0];
  const keyed = [...body.rows].map((row) => {
    const text = row.cells[column]?.textContent.trim() ?? "";
    return { row, text, number: numberIn(text) };
  });
  const filled = keyed.filter(({ text }) => text && text !== "-");
  const numbers = filled.every(({ number }) => number !== null);
  const empty = keyed.filter((one) => !filled.includes(one));
  filled.sort((a, b) => (numbers ? a.number - b.number : a.text.localeCompare(b.text, "en", { numeric: true })));
  if (falling) filled.reverse();
  body.append(...[...filled, ...empty].map(({ row }) => row));
}

function makeSortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  for (const cell of table.tBodies[0].querySelectorAll("td")) cell.classList.toggle("short", cell.textContent.length < 34);
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sorts";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const falling = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      sortBy(table, column, falling);
    });
  });
}

function makeFilterable(table) {
  const field = document.createElement("input");
  field.type = "search";
  field.className = "filters";
  field.placeholder = `Filter ${table.tBodies[0].rows.length} rows`;
  field.setAttribute("aria-label", "Show the rows that hold all of these words");
  const place = table.closest(".md-typeset__scrollwrap") ?? table;
  place.before(field);
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
}

for (const table of document.querySelectorAll(".md-typeset table:not([class])")) {
  if (!table.tHead || !/\/results\//.test(location.pathname)) continue;
  const rows = table.tBodies[0]?.rows.length ?? 0;
  if (rows > 2) makeSortable(table);
  if (rows > 7) makeFilterable(table);
}
