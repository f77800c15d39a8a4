/* Puts the parts together: what happens when something is chosen, searched, pressed. */

/** Choose an import; `isListed` when that was done in the list. */
function choose(node, { isListed = false } = {}) {
  change({ chosen: node });
  showChosen(isListed);
  if (node) say(`${node.name}, ${words(node.own)} by itself, ${words(node.total)} with its imports, ${node.outcome}`);
}

const say = (words) => { document.getElementById("spoken").textContent = words; };

function drawHeader() {
  const failed = imports.filter((node) => node.outcome === "failed").length;
  const fact = (strong, rest, kind = "") => make("span", { class: kind }, make("b", { class: kind }, strong), ` ${rest}`);
  document.getElementById("facts").append(
    fact(words(facts.imported), "importing"), fact(words(facts.total), "in all"),
    fact(imports.length.toLocaleString("en"), imports.length === 1 ? "import" : "imports"),
    failed ? fact(String(failed), "failed", "bad") : "",
    threads.length > 1 ? fact(String(threads.length), "threads") : "", make("span", {}, `Python ${facts.python}`));
  const times = facts.steps.map((_, at) => sum(imports.map((node) => node.steps[at])));
  document.getElementById("shares-bar").replaceWith(barOf(times));
  const titles = {
    find: "asking the finders", create: "making the module; for an extension, loading its library",
    read: "reading files", make: "unmarshalling bytecode or compiling source", execute: "running the modules' code",
    bind: "binding names, and what lies between the steps",
  };
  document.getElementById("shares").append(...facts.steps.map((step, at) => make("li", { title: titles[step] },
    dot(step), step, make("b", {}, share(times[at], wholeOwn)), words(times[at]))));
  document.getElementById("verdict").textContent = facts.verdict;
  const beside = document.getElementById("beside");
  for (const [title, names] of [["lazy, not yet loaded", facts.lazy], ["there before the program began", facts.loaded_before]]) {
    if (names.length) {
      beside.append(make("details", {}, make("summary", {}, `${counted(names.length, "module")} ${title}`), make("code", {}, names.join(", "))));
    }
  }
}

function drawCrumbs() {
  const zoomed = state.zoomed ? around(state.zoomed) : [];
  const shown = zoomed.length > 4 ? [zoomed[0], ...zoomed.slice(-3)] : zoomed;
  const crumb = (words, node) => make("button", { title: node ? node.name : "Show all", onclick: () => zoomTo(node) }, words);
  document.getElementById("crumbs").replaceChildren(crumb("all imports", null),
    ...shown.map((node, at) => crumb(zoomed.length > 4 && at === 1 ? `… ${node.name}` : node.name, node)));
}

function drawCount() {
  const { matches } = state;
  document.getElementById("count").textContent = matches
    ? `${matches.size.toLocaleString("en")} of ${counted(imports.length, "import")}` : counted(imports.length, "import");
  document.getElementById("matched").textContent = matches && matches.size
    ? `${words(sum([...matches].map((node) => node.own)))} by themselves` : "";
}

onChange((changes) => {
  if ("chosen" in changes) drawDetails();
  if ("zoomed" in changes) drawCrumbs();
  if ("query" in changes) { fill(); drawCount(); }
  if ("order" in changes) {
    layOut();
    zoomTo(state.zoomed);
  }
  for (const key of ["order", "colour"]) {
    if (key in changes) {
      for (const button of document.querySelectorAll(`[data-${key}]`)) {
        button.setAttribute("aria-pressed", String(button.dataset[key] === state[key]));
      }
    }
  }
  draw();
});

/* The search */

const search = document.getElementById("search");
search.addEventListener("input", () => change({ query: search.value }));
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && list.shown.length) {
    const next = list.shown[(list.shown.indexOf(state.chosen) + 1) % list.shown.length];
    choose(next);
    zoomTo(next);
  } else if (event.key === "ArrowDown") {
    table.focus();
    if (list.shown.length) choose(list.shown[0], { isListed: true });
    event.preventDefault();
  } else if (event.key === "Escape" && search.value) {
    search.value = "";
    change({ query: "" });
    event.stopPropagation();
  }
});

/* The buttons */

for (const button of document.querySelectorAll("[data-order]")) button.onclick = () => change({ order: button.dataset.order });
for (const button of document.querySelectorAll("[data-colour]")) button.onclick = () => change({ colour: button.dataset.colour });
document.getElementById("zoom-in").onclick = () => zoomBy(0.5);
document.getElementById("zoom-out").onclick = () => zoomBy(2);
document.getElementById("zoom-all").onclick = () => zoomTo(null);

