// What both pages of the dashboard share: asking the server again and again, words for times, and light or dark.
// All text becomes text nodes: nothing that a record holds is ever read as markup.
(function () {
  "use strict";
  const own = (window.ktnasDashboard = {});

  own.element = function (name, options, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(options || {})) {
      if (key === "class") made.className = value;
      else if (key === "text") made.textContent = value;
      else if (value !== null && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  };

  own.count = (number) => number.toLocaleString("en");

  own.plural = (number, one, many) => `${own.count(number)} ${number === 1 ? one : many}`;

  own.duration = function (seconds) {
    if (seconds < 10) return `${Math.max(0, Number(seconds.toFixed(1)))} s`;
    if (seconds < 60) return `${Math.round(seconds)} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
    return own.plural(Math.floor(seconds / 86400), "day", "days");
  };

  own.age = function (since) {
    const seconds = Date.now() / 1000 - since;
    return seconds < 2 ? "now" : `${own.duration(Math.round(seconds))} ago`;
  };

  own.moment = (since) => new Date(since * 1000).toLocaleString("en-GB");

  own.STATES = {
    running: "running", finished: "finished", stopped: "stopped", unfinished: "not finished", waiting: "waiting",
    damaged: "damaged", reading: "being read",
  };

  own.stateMark = function (row) {
    const title = row.reason || null;
    return own.element("span", { class: `state ${row.state}`, title }, own.element("span", { class: "dot", "aria-hidden": "true" }), own.STATES[row.state]);
  };

  own.bar = function (row) {
    const share = row.budget > 0 ? Math.min(1, row.done / row.budget) : 0;
    const bar = own.element("span", { class: "bar", "aria-hidden": "true" }, own.element("span", {}));
    bar.firstChild.style.width = `${(100 * share).toFixed(1)}%`;
    const what = row.kind === "sweep" ? " runs" : "";
    const text = row.budget > 0 ? `${own.count(row.done)} of ${own.count(row.budget)}${what}` : "";
    return own.element("span", { class: "progress" }, own.element("span", { text }), bar);
  };

  // Ask for JSON, again and again while somebody looks; an answer that is the one before costs nothing.
  // told(data) with each new answer; problem(text) while there is none, with "" once there is one again.
  own.follow = function (address, every, told, problem) {
    let tag = "";
    let waiting = null;
    let asking = false;
    async function answered() {
      try {
        const response = await fetch(address, { cache: "no-store", headers: tag ? { "If-None-Match": tag } : {} });
        return { status: response.status, tag: response.headers.get("ETag") || "", text: await response.text() };
      } catch {
        return null;
      }
    }
    async function ask() {
      waiting = null;
      if (document.hidden || asking) return;
      asking = true;
      let again = every;
      try {
        const answer = await answered();
        if (answer === null) {
          problem("the dashboard has ended, or cannot be reached; asking again");
          again = Math.max(every, 3000);
        } else if (answer.status === 200) {
          tag = answer.tag;
          problem("");
          if (told(JSON.parse(answer.text))) again = 50;
        } else problem(answer.status === 304 ? "" : answer.text.trim());
      } finally {
        asking = false;
        if (!document.hidden) waiting = setTimeout(ask, again);
      }
    }
    document.addEventListener("visibilitychange", () => { if (!document.hidden && waiting === null) ask(); });
    ask();
  };

  own.life = function (text) {
    const place = document.getElementById("life");
    const said = text || "following";
    if (place.textContent !== said) place.textContent = said;
    place.className = text ? "lost" : "alive";
  };

  own.notes = function (texts) {
    const place = document.getElementById("notes");
    const told = texts.join("\n");
    if (place.dataset.told === told) return;
    place.dataset.told = told;
    place.replaceChildren(...texts.map((text) => own.element("p", { class: "note-line", text })));
  };

  // Light or dark: the system's, until one is chosen here; that holds for all pages of the dashboard.
  function stored(value) {
    try {
      if (value !== undefined) localStorage.setItem("ktnas-theme", value);
      return localStorage.getItem("ktnas-theme");
    } catch {
      return value === undefined ? null : value;
    }
  }

  const preference = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme || (preference.matches ? "dark" : "light")) === "dark";

  own.theme = function () {
    const button = document.getElementById("theme");
    const tell = () => {
      button.textContent = isDark() ? "Light" : "Dark";
      button.setAttribute("aria-label", `switch to ${isDark() ? "light" : "dark"} colours`);
    };
    const renewed = () => { tell(); if (window.ktnas && window.ktnas.redraw) window.ktnas.redraw(); };
    const chosen = stored();
    if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
    button.addEventListener("click", () => {
      document.documentElement.dataset.theme = isDark() ? "light" : "dark";
      stored(document.documentElement.dataset.theme);
      renewed();
    });
    preference.addEventListener("change", renewed);
    tell();
  };

  // Keys are names as an address holds them: those of directories may be no text.
  own.address = (...keys) => `/run?${keys.map((key) => `name=${key}`).join("&")}`;
})();
