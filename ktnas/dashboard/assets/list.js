// The list of runs: sorted, filtered, followed. A row that has not changed stays the same element, with its focus.
(function () {
  "use strict";
  const { element, count, plural, age, moment, stateMark, bar, follow, life, notes, theme, address, STATES } = window.ktnasDashboard;
  const EVERY = 1500;
  const AT_ONCE = 100;
  const ORDER = ["running", "waiting", "reading", "damaged", "stopped", "unfinished", "finished"];
  const by = (id) => document.getElementById(id);
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

  const COLUMNS = [
    { id: "state", title: "State", key: (row) => ORDER.indexOf(row.state) },
    { id: "name", title: "Run", key: (row) => row.name },
    { id: "benchmark", title: "Benchmark", key: (row) => row.benchmark },
    { id: "method", title: "Method", key: (row) => row.method },
    { id: "done", title: "Evaluations", key: (row) => (row.budget ? row.done / row.budget : 0), down: true },
    { id: "best", title: "Best", key: (row) => { const best = row.tasks.find((task) => task.value !== null); return best ? best.value : null; }, down: true },
    { id: "changed", title: "Changed", key: (row) => row.changed, down: true },
  ];

  const view = { rows: [], words: "", state: "", benchmark: "", method: "", sort: "changed", down: true, limit: AT_ONCE };
  const shown = new Map();
  const picked = new Set();

  // What is chosen stands in the address, so that a reload, a bookmark and the way back keep it.
  function recall() {
    const query = new URLSearchParams(location.search);
    for (const key of ["words", "state", "benchmark", "method"]) view[key] = query.get(key) || "";
    const [sort, way] = (query.get("sort") || "changed,down").split(",");
    if (COLUMNS.some((column) => column.id === sort)) { view.sort = sort; view.down = way === "down"; }
    by("words").value = view.words;
  }

  function remember() {
    const query = new URLSearchParams();
    for (const key of ["words", "state", "benchmark", "method"]) if (view[key]) query.set(key, view[key]);
    if (view.sort !== "changed" || !view.down) query.set("sort", `${view.sort},${view.down ? "down" : "up"}`);
    const text = query.toString();
    history.replaceState(null, "", text ? `/?${text}` : "/");
  }

  function title(row) {
    if (row.kind === "sweep") return `sweep, ${plural(row.seeds.length, "seed", "seeds")}`;
    return row.kind === "repeats" ? plural(row.seeds.length, "seed", "seeds") : (row.seeds.length ? `seed ${row.seeds[0]}` : "");
  }

  function bests(row) {
    const list = element("ul", { class: "bests" });
    for (const task of row.tasks.slice(0, 4)) {
      const rank = task.rank !== null ? `number ${count(task.rank)}${task.listed ? ` of ${count(task.listed)}` : ""}` : null;
      const about = [task.metric, rank, task.architecture, task.failed ? `${count(task.failed)} failed` : null].filter(Boolean).join("; ");
      list.append(element("li", { title: about }, element("span", { class: "task", text: task.name }), element("span", { class: "value", text: task.text })));
    }
    const more = row.tasks.length - 4 + row.more_tasks;
    if (more > 0) list.append(element("li", { class: "muted", text: plural(more, "more task", "more tasks") }));
    if (row.kind === "repeats") list.append(element("li", { class: "muted", text: `means of ${plural(Math.max(0, ...row.tasks.map((task) => task.runs)), "run", "runs")}` }));
    return list;
  }

  function pick(row) {
    const box = element("input", { type: "checkbox", "aria-label": `compare ${row.name}`, title: "compare" });
    box.checked = picked.has(row.key);
    box.addEventListener("change", () => { if (box.checked) picked.add(row.key); else picked.delete(row.key); compare(); });
    return box;
  }

  function compare() {
    const keys = view.rows.map((row) => row.key).filter((key) => picked.has(key));
    by("compare").hidden = keys.length === 0;
    by("compare-link").textContent = keys.length === 1 ? "Choose a second run to compare" : `Compare ${keys.length} runs`;
    if (keys.length > 1) by("compare-link").href = address(...keys);
    else by("compare-link").removeAttribute("href");
  }

  function cells(row) {
    const named = element("div", { class: "named" }, element("a", { href: address(row.key), text: row.name }), element("span", { class: "muted", text: title(row) }));
    if (row.reason) named.append(element("span", { class: `reason ${row.state}`, text: row.reason }));
    return [
      [element("span", { class: "pick" }, pick(row), stateMark(row))], [named], [row.benchmark], [row.method], [bar(row)], [bests(row)],
      [element("time", { datetime: new Date(row.changed * 1000).toISOString(), title: moment(row.changed), "data-since": row.changed, text: age(row.changed) })],
    ];
  }

  function made(row) {
    const told = JSON.stringify(row);
    const known = shown.get(row.key);
    if (known && known.told === told) return known.tr;
    const tr = known ? known.tr : element("tr", {});
    const focused = tr.contains(document.activeElement) ? document.activeElement.tagName : null;
    tr.replaceChildren(...cells(row).map((content, i) => element("td", { class: `col-${COLUMNS[i].id}` }, ...content)));
    if (focused) tr.querySelector(focused).focus();
    shown.set(row.key, { tr, told });
    return tr;
  }

  function chosen() {
    const words = view.words.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = view.rows.filter((row) => {
      if (view.state && row.state !== view.state) return false;
      if (view.benchmark && row.benchmark !== view.benchmark) return false;
      if (view.method && row.method !== view.method) return false;
      if (!words.length) return true;
      const text = [row.name, row.benchmark, row.space, row.method, STATES[row.state], row.reason, ...row.tasks.map((task) => task.name)].join("\n").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const column = COLUMNS.find((one) => one.id === view.sort);
    const way = view.down ? -1 : 1;
    return rows.map((row) => [column.key(row), row]).sort(([a, one], [b, other]) => {
      if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
      const order = typeof a === "number" ? a - b : collator.compare(a, b);
      return way * order || collator.compare(one.name, other.name);
    }).map(([, row]) => row);
  }

  function draw() {
    const rows = chosen();
    const body = by("body");
    const wanted = rows.slice(0, view.limit).map(made);
    const focus = document.activeElement;
    const keep = new Set(wanted);
    for (const child of Array.from(body.children)) if (!keep.has(child)) child.remove();
    wanted.forEach((tr, i) => { if (body.children[i] !== tr) body.insertBefore(tr, body.children[i] || null); });
    if (focus && focus !== document.activeElement && body.contains(focus)) focus.focus();
    by("more").hidden = wanted.length === rows.length;
    const running = view.rows.filter((row) => row.state === "running").length;
    const all = view.rows.length;
    const part = rows.length === all ? plural(all, "run", "runs") : `${count(rows.length)} of ${plural(all, "run", "runs")}`;
    const first = wanted.length < rows.length ? `, the first ${count(wanted.length)} shown` : "";
    const text = `${part}${first}${running ? `, ${count(running)} running` : ""}`;
    if (by("count").textContent !== text) by("count").textContent = text;
    document.title = `${running ? `(${running}) ` : ""}Runs - ktnas`;
    by("empty").hidden = all > 0;
    by("runs").hidden = all === 0;
    heads();
  }

  function heads() {
    const cells = Array.from(by("head").children);
    COLUMNS.forEach((column, i) => cells[i].setAttribute("aria-sort", column.id === view.sort ? (view.down ? "descending" : "ascending") : "none"));
    by("sort").value = `${view.sort},${view.down ? "down" : "up"}`;
  }

  function sortBy(id, down) { view.sort = id; view.down = down; remember(); draw(); }

  function options(id, word, values, label) {
    const select = by(id);
    const every = [...new Set([...values, ...(view[id] ? [view[id]] : [])])].sort(collator.compare);
    const told = JSON.stringify(every);
    if (select.dataset.told === told) return;
    select.dataset.told = told;
    select.replaceChildren(element("option", { value: "", text: word }), ...every.map((value) => element("option", { value, text: label ? label(value) : value })));
    select.value = view[id];
  }

  function told(data) {
    // a record that is still being read keeps the row that it had
    const before = new Map(view.rows.map((row) => [row.key, row]));
    view.rows = data.rows.filter((row) => row.parent === null || row.kind === "sweep" || !inSet(row, data.rows))
      .map((row) => (row.state === "reading" && before.has(row.key) ? before.get(row.key) : row));
    by("where").textContent = `${data.root} · ktnas ${data.version}`;
    options("state", "any state", view.rows.map((row) => row.state), (state) => STATES[state]);
    options("benchmark", "any benchmark", view.rows.map((row) => row.benchmark).filter(Boolean));
    options("method", "any method", view.rows.map((row) => row.method).filter(Boolean));
    notes([
      data.links ? `${plural(data.links, "link to a directory is", "links to directories are")} not followed.` : "",
      data.refused ? `${plural(data.refused, "directory", "directories")} could not be listed.` : "",
      data.whole ? "" : "There are more directories here than are looked through: name one that holds fewer.",
    ].filter(Boolean));
    draw();
    compare();
    return data.reading;
  }

  let sets = new Set();
  let setsOf = null;
  function inSet(row, rows) {
    if (setsOf !== rows) { setsOf = rows; sets = new Set(rows.filter((one) => one.kind !== "sweep").map((one) => one.key)); }
    return sets.has(row.parent.key);
  }

  function setUp() {
    by("head").append(...COLUMNS.map((column) => {
      const button = element("button", { type: "button", text: column.title });
      button.addEventListener("click", () => sortBy(column.id, view.sort === column.id ? !view.down : Boolean(column.down)));
      return element("th", { scope: "col", class: `col-${column.id}`, "aria-sort": "none" }, button);
    }));
    for (const column of COLUMNS) {
      for (const way of ["up", "down"]) by("sort").append(element("option", { value: `${column.id},${way}`, text: `${column.title} ${way === "up" ? "↑" : "↓"}` }));
    }
    by("sort").addEventListener("change", () => { const [id, way] = by("sort").value.split(","); sortBy(id, way === "down"); });
    by("words").addEventListener("input", () => { view.words = by("words").value; view.limit = AT_ONCE; remember(); draw(); });
    for (const id of ["state", "benchmark", "method"]) by(id).addEventListener("change", () => { view[id] = by(id).value; view.limit = AT_ONCE; remember(); draw(); });
    by("more").addEventListener("click", () => { view.limit += 5 * AT_ONCE; draw(); });
    by("compare-none").addEventListener("click", () => {
      picked.clear();
      for (const box of document.querySelectorAll("#body .pick input")) box.checked = false;
      compare();
      by("words").focus();
    });
    document.querySelector("form.tools").addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("keydown", keys);
    setInterval(() => { for (const time of document.querySelectorAll("time[data-since]")) { const text = age(Number(time.dataset.since)); if (time.textContent !== text) time.textContent = text; } }, 5000);
  }

  // "/" goes to the filter, Escape empties it, arrows go from run to run; Tab and Enter do what they always do.
  function keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const words = by("words");
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); words.focus(); words.select(); return; }
    if (event.key === "Escape" && document.activeElement === words && words.value) { words.value = ""; words.dispatchEvent(new Event("input")); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = Array.from(document.querySelectorAll("#body .named a"));
    const at = links.indexOf(document.activeElement);
    if (at < 0 && document.activeElement !== words) return;
    const to = event.key === "ArrowDown" ? at + 1 : at - 1;
    if (at >= 0 && to < 0) { event.preventDefault(); words.focus(); return; }
    if (to >= 0 && to < links.length) { event.preventDefault(); links[to].focus(); links[to].closest("tr").scrollIntoView({ block: "nearest" }); }
  }

  theme();
  recall();
  setUp();
  follow("/api/runs", EVERY, told, life);
})();