const dark = matchMedia("(prefers-color-scheme: dark)");
const setTheme = (isDark) => { document.documentElement.dataset.theme = isDark ? "dark" : "light"; themed = null; draw(); };
document.getElementById("theme").onclick = () => setTheme(document.documentElement.dataset.theme !== "dark");
dark.addEventListener("change", () => setTheme(dark.matches));

/* The chart: mouse */

const spot = (event) => {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};
let drag = null;
canvas.addEventListener("pointerdown", (event) => {
  if (event.button === 0) drag = { x: event.clientX, isMoved: false };
});
window.addEventListener("pointermove", (event) => {
  if (!drag || !event.buttons) return;
  const distance = event.clientX - drag.x;
  if (!drag.isMoved && Math.abs(distance) < 4) return;
  drag.isMoved = true;
  drag.x = event.clientX;
  canvas.classList.add("dragged");
  moveBy((-distance * (chart.until - chart.from)) / canvas.clientWidth);
});
window.addEventListener("pointerup", () => {
  canvas.classList.remove("dragged");
  setTimeout(() => { drag = null; });
});
canvas.addEventListener("click", (event) => {
  if (drag && drag.isMoved) return;
  const node = nodeAt(...spot(event));
  choose(node);
  zoomTo(node);
});
canvas.addEventListener("wheel", (event) => {
  const [x] = spot(event);
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    zoomBy(1.0018 ** event.deltaY, x / canvas.clientWidth, false);
  } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    moveBy(((event.deltaX || event.deltaY) * (chart.until - chart.from)) / canvas.clientWidth);
  }
}, { passive: false });
canvas.addEventListener("pointermove", (event) => {
  const node = drag && drag.isMoved ? null : nodeAt(...spot(event));
  if (node !== chart.hovered) { chart.hovered = node; draw(); }
  showTip(node, event);
});
canvas.addEventListener("pointerleave", () => { chart.hovered = null; showTip(null); draw(); });

function showTip(node, event) {
  tip.hidden = !node;
  if (!node) return;
  tip.replaceChildren(make("b", {}, node.name), `${words(node.own)} by itself, ${words(node.total)} with its imports`,
    make("br"), make("span", {}, node.error || `${node.place}  ${node.statement}`));
  const box = canvas.closest(".chart").getBoundingClientRect();
  const x = event.clientX - box.left;
  const y = event.clientY - box.top;
  tip.style.left = `${Math.max(8, Math.min(x + 14, box.width - tip.offsetWidth - 8))}px`;
  tip.style.top = `${y + 20}px`;
}

/* The chart: keys */

const siblingsOf = (node) => (node.parent ? node.parent.children : roots.filter((root) => root.thread === node.thread));
const beside = (node, step) => {
  const order = [...siblingsOf(node)].sort((a, b) => a.left - b.left);
  return order[order.indexOf(node) + step];
};
const longest = (nodes) => [...nodes].sort((a, b) => b.total - a.total)[0];
canvas.addEventListener("keydown", (event) => {
  const node = state.chosen;
  const moves = {
    ArrowDown: () => longest(node.children), ArrowUp: () => node.parent,
    ArrowLeft: () => beside(node, -1), ArrowRight: () => beside(node, 1),
  };
  if (event.key in moves) {
    const next = node ? moves[event.key]() : roots[0];
    if (next) { choose(next); reveal(next); }
  } else if (event.key === "Enter" && node) zoomTo(node);
  else if (event.key === "+" || event.key === "=") zoomBy(0.5);
  else if (event.key === "-") zoomBy(2);
  else return;
  event.preventDefault();
});

/** Bring an import into view, without zooming further in than it needs. */
function reveal(node) {
  if (node.right < chart.from || node.left > chart.until || (node.right - node.left) / (chart.until - chart.from) < 0.004) {
    const around_ = node.parent || node;
    change({ zoomed: node.parent });
    show(around_.left, around_.right);
  }
  const scroll = document.getElementById("scroll");
  const y = node.lane.top + node.depth * ROW;
  if (y < scroll.scrollTop || y + ROW > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = y - scroll.clientHeight / 2;
}

window.addEventListener("keydown", (event) => {
  if (event.key === "/" && event.target !== search) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape") {
    choose(null);
    zoomTo(null);
  }
});

/* Begin */

document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
layOut();
chart.until = chart.end;
drawHeader();
drawHead();
drawCrumbs();
drawCount();
drawDetails();
new ResizeObserver(() => { drawRows(); draw(); }).observe(document.querySelector(".left"));
fill();
drawNow();
