// One run, several seeds of one, or a sweep: its report, followed.
(function () {
  "use strict";
  const { element, count, plural, age, moment, duration, stateMark, bar, follow, life, notes, theme, address } = window.ktnasDashboard;
  const EVERY = 1000;
  const by = (id) => document.getElementById(id);
  const asked = new URLSearchParams(location.search).getAll("name");
  const one = asked.length === 1;
  let drawn = "";

  function trail(row) {
    const parent = row && one ? row.parent : null;
    const name = row ? row.name : asked[0];
    const here = one ? name : `comparison of ${plural(asked.length, "run", "runs")}`;
    const links = [element("a", { href: "/", text: "All runs" })];
    if (parent) links.push(element("span", { class: "muted", text: "/", "aria-hidden": "true" }), element("a", { href: address(parent.key), text: parent.name }));
    links.push(element("span", { class: "muted", text: "/", "aria-hidden": "true" }), element("span", { "aria-current": "page", text: parent && parent.name !== "." ? name.slice(parent.name.length + 1) : here }));
    by("trail").replaceChildren(...links);
  }

  function standing(row) {
    const times = element("span", { class: "muted" });
    const took = row.seconds !== null ? `, took ${duration(row.seconds)}` : "";
    times.append(`begun ${moment(row.began)}${took}, changed `, element("time", { "data-since": row.changed, text: age(row.changed) }));
    const line = element("div", { class: "standing" }, stateMark(row), bar(row), times);
    if (row.reason) line.append(element("span", { class: `reason ${row.state}`, text: row.reason }));
    by("standing").replaceChildren(line);
  }

  function parts(rows, name) {
    const told = JSON.stringify(rows);
    const place = by("parts");
    if (place.dataset.told === told) return;
    place.dataset.told = told;
    if (!rows.length) { place.replaceChildren(); return; }
    const focus = document.activeElement && place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const running = rows.filter((row) => row.state === "running").length;
    const list = element("ul", { class: "parts" }, ...rows.map((row) => element("li", {}, stateMark(row), element("a", { href: address(row.key), text: name && name !== "." ? row.name.slice(name.length + 1) : row.name }), element("span", { class: "muted", text: row.budget ? `${count(row.done)} of ${count(row.budget)}` : "" }))));
    const open = place.querySelector("details") ? place.querySelector("details").open : rows.length <= 12;
    const details = element("details", { class: "parts" }, element("summary", { text: `${plural(rows.length, "run", "runs")}${name ? " in it" : ""}${running ? `, ${count(running)} running` : ""}` }), list);
    details.open = open;
    place.replaceChildren(details);
    if (focus) { const link = Array.from(place.querySelectorAll("a")).find((one) => one.getAttribute("href") === focus); if (link) link.focus(); }
  }

  function told(data) {
    notes(data.problem ? [data.problem] : []);
    trail(data.rows[0]);
    if (one && data.rows.length) standing(data.rows[0]);
    else by("standing").replaceChildren();
    parts(one ? data.parts : data.rows, one && data.rows.length ? data.rows[0].name : "");
    if (data.page) {
      const text = JSON.stringify(data.page);
      if (text !== drawn) {
        if (!drawn) by("page").replaceChildren();
        drawn = text;
        window.ktnas.show(by("page"), data.page);
        document.title = `${data.page.title} - ktnas`;
      }
    } else if (!drawn) by("page").replaceChildren();
    return data.rows.some((row) => row.state === "reading");
  }

  setInterval(() => { for (const time of document.querySelectorAll("time[data-since]")) time.textContent = age(Number(time.dataset.since)); }, 5000);
  theme();
  trail(null);
  follow(`/api/run${location.search}`, EVERY, told, (text) => {
    life(text);
    if (text && !drawn) by("page").replaceChildren(element("p", { class: "problem", text }));
  });
})();
