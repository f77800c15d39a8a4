/* The chart: one bar for each import, below the one that asked for it, as wide as its time. */

const ROW = 22;
const LANE = 20;
const canvas = document.getElementById("chart");
const axis = document.getElementById("axis");
const tip = document.getElementById("tip");
const hues = new Map();
/* Hues that stay apart, also for most people who see fewer of them. */
const HUES = [212, 28, 160, 332, 48, 268, 188, 8, 96, 300, 232, 68];

const chart = { from: 0, until: 1, rects: [], height: 0, lanes: [], hovered: null, moving: 0 };

/** Return the hue of an import: one for each top-level package, the slowest packages first. */
function hueOf(node) {
  if (!hues.size) {
    const times = new Map();
    for (const { top, own } of imports) times.set(top, (times.get(top) || 0) + own);
    [...times].sort((a, b) => b[1] - a[1]).forEach(([top], at) => hues.set(top, HUES[at % HUES.length]));
  }
  return hues.get(node.top);
}

/** Give each import its place: `left` and `right` in nanoseconds, `row` in its thread's lane. */
function layOut() {
  chart.lanes = [];
  let top = 0;
  chart.end = 1;
  for (const thread of threads) {
    const lane = { thread, top: threads.length > 1 ? top + LANE : top, depth: 1 };
    let at = 0;
    lane.roots = inOrder(roots.filter((node) => node.thread === thread));
    for (const root of lane.roots) {
      root.left = state.order === "time" ? root.began : at;
      at += root.total;
      const waiting = [root];
      while (waiting.length) {
        const node = waiting.pop();
        node.right = node.left + node.total;
        node.lane = lane;
        lane.depth = Math.max(lane.depth, node.depth + 1);
        chart.end = Math.max(chart.end, node.right);
        let next = node.left;
        node.ordered = inOrder(node.children);
        for (const child of node.ordered) {
          child.left = state.order === "time" ? child.began : next;
          next += child.total;
          waiting.push(child);
        }
      }
    }
    chart.lanes.push(lane);
    top = lane.top + lane.depth * ROW + 10;
  }
  chart.height = Math.max(top - 10, 90);
  if (state.order === "time") chart.end = Math.max(chart.end, facts.total);
}

const inOrder = (nodes) => (state.order === "time" ? nodes : [...nodes].sort((a, b) => b.total - a.total));

/** Make a canvas as large as it is shown, in the screen's own pixels; return its pen. */
function prepared(element, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 16000 / height);
  const width = element.clientWidth;
  if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    element.style.height = `${height}px`;
  }
  const pen = element.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return { pen, width };
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

let themed = null;

/** Return the colours of the theme, looked up once for each. */
function palette() {
  themed ||= {
    ink: style("--ink"), soft: style("--soft"), line: style("--line"), card: style("--card"), accent: style("--accent"),
    bad: style("--bad"), onBar: style("--on-bar"), chroma: style("--chroma"), light: parseFloat(style("--light")),
    warm: style("--warm"), cool: style("--cool"), font: style("--text"),
  };
  return themed;
}

function fillOf(node, colours) {
  if (state.colour === "self") {
    const part = Math.round(100 * Math.sqrt(node.own / mostOwn));
    return `color-mix(in srgb, ${colours.warm} ${part}%, ${colours.cool})`;
  }
  const light = colours.light + (node.depth % 2 ? 3.5 : 0);
  return `hsl(${hueOf(node)} ${colours.chroma} ${light}%)`;
}

let asked = 0;
/** Draw at the next chance; asked for often, it is done once. */
function draw() {
  if (!asked) asked = requestAnimationFrame(() => { asked = 0; drawNow(); });
}

function drawNow() {
  const colours = palette();
  const { pen, width } = prepared(canvas, chart.height);
  const scale = width / (chart.until - chart.from || 1);
  chart.rects = [];
  pen.font = `12px ${colours.font}`;
  pen.textBaseline = "middle";
  for (const lane of chart.lanes) {
    if (threads.length > 1) {
      pen.fillStyle = colours.soft;
      pen.fillText(lane.thread === 1 ? "the program's first thread" : `thread ${lane.thread}`, 2, lane.top - LANE / 2);
    }
    lane.drawnUntil = new Float64Array(lane.depth).fill(-1);
  }
  for (const lane of chart.lanes) {
    for (const root of lane.roots) drawFrom(root, pen, width, scale, colours);
  }
  const chosen = state.chosen;
  if (chosen) outline(pen, chosen, scale, colours.accent, 2);
  if (chart.hovered && chart.hovered !== chosen) outline(pen, chart.hovered, scale, colours.ink, 1);
  drawAxis(colours, width);
}

/** Draw an import and what is below it, as far as it is in view and wide enough to be seen. */
function drawFrom(root, pen, width, scale, colours) {
  const waiting = [root];
  while (waiting.length) {
    const node = waiting.pop();
    if (node.right < chart.from || node.left > chart.until) continue;
    const x = Math.max((node.left - chart.from) * scale, -1);
    const end = Math.min((node.right - chart.from) * scale, width + 1);
    const lane = node.lane;
    if (end - lane.drawnUntil[node.depth] < 0.35) continue; // hidden behind its neighbour
    const wide = Math.max(end - x, 0.6);
    lane.drawnUntil[node.depth] = x + wide;
    drawBar(node, pen, x, lane.top + node.depth * ROW, wide, colours);
    // From left to right, so that what is hidden is hidden behind its left neighbour.
    for (let at = node.ordered.length - 1; at >= 0; at--) waiting.push(node.ordered[at]);
  }
}

