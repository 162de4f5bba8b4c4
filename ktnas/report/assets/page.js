// Pages of ktnas: makes headings, charts and tables of a page that is plain data (ktnas/report/pages). All text becomes
// text nodes: nothing that a record holds is ever read as markup.
(function () {
  "use strict";
  const ktnas = (window.ktnas = window.ktnas || {});
  const ROWS = 50;

  function element(name, options, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(options || {})) {
      if (key === "class") made.className = value;
      else if (key === "text") made.textContent = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  // Children of a host by key, in this order; those that are there already stay the same elements.
  function keyed(host, keys, make) {
    const known = new Map(Array.from(host.children, (child) => [child.dataset.key, child]));
    const wanted = keys.map((key) => {
      const child = known.get(key) || make(key);
      child.dataset.key = key;
      known.delete(key);
      return child;
    });
    for (const gone of known.values()) gone.remove();
    wanted.forEach((child, i) => { if (host.children[i] !== child) host.insertBefore(child, host.children[i] || null); });
    return wanted;
  }

  // ------------------------------------------------------------------------------------------------ tables

  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  function compare(a, b) {
    const [gone, away] = [a === null || a === "", b === null || b === ""];
    if (gone || away) return gone === away ? 0 : gone ? 1 : -1;
    return typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
  }

  function textOf(value) {
    if (value === null || value === undefined) return "";
    if (typeof value !== "number") return String(value);
    return Number.isInteger(value) ? value.toLocaleString("en") : String(Number(value.toPrecision(6)));
  }

  function chosenRows(state) {
    const { table, words, column, down, choices } = state;
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    let rows = table.rows.filter((row) => {
      for (const [i, choice] of choices) if (choice !== "" && textOf(row[i]) !== choice) return false;
      if (!wanted.length) return true;
      const text = row.map(textOf).join("\u0000").toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
    if (column !== null) {
      rows = rows.map((row, i) => [row, i]).sort(([a, i], [b, j]) => {
        const [x, y] = [a[column], b[column]];
        const empty = (v) => v === null || v === "";
        const order = empty(x) || empty(y) ? compare(x, y) : down ? -compare(x, y) : compare(x, y);
        return order || i - j;
      }).map(([row]) => row);
    }
    return rows;
  }

  function cell(value, column) {
    const td = element("td", { class: column.kind });
    if (column.kind === "code" && value !== null && value !== "") td.append(element("code", { text: textOf(value) }));
    else td.textContent = textOf(value);
    return td;
  }

  function fill(state) {
    const rows = chosenRows(state);
    const shown = rows.slice(0, state.limit);
    state.body.replaceChildren(...shown.map((row) => element("tr", {}, ...row.map((value, i) => cell(value, state.table.columns[i])))));
    const [found, all] = [rows.length.toLocaleString("en"), state.table.rows.length.toLocaleString("en")];
    const part = shown.length < rows.length ? `, the first ${shown.length.toLocaleString("en")} shown` : "";
    const text = rows.length === state.table.rows.length ? `${all} rows${part}` : `${found} of ${all} rows${part}`;
    if (state.count.textContent !== text) state.count.textContent = text;
    state.more.hidden = shown.length === rows.length;
    state.heads.forEach((head, i) => head.setAttribute("aria-sort", state.column === i ? (state.down ? "descending" : "ascending") : "none"));
  }

  function header(state, table) {
    state.heads = table.columns.map((column, i) => {
      const button = element("button", { type: "button", text: column.title });
      button.addEventListener("click", () => {
        if (state.column === i) { if (state.down === state.firstDown) state.down = !state.down; else state.column = null; }
        else { state.column = i; state.firstDown = column.kind === "number"; state.down = state.firstDown; }
        fill(state);
      });
      return element("th", { scope: "col", class: column.kind, "aria-sort": "none" }, button);
    });
    state.head.replaceChildren(element("tr", {}, ...state.heads));
  }

  function filters(state, table) {
    const told = table.columns.map((column, i) => {
      if (column.kind !== "text" || !table.filter) return null;
      const values = new Set(table.rows.map((row) => textOf(row[i])));
      return values.size > 1 && values.size <= 12 ? [column.title, ...[...values].sort(collator.compare)] : null;
    });
    const text = JSON.stringify(told);
    if (text === state.filtersTold) return;
    state.filtersTold = text;
    state.selects.replaceChildren();
    told.forEach((options, i) => {
      if (!options) { state.choices.delete(i); return; }
      const select = element("select", {});
      select.append(element("option", { value: "", text: `any ${options[0]}` }));
      for (const option of options.slice(1)) if (option !== "") select.append(element("option", { value: option, text: option }));
      select.value = state.choices.get(i) || "";
      select.addEventListener("change", () => { state.choices.set(i, select.value); state.limit = ROWS; fill(state); });
      state.selects.append(element("label", {}, element("span", { class: "unseen", text: options[0] }), select));
    });
  }

  function tableFrame(host, table) {
    host.replaceChildren();
    const state = { words: "", column: null, down: false, firstDown: false, limit: ROWS, choices: new Map(), filtersTold: "" };
    state.count = element("span", { class: "count", role: "status" });
    state.selects = element("span", { class: "selects" });
    const tools = element("div", { class: "table-tools" });
    if (table.filter) {
      const search = element("input", { type: "search", placeholder: "filter", "aria-label": `Filter ${table.caption}` });
      search.addEventListener("input", () => { state.words = search.value; state.limit = ROWS; fill(state); });
      tools.append(search, state.selects);
    }
    tools.append(state.count);
    state.head = element("thead", {});
    state.body = element("tbody", {});
    state.caption = element("caption", {});
    const whole = element("table", {}, state.caption, state.head, state.body);
    const scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": table.caption }, whole);
    state.more = element("button", { type: "button", class: "quiet", text: "Show more rows" });
    state.more.addEventListener("click", () => { state.limit += 10 * ROWS; fill(state); });
    host.append(tools, scroll, state.more);
    if (!table.filter && table.rows.length <= ROWS) tools.hidden = true;
    state.tools = tools;
    return state;
  }

  // A table that sorts and filters; called again on the same element, its rows are renewed and all else stays.
  ktnas.table = function (host, table) {
    const columns = JSON.stringify(table.columns);
    if (!host.ktnasTable || host.ktnasTable.columnsTold !== columns) {
      host.ktnasTable = tableFrame(host, table);
      host.ktnasTable.columnsTold = columns;
      header(host.ktnasTable, table);
    }
    const state = host.ktnasTable;
    state.table = table;
    state.caption.textContent = table.caption;
    if (!table.filter) state.tools.hidden = table.rows.length <= ROWS;
    filters(state, table);
    fill(state);
  };

  // ------------------------------------------------------------------------------------------- other items

  function facts(host, item) {
    const list = host.firstElementChild || host.appendChild(element("dl", { class: "facts" }));
    list.replaceChildren(...item.pairs.map(([term, text]) => element("div", {}, element("dt", { text: term }), element("dd", { text: textOf(text) }))));
  }

  function code(host, item) {
    if (!host.firstElementChild) {
      const button = element("button", { type: "button", class: "quiet", text: "Copy" });
      button.addEventListener("click", async () => {
        try { await navigator.clipboard.writeText(host.ktnasText); button.textContent = "Copied"; } catch { select(host.querySelector("code")); button.textContent = "Selected: press Ctrl+C"; }
        setTimeout(() => { button.textContent = "Copy"; }, 2500);
      });
      host.append(element("pre", { tabindex: "0" }, element("code", {})), button);
      host.classList.add("code");
    }
    host.ktnasText = item.text;
    host.querySelector("pre").setAttribute("aria-label", item.name);
    host.querySelector("code").textContent = item.text;
  }

  function select(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  const SHOW = {
    chart: (host, item) => { host.dataset.chart = ""; ktnas.chart(host, item); },
    table: (host, item) => ktnas.table(host, item),
    facts, code,
    note: (host, item) => { host.className = "note"; host.textContent = item.text; },
  };

  // --------------------------------------------------------------------------------------------- the page

  function showSection(section, told) {
    section.querySelector("h2").textContent = told.heading;
    const words = section.querySelector(".words");
    if (words.dataset.told !== told.text.join("\n")) {
      words.dataset.told = told.text.join("\n");
      words.replaceChildren(...told.text.map((text) => element("p", { text })));
    }
    const items = section.querySelector(".items");
    const hosts = keyed(items, told.items.map((item) => `${item.kind}:${item.name}`), () => element("div", {}));
    items.className = `items${told.items.some((i) => i.kind === "chart") ? " charts" : ""}`;
    told.items.forEach((item, i) => {
      if (item.kind !== "chart" || item.width) hosts[i].classList.add("wide");
      const text = item.kind === "chart" ? "" : JSON.stringify(item);
      if (item.kind === "chart" || hosts[i].ktnasTold !== text) { hosts[i].ktnasTold = text; SHOW[item.kind](hosts[i], item); }
    });
  }

  function makeSection(id) {
    const heading = element("h2", { id: `${id}-heading` });
    return element("section", { id, "aria-labelledby": `${id}-heading` }, heading, element("div", { class: "words" }), element("div", { class: "items" }));
  }

  // Show a page in an element; called again with newer data, everything that has changed is renewed in place.
  ktnas.show = function (root, page) {
    if (!root.ktnasPage) {
      root.replaceChildren();
      root.ktnasPage = { title: element("h1", {}), subtitle: element("p", { class: "muted" }), nav: element("nav", { "aria-label": "Sections" }), sections: element("div", { class: "sections" }) };
      root.append(root.ktnasPage.title, root.ktnasPage.subtitle, root.ktnasPage.nav, root.ktnasPage.sections);
    }
    const shown = root.ktnasPage;
    shown.title.textContent = page.title;
    shown.subtitle.textContent = page.subtitle;
    keyed(shown.nav, page.sections.map((s) => s.id), (id) => element("a", { href: `#${id}` }))
      .forEach((link, i) => { link.textContent = page.sections[i].heading; });
    keyed(shown.sections, page.sections.map((s) => s.id), makeSection).forEach((section, i) => showSection(section, page.sections[i]));
  };

  // A button that switches between light and dark; the system's preference holds until it is pressed.
  ktnas.theme = function () {
    const button = element("button", { type: "button", class: "quiet theme" });
    const tell = () => { button.textContent = ktnas.isDark() ? "Light" : "Dark"; button.title = `switch to ${ktnas.isDark() ? "light" : "dark"} colours`; };
    button.addEventListener("click", () => {
      document.documentElement.dataset.theme = ktnas.isDark() ? "light" : "dark";
      tell();
      ktnas.redraw();
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { tell(); ktnas.redraw(); });
    tell();
    return button;
  };

  // What a file does when it is opened: shows the page that lies in it.
  ktnas.open = function () {
    const data = document.getElementById("ktnas-data");
    document.getElementById("ktnas-tools").append(ktnas.theme());
    ktnas.show(document.getElementById("ktnas-page"), JSON.parse(data.textContent));
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted && document.getElementById(wanted)) document.getElementById(wanted).scrollIntoView();
  };
})();
