/* The list of imports: sorted by a column, searched, and only what is in view is in the page. */

const HEIGHT = 32;
const table = document.getElementById("table");
const rowsElement = document.getElementById("rows");
const list = { shown: [], column: "own", isDown: true, drawn: new Map() };

const columns = [
  { key: "name", title: "Module", of: (node) => node.name },
  { key: "own", title: "Self", of: (node) => node.own, isNumber: true },
  { key: "total", title: "With its imports", short: "Total", of: (node) => node.total, isNumber: true },
  { key: "kind", title: "How", of: (node) => (node.outcome === "loaded" ? node.kind : node.outcome) },
  { key: "asked", title: "Asked for by", of: (node) => node.place },
];

function drawHead() {
  document.getElementById("columns").replaceChildren(...columns.map((column) => {
    const sorted = list.column === column.key ? (list.isDown ? "descending" : "ascending") : "none";
    const button = make("button", { onclick: () => sortBy(column), title: column.title }, column.short || column.title);
    return make("div", { role: "columnheader", "aria-sort": sorted, class: column.isNumber ? "number" : "" }, button);
  }));
}

function sortBy(column) {
  list.isDown = list.column === column.key ? !list.isDown : Boolean(column.isNumber);
  list.column = column.key;
  drawHead();
  fill();
}

/** Choose and sort what is listed, and begin at its top. */
function fill() {
  const { of, isNumber } = columns.find((column) => column.key === list.column);
  const order = isNumber ? (a, b) => of(a) - of(b) : (a, b) => of(a).localeCompare(of(b));
  const sign = list.isDown ? -1 : 1;
  list.shown = imports.filter((node) => !state.matches || state.matches.has(node));
  list.shown.sort((a, b) => sign * order(a, b) || a.number - b.number);
  rowsElement.style.height = `${list.shown.length * HEIGHT}px`;
  table.setAttribute("aria-rowcount", list.shown.length + 1);
  table.scrollTop = 0;
  list.drawn.clear();
  rowsElement.replaceChildren();
  if (!list.shown.length) {
    const said = imports.length ? "Nothing is called like that." : "The program imported nothing.";
    rowsElement.replaceChildren(make("p", { class: "none" }, said));
  }
  drawRows();
}

/** Put the rows that are in view into the page, and take the others out. */
function drawRows() {
  const first = Math.max(0, Math.floor(table.scrollTop / HEIGHT) - 6);
  const last = Math.min(list.shown.length, first + Math.ceil(table.clientHeight / HEIGHT) + 12);
  for (const [at, row] of list.drawn) {
    if (at < first || at >= last) {
      row.remove();
      list.drawn.delete(at);
    }
  }
  for (let at = first; at < last; at++) {
    if (!list.drawn.has(at)) {
      const row = rowOf(list.shown[at], at);
      list.drawn.set(at, row);
      rowsElement.append(row);
    }
  }
}

function rowOf(node, at) {
  const bar = make("i");
  bar.style.width = `calc(${node.own / mostOwn} * (100% - 86px))`;  // left of the number
  const row = make("div", {
    class: "row", role: "row", id: `row-${node.number}`, "aria-rowindex": at + 2,
    "aria-selected": String(state.chosen === node), onclick: () => choose(node, { isListed: true }),
  },
  make("div", { class: "name", role: "gridcell", title: node.name }, ...marked(node.name)),
  make("div", { class: "self", role: "gridcell" }, bar, make("b", {}, words(node.own))),
  make("div", { class: "number", role: "gridcell" }, words(node.total)),
  make("div", { role: "gridcell" }, tagOf(node)),
  make("div", { class: "asked", role: "gridcell", title: `${node.place}  ${node.statement}` },
    ...marked(node.place), "  ", make("code", {}, ...marked(node.statement))));
  row.style.top = `${at * HEIGHT}px`;
  return row;
}

function tagOf(node) {
  const isLoaded = node.outcome === "loaded";
  return make("span", { class: `tag ${isLoaded ? node.kind.replace(" ", "-") : "failed"}` }, isLoaded ? node.kind : node.outcome);
}

/** Return a text with what is searched for marked in it. */
function marked(words) {
  const query = state.query.trim().toLowerCase();
  const at = query ? words.toLowerCase().indexOf(query) : -1;
  if (at < 0) return [words];
  const end = at + query.length;
  return [words.slice(0, at), make("mark", {}, words.slice(at, end)), words.slice(end)];
}

/** Mark the chosen row, and bring it into view. */
function showChosen(isListed) {
  for (const [at, row] of list.drawn) row.setAttribute("aria-selected", String(list.shown[at] === state.chosen));
  const at = list.shown.indexOf(state.chosen);
  if (at < 0) return;
  table.setAttribute("aria-activedescendant", `row-${state.chosen.number}`);
  if (isListed) {
    const top = at * HEIGHT;
    const room = table.clientHeight - 36 - HEIGHT;
    if (top < table.scrollTop) table.scrollTop = top;
    else if (top > table.scrollTop + room) table.scrollTop = top - room;
  } else {
    table.scrollTop = Math.max(0, at * HEIGHT - table.clientHeight / 2);
  }
  drawRows();
}

table.addEventListener("scroll", drawRows, { passive: true });
table.addEventListener("keydown", (event) => {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -1e9, End: 1e9 };
  if (event.target !== table || !list.shown.length) return;
  if (event.key in steps) {
    const at = list.shown.indexOf(state.chosen);
    const next = at < 0 ? 0 : Math.min(Math.max(at + steps[event.key], 0), list.shown.length - 1);
    choose(list.shown[next], { isListed: true });
    event.preventDefault();
  } else if (event.key === "Enter" && state.chosen) {
    zoomTo(state.chosen);
  }
});
