// Charts of ktnas: draws a chart that is plain data (ktnas/report/charts) with Bokeh, and brings it up to date in place.
(function () {
  "use strict";
  const ktnas = (window.ktnas = window.ktnas || {});

  const COLOURS = {
    light: {
      ink: "#1f2933", muted: "#52606d", grid: "#e4e7eb", paper: "#ffffff",
      line: "#2563eb", alone: "#9d174d", best: "#b45309",
      positive: "#15803d", negative: "#c2410c", unjudged: "#94a3b8",
    },
    dark: {
      ink: "#e5e9f0", muted: "#a3b1c2", grid: "#2f3b4a", paper: "#161d27",
      line: "#7aa7ff", alone: "#f472b6", best: "#fbbf24",
      positive: "#4ade80", negative: "#fb923c", unjudged: "#8090a5",
    },
  };
  const SERIES = {
    light: ["#2563eb", "#c2410c", "#15803d", "#9d174d", "#7c3aed", "#0e7490", "#a16207", "#475569", "#be123c", "#4d7c0f"],
    dark: ["#7aa7ff", "#fb923c", "#4ade80", "#f472b6", "#b79cff", "#38d3ee", "#facc15", "#a8b5c7", "#fb7185", "#a3e635"],
  };
  const FILLS = ["#bfdbfe", "#bbf7d0", "#fde68a", "#fbcfe8", "#ddd6fe", "#fed7aa", "#a5f3fc", "#d9f99d", "#fecaca", "#e9d5ff"];
  const DIVERGING = ["#b35806", "#e08214", "#fdb863", "#fee0b6", "#f7f7f7", "#d8daeb", "#b2abd2", "#8073ac", "#542788"];
  const SEQUENTIAL = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
  const DASH = [6, 4];

  ktnas.isDark = function () {
    const chosen = document.documentElement.dataset.theme;
    if (chosen) return chosen === "dark";
    return Boolean(window.matchMedia && window.matchMedia("(prefers-color-scheme: dark)").matches);
  };

  function colour(role) {
    const mode = ktnas.isDark() ? "dark" : "light";
    const [kind, number] = String(role).split(":");
    const n = Number(number);
    if (kind === "series") return n < SERIES[mode].length ? SERIES[mode][n] : turned(n, mode === "dark" ? 68 : 40);
    if (kind === "fill") return n < FILLS.length ? FILLS[n] : turned(n, 78);
    return COLOURS[mode][kind] || COLOURS[mode].ink;
  }
  ktnas.colour = colour;

  function turned(n, lightness) {
    return `hsl(${Math.round((29 + n * 222.492) % 360)}, 55%, ${lightness}%)`;
  }

  const numbers = (values) => Array.from(values || [], (v) => (v === null ? NaN : v));

  // ------------------------------------------------------------------------------------------------ layers

  function glyphs(layer) {
    const text = layer.colour || "line";
    switch (layer.mark) {
      case "band":
        return { x: layer.x, low: numbers(layer.low), high: numbers(layer.high) };
      case "lines":
        return { xs: layer.xs.map(numbers), ys: layer.ys.map(numbers) };
      case "bars":
        return { at: layer.at, base: numbers(layer.base), top: numbers(layer.top), tip: layer.tip };
      case "tiles":
        return { x: layer.x, y: layer.y, value: numbers(layer.value), text: layer.text, tip: layer.tip,
                 ink: layer.value.map((v) => shade(v, layer)) };
      case "boxes":
        return { x: layer.x, y: layer.y, width: layer.width, height: layer.height, text: layer.text,
                 fill: layer.colours.map(colour), edge: layer.edges.map(colour), thick: layer.marked.map((m) => (m ? 3 : 1)),
                 ink: layer.colours.map((c) => (c.startsWith("fill") ? "#1f2933" : colour("muted"))) };
      case "arrows":
        return { xs: layer.xs, ys: layer.ys, x: layer.xs.map((p) => p[p.length - 1]), y: layer.ys.map((p) => p[p.length - 1]) };
      default: {
        const data = { x: layer.x, y: numbers(layer.y) };
        if (layer.value) data.value = numbers(layer.value);
        if (layer.mark === "points") data.tip = layer.tip && layer.tip.length ? layer.tip : layer.x.map((x, i) => `${x}: ${layer.y[i]}`);
        else data.tip = layer.x.map((x, i) => `${layer.label || text}\n${x}: ${layer.y[i]}`);
        return data;
      }
    }
  }

  function shade(value, layer) {
    if (value === null || Number.isNaN(value)) return colour("muted");
    const share = (value - layer.low) / ((layer.high - layer.low) || 1);
    const dark = layer.diverging ? share < 0.18 || share > 0.82 : share < 0.55;
    return dark ? "#ffffff" : "#1f2933";
  }

  function mapper(layer) {
    const palette = layer.diverging ? DIVERGING : SEQUENTIAL;
    const steps = 120;
    const shades = Array.from({ length: steps }, (_, i) => between(palette, i / (steps - 1)));
    return new Bokeh.LinearColorMapper({ palette: shades, low: layer.low, high: layer.high, nan_color: "rgba(128,128,128,0.25)" });
  }

  function between(palette, share) {
    const place = share * (palette.length - 1);
    const i = Math.min(Math.floor(place), palette.length - 2);
    const parts = [1, 3, 5].map((at) => {
      const [a, b] = [palette[i], palette[i + 1]].map((c) => parseInt(c.slice(at, at + 2), 16));
      return Math.round(a + (b - a) * (place - i)).toString(16).padStart(2, "0");
    });
    return `#${parts.join("")}`;
  }

  const field = (name) => ({ field: name });

  function drawLayer(figure, layer, source) {
    const c = colour(layer.colour || "line");
    const width = layer.width || 2;
    const dash = layer.dash ? DASH : [];
    switch (layer.mark) {
      case "line":
        return [figure.line({ x: field("x"), y: field("y"), source, line_color: c, line_width: width, line_dash: dash, line_alpha: layer.alpha || 1 })];
      case "step":
        return [figure.step({ x: field("x"), y: field("y"), source, mode: "after", line_color: c, line_width: width, line_dash: dash, line_alpha: layer.alpha || 1 })];
      case "lines":
        return [figure.multi_line({ xs: field("xs"), ys: field("ys"), source, line_color: c, line_width: width, line_alpha: layer.alpha || 0.3 })];
      case "band":
        return [figure.varea({ x: field("x"), y1: field("low"), y2: field("high"), source, fill_color: c, fill_alpha: layer.alpha || 0.18 })];
      case "points": {
        const fill = layer.value ? { field: "value", transform: mapper(layer) } : c;
        return [figure.scatter({ x: field("x"), y: field("y"), source, marker: layer.shape || "circle", size: layer.size || 8,
          fill_color: fill, line_color: layer.value ? colour("paper") : c, line_width: layer.value ? 0.5 : 1.5,
          fill_alpha: layer.hollow ? 0 : layer.alpha || 0.9, line_alpha: layer.alpha || 1 })];
      }
      case "bars":
        return [figure[layer.flat ? "hbar" : "vbar"](layer.flat
          ? { y: field("at"), left: field("base"), right: field("top"), height: layer.thick || 0.7, source, fill_color: c, line_color: colour("paper") }
          : { x: field("at"), bottom: field("base"), top: field("top"), width: layer.thick || 0.7, source, fill_color: c, line_color: colour("paper") })];
      case "tiles":
        return [
          figure.rect({ x: field("x"), y: field("y"), width: 0.98, height: 0.98, source, fill_color: { field: "value", transform: mapper(layer) }, line_color: null }),
          figure.text({ x: field("x"), y: field("y"), text: field("text"), source, text_align: "center", text_baseline: "middle", text_font_size: "12px", text_color: field("ink") }),
        ];
      case "boxes":
        return [
          figure.rect({ x: field("x"), y: field("y"), width: field("width"), height: field("height"), source, fill_color: field("fill"), line_color: field("edge"), line_width: field("thick"), border_radius: 5 }),
          figure.text({ x: field("x"), y: field("y"), text: field("text"), source, text_align: "center", text_baseline: "middle", text_font_size: "12px", text_color: field("ink") }),
        ];
      case "arrows":
        return [
          figure.multi_line({ xs: field("xs"), ys: field("ys"), source, line_color: colour(layer.colour || "muted"), line_width: 1.4 }),
          figure.scatter({ x: field("x"), y: field("y"), source, marker: "triangle", size: 8, angle: -Math.PI / 2, fill_color: colour(layer.colour || "muted"), line_color: null }),
        ];
      default:
        return [];
    }
  }

  function rule(figure, layer) {
    figure.add_layout(new Bokeh.Span({ location: layer.value, dimension: layer.along === "x" ? "height" : "width",
      line_color: colour(layer.colour || "best"), line_width: layer.width || 1.6, line_dash: layer.dash ? DASH : [] }));
  }

  // ------------------------------------------------------------------------------------------------- axes

  function axisRange(axis) {
    if (axis.kind === "category") return new Bokeh.FactorRange({ factors: axis.categories });
    if (axis.range) return new Bokeh.Range1d({ start: axis.range[0], end: axis.range[1] });
    return new Bokeh.DataRange1d({ range_padding: 0.06 });
  }

  function dress(figure, spec) {
    const sides = [[figure.xaxis, spec.x, figure.xgrid], [figure.yaxis, spec.y, figure.ygrid]];
    for (const [axes, told, grids] of sides) {
      for (const axis of axes) {
        axis.visible = !told.hidden;
        Object.assign(axis, { axis_label: told.label || null, axis_label_text_font_style: "normal", axis_label_text_color: colour("ink"),
          axis_label_text_font_size: "13px", major_label_text_color: colour("muted"), major_label_text_font_size: "12px",
          axis_line_color: colour("muted"), major_tick_line_color: colour("muted"), minor_tick_line_color: null });
        if (told.kind === "category" && told.categories.some((c) => c.length > 9) && axes === figure.xaxis) axis.major_label_orientation = 0.6;
        if (told.whole && told.kind !== "category" && told.kind !== "log") axis.ticker = new Bokeh.BasicTicker({ min_interval: 1, desired_num_ticks: 6 });
        if (told.kind === "linear") axis.formatter = new Bokeh.BasicTickFormatter({ power_limit_high: 7, power_limit_low: -4 });
      }
      for (const grid of grids) {
        grid.visible = !told.hidden && told.kind !== "category";
        grid.grid_line_color = colour("grid");
      }
    }
  }

  function tooltip() {
    return `<div style="color:#1f2933;background:#fff;white-space:pre-line;max-width:22rem;font:12px/1.45 system-ui,sans-serif">@tip</div>`;
  }

  function build(spec) {
    const drawing = Boolean(spec.width);
    const figure = Bokeh.Plotting.figure({
      x_range: axisRange(spec.x), y_range: axisRange(spec.y),
      x_axis_type: spec.x.kind === "log" ? "log" : "auto", y_axis_type: spec.y.kind === "log" ? "log" : "auto",
      height: spec.height, width: spec.width || 600, sizing_mode: drawing ? "fixed" : "stretch_width",
      toolbar_location: null, tools: [], background_fill_color: null, border_fill_color: null, outline_line_color: null,
      min_border_left: drawing ? 0 : 50, min_border_right: drawing ? 0 : 14,
    });
    dress(figure, spec);
    const sources = [];
    const hovered = [];
    const renderers = spec.layers.map((layer) => {
      if (layer.mark === "rule") { rule(figure, layer); sources.push(null); return []; }
      const source = new Bokeh.ColumnDataSource({ data: glyphs(layer) });
      const drawn = drawLayer(figure, layer, source);
      sources.push(source);
      if (!layer.quiet && source.data.tip) hovered.push(drawn[0]);
      return drawn;
    });
    if (hovered.length) figure.add_tools(new Bokeh.HoverTool({ renderers: hovered, tooltips: tooltip(), attachment: "horizontal" }));
    if (!drawing && spec.x.kind !== "category" && spec.y.kind !== "category") {
      const box = new Bokeh.BoxZoomTool();
      figure.add_tools(box);
      const fine = window.matchMedia && window.matchMedia("(pointer: fine)").matches;
      figure.toolbar.active_drag = fine ? box : null;
    }
    return { figure, sources, renderers };
  }

  // ------------------------------------------------------------------------------------ one chart on the page

  function signature(spec) {
    const layers = spec.layers.map((l) => {
      const told = Object.assign({}, l);
      for (const key of ["x", "y", "xs", "ys", "low", "high", "tip", "at", "base", "top", "text", "colours", "edges", "marked", "width", "height"]) {
        if (Array.isArray(told[key])) delete told[key];
      }
      if (Array.isArray(told.value)) told.value = "";
      return told;
    });
    return JSON.stringify([spec.x, spec.y, spec.width, spec.height, layers, ktnas.isDark()], (key, value) => (key === "range" ? undefined : value));
  }

  function sameRange(range, told) {
    return told && Math.abs(range.start - told[0]) <= 1e-9 * Math.abs(told[0]) + 1e-12 && Math.abs(range.end - told[1]) <= 1e-9 * Math.abs(told[1]) + 1e-12;
  }

  function refresh(state, spec) {
    spec.layers.forEach((layer, i) => { if (state.sources[i]) state.sources[i].data = glyphs(layer); });
    for (const side of ["x", "y"]) {
      const range = state.figure[`${side}_range`];
      const told = state.spec[side].range;
      if (spec[side].range && sameRange(range, told)) { range.start = spec[side].range[0]; range.end = spec[side].range[1]; }
    }
  }

  function reset(state) {
    for (const side of ["x", "y"]) {
      const told = state.spec[side].range;
      const range = state.figure[`${side}_range`];
      if (told) { range.start = told[0]; range.end = told[1]; }
      else if (range.reset) range.reset();
    }
  }

  async function mount(host, spec) {
    const state = host.ktnasState;
    const made = build(spec);
    const turn = (state.turn = (state.turn || 0) + 1);
    const place = document.createElement("div");
    const old = state.place;
    state.body.append(place);
    const view = await Bokeh.Plotting.show(made.figure, place);
    if (turn !== state.turn) { place.remove(); return; }
    if (state.view) { try { state.view.remove ? state.view.remove() : state.view.clear(); } catch (error) { console.debug(error); } }
    if (old) old.remove();
    Object.assign(state, made, { view, place, spec, drawn: signature(spec) });
    applyHidden(state);
  }

  function applyHidden(state) {
    state.spec.layers.forEach((layer, i) => {
      const off = layer.label && state.hidden.has(layer.label);
      for (const renderer of state.renderers[i]) renderer.visible = !off;
    });
  }

  function legend(state, spec) {
    const told = JSON.stringify(spec.layers.map((l) => [l.label, l.colour, l.mark, l.dash])) + ktnas.isDark();
    if (state.legendTold === told) return;
    state.legendTold = told;
    state.legend.replaceChildren();
    const seen = new Set();
    for (const layer of spec.layers) {
      if (!layer.label || seen.has(layer.label) || Array.isArray(layer.value)) continue;
      seen.add(layer.label);
      const fixed = layer.mark === "rule";
      const item = document.createElement(fixed ? "span" : "button");
      const swatch = document.createElement("span");
      swatch.className = `swatch ${layer.mark}${layer.dash ? " dashed" : ""}`;
      swatch.style.setProperty("--swatch", colour(layer.colour || (fixed ? "best" : "line")));
      item.append(swatch, document.createTextNode(layer.label));
      item.className = "legend-item";
      if (!fixed) {
        item.type = "button";
        item.setAttribute("aria-pressed", String(!state.hidden.has(layer.label)));
        item.title = "show or hide";
        item.addEventListener("click", () => {
          if (state.hidden.has(layer.label)) state.hidden.delete(layer.label); else state.hidden.add(layer.label);
          item.setAttribute("aria-pressed", String(!state.hidden.has(layer.label)));
          applyHidden(state);
        });
      }
      state.legend.append(item);
    }
    const scale = spec.layers.find((l) => l.value && Array.isArray(l.value) && l.scale);
    if (scale) state.legend.append(scaleBar(scale));
    state.legend.hidden = !state.legend.childElementCount;
  }

  function scaleBar(layer) {
    const item = document.createElement("span");
    item.className = "legend-item";
    const bar = document.createElement("span");
    bar.className = "scale";
    bar.style.background = `linear-gradient(to right, ${(layer.diverging ? DIVERGING : SEQUENTIAL).join(",")})`;
    const tell = (v) => document.createTextNode(Number(v.toPrecision(4)).toString());
    item.append(`${layer.scale} `, tell(layer.low), bar, tell(layer.high));
    return item;
  }

  // What a chart shows as rows, for those who cannot see it, or want to copy it.
  function asTable(spec) {
    const rows = [];
    for (const layer of spec.layers) {
      const name = layer.label || "";
      if (layer.mark === "rule") rows.push([name, "", layer.value]);
      else if (layer.mark === "band") layer.x.forEach((x, i) => rows.push([name, x, `${short(layer.low[i])} to ${short(layer.high[i])}`]));
      else if (layer.mark === "lines") continue;
      else if (layer.mark === "bars") layer.at.forEach((at, i) => rows.push([name, at, layer.tip ? layer.tip[i] : layer.top[i] - layer.base[i]]));
      else if (layer.mark === "tiles") layer.x.forEach((x, i) => rows.push([layer.y[i], x, layer.value[i]]));
      else if (layer.mark === "boxes") layer.text.forEach((t, i) => rows.push([t, layer.marked[i] ? "differs" : "", ""]));
      else if (layer.mark === "arrows") continue;
      else layer.x.forEach((x, i) => rows.push([name, x, layer.tip && layer.tip.length ? layer.tip[i] : layer.y[i]]));
    }
    const told = [{ title: "what", kind: "text" }, { title: spec.x.label || "where", kind: "text" }, { title: spec.y.label || "value", kind: "text" }];
    return { kind: "table", name: `${spec.name}-data`, caption: `${spec.title}: its data`, columns: told,
             rows: rows.map((r) => r.map((c) => (typeof c === "number" ? short(c) : c === null || c === undefined ? "" : String(c)))), filter: false };
  }

  function short(value) {
    return value === null || value === undefined || Number.isNaN(value) ? "" : Number.isInteger(value) ? value : Number(value.toPrecision(6));
  }

  function frame(host, spec) {
    host.replaceChildren();
    const figure = document.createElement("figure");
    figure.className = spec.width ? "chart drawing" : "chart";
    const caption = document.createElement("figcaption");
    const legendHost = document.createElement("div");
    legendHost.className = "legend";
    const scroll = document.createElement("div");
    scroll.className = "chart-scroll";
    const body = document.createElement("div");
    body.className = "chart-body";
    body.setAttribute("role", "img");
    scroll.append(body);
    if (spec.width) { scroll.tabIndex = 0; scroll.setAttribute("role", "region"); }
    const tools = document.createElement("div");
    tools.className = "chart-tools";
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.textContent = "Data";
    details.append(summary);
    tools.append(details);
    figure.append(caption, legendHost, scroll, tools);
    host.append(figure);
    const state = { caption, legend: legendHost, body, scroll, details, tools, hidden: new Set() };
    details.addEventListener("toggle", () => showData(state));
    if (!spec.width && spec.x.kind !== "category" && spec.y.kind !== "category") {
      const again = document.createElement("button");
      again.type = "button";
      again.className = "quiet";
      again.textContent = "Whole view";
      again.title = "drag over the chart to look closer; this shows all of it again";
      again.addEventListener("click", () => reset(state));
      tools.prepend(again);
    }
    return state;
  }

  function showData(state) {
    if (!state.details.open || !ktnas.table) return;
    if (!state.data) { state.data = document.createElement("div"); state.details.append(state.data); }
    ktnas.table(state.data, asTable(state.latest));
  }

  function words(state, spec) {
    state.caption.textContent = spec.title;
    state.body.setAttribute("aria-label", spec.about);
    if (spec.width) state.scroll.setAttribute("aria-label", spec.title);
    state.details.firstElementChild.setAttribute("aria-label", `Data of ${spec.title}`);
    state.latest = spec;
  }

  // Draw a chart into an element; called again on it, bring it up to date in place.
  ktnas.chart = function (host, spec) {
    if (!host.ktnasState || Boolean(host.ktnasState.latest.width) !== Boolean(spec.width)) host.ktnasState = frame(host, spec);
    const state = host.ktnasState;
    words(state, spec);
    legend(state, spec);
    showData(state);
    if (!state.figure) {
      state.body.style.minHeight = `${spec.height}px`;
      if (!state.waiting) { state.waiting = true; whenSeen(host, () => { state.waiting = false; mount(host, state.latest); }); }
      return;
    }
    if (state.drawn === signature(spec)) { refresh(state, spec); state.spec = spec; } else mount(host, spec);
  };

  // Charts far down the page are drawn when they come near: a page opens at once.
  const observer = typeof IntersectionObserver === "function"
    ? new IntersectionObserver((entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          observer.unobserve(entry.target);
          const draw = entry.target.ktnasDraw;
          if (draw) { delete entry.target.ktnasDraw; draw(); }
        }
      }, { rootMargin: "600px" })
    : null;

  function whenSeen(host, draw) {
    if (!observer) { draw(); return; }
    host.ktnasDraw = draw;
    observer.observe(host);
  }

  function everyChart(act) {
    for (const host of document.querySelectorAll("[data-chart]")) if (host.ktnasState) act(host);
  }

  ktnas.redraw = function () { everyChart((host) => ktnas.chart(host, host.ktnasState.latest)); };

  window.addEventListener("beforeprint", () => everyChart((host) => {
    const draw = host.ktnasDraw;
    if (draw) { delete host.ktnasDraw; draw(); }
  }));
})();