function drawBar(node, pen, x, y, wide, colours) {
  const isFaint = state.matches && !state.matches.has(node);
  pen.globalAlpha = isFaint ? 0.22 : 1;
  pen.fillStyle = fillOf(node, colours);
  if (wide > 8) {
    pen.beginPath();
    pen.roundRect(x, y, wide - 1, ROW - 1.5, 3);
    pen.fill();
  } else {
    pen.fillRect(x, y, wide > 3 ? wide - 1 : wide, ROW - 1.5);
  }
  if (node.outcome === "failed" || node.rank <= 10) {
    pen.fillStyle = node.outcome === "failed" ? colours.ink : colours.bad;
    pen.fillRect(x, y + ROW - 4, Math.max(wide - 1, 1), 2.5);
  }
  chart.rects.push({ node, x, y, wide });
  if (wide < 28) { pen.globalAlpha = 1; return; }
  pen.fillStyle = colours.onBar;
  const time = words(node.total);
  const room = wide - 12;
  const isTail = node.parent && node.name.startsWith(`${node.parent.name}.`);
  const label = fitted(pen, [node.name, isTail ? node.name.slice(node.parent.name.length) : node.name.split(".").pop()], room);
  pen.fillText(label, x + 6, y + ROW / 2);
  const used = widthOf(pen, label);
  const timeWide = widthOf(pen, time);
  if (used + timeWide + 18 < room) {
    pen.globalAlpha *= 0.62;
    pen.fillText(time, x + wide - timeWide - 7, y + ROW / 2);
  }
  pen.globalAlpha = 1;
}

const widths = new Map();

/** Return how wide a text is drawn, measured once. */
function widthOf(pen, text_) {
  let width = widths.get(text_);
  if (width === undefined) {
    if (widths.size > 20000) widths.clear();
    width = pen.measureText(text_).width;
    widths.set(text_, width);
  }
  return width;
}

/** Return the first of some texts that fits, or about as much of the last as does. */
function fitted(pen, texts, room) {
  for (const each of texts) if (widthOf(pen, each) <= room) return each;
  const last = texts[texts.length - 1];
  const letters = Math.floor(((room - 11) / widthOf(pen, last)) * last.length);
  return letters > 1 ? `${last.slice(0, letters)}…` : "";
}

function outline(pen, node, scale, colour, thick) {
  if (!node.lane || node.right < chart.from || node.left > chart.until) return;
  const x = Math.max((node.left - chart.from) * scale, -4);
  const end = Math.min((node.right - chart.from) * scale, canvas.clientWidth + 4);
  pen.strokeStyle = colour;
  pen.lineWidth = thick;
  pen.beginPath();
  pen.roundRect(x, node.lane.top + node.depth * ROW, Math.max(end - x - 1, 2), ROW - 1.5, 3);
  pen.stroke();
}

function drawAxis(colours, width) {
  const { pen } = prepared(axis, 22);
  const span = chart.until - chart.from;
  const rough = span / Math.max(2, width / 110);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((part) => part * power).find((part) => part >= rough);
  pen.font = `11.5px ${colours.font}`;
  pen.fillStyle = colours.soft;
  pen.strokeStyle = colours.line;
  for (let at = Math.ceil(chart.from / step) * step; at <= chart.until; at += step) {
    const x = ((at - chart.from) / span) * width;
    pen.beginPath();
    pen.moveTo(x, 14);
    pen.lineTo(x, 22);
    pen.stroke();
    const label = at === 0 ? "0" : words(at).replace(/\.0+ |(\.\d*[1-9])0+ /, "$1 ");
    const wide = pen.measureText(label).width;
    if (x + wide / 2 < width) pen.fillText(label, Math.max(0, x - (x > 1 ? wide / 2 : 0)), 10);
  }
}

/* Zooming: the part of the time that is shown. */

const isStill = matchMedia("(prefers-reduced-motion: reduce)");

/** Show a part of the time; go there smoothly, unless that is not wanted. */
function show(from, until, isSmooth = true) {
  const least = Math.max((until - from) || 1, 1000);
  const middle = (from + until) / 2;
  const goal = [Math.max(0, middle - least / 2), Math.min(chart.end, middle + least / 2)];
  cancelAnimationFrame(chart.moving);
  if (!isSmooth || isStill.matches) {
    [chart.from, chart.until] = goal;
    draw();
    return;
  }
  const start = [chart.from, chart.until];
  const began = performance.now();
  const move = (now) => {
    const part = Math.min(1, Math.max(0, now - began) / 180);
    const eased = 1 - (1 - part) ** 3;
    [chart.from, chart.until] = start.map((value, at) => value + (goal[at] - value) * eased);
    drawNow();
    if (part < 1) chart.moving = requestAnimationFrame(move);
  };
  chart.moving = requestAnimationFrame(move);
}

function zoomTo(node) {
  change({ zoomed: node });
  if (node) show(node.left, node.right);
  else show(0, chart.end);
}

/** Zoom by a factor around a place, given as a part of the width. */
function zoomBy(factor, place = 0.5, isSmooth = true) {
  const span = Math.min((chart.until - chart.from) * factor, chart.end);
  const at = chart.from + (chart.until - chart.from) * place;
  const from = Math.min(Math.max(0, at - span * place), chart.end - span);
  show(from, from + span, isSmooth);
}

function moveBy(time) {
  const span = chart.until - chart.from;
  const from = Math.min(Math.max(0, chart.from + time), chart.end - span);
  show(from, from + span, false);
}

/** Return the import that is drawn at a place of the canvas. */
function nodeAt(x, y) {
  let best = null;
  for (const rect of chart.rects) {
    if (y < rect.y || y >= rect.y + ROW || x < rect.x - 1 || x > rect.x + rect.wide + 1) continue;
    if (x >= rect.x && x <= rect.x + rect.wide) return rect.node;
    best = rect.node;
  }
  return best;
}
