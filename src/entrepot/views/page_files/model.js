/* The facts of the page as objects: imports with parent and children, and words for times. */

const facts = JSON.parse(document.getElementById("tree").textContent);
const text = (number) => (number < 0 ? "" : facts.texts[number]);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** Return nanoseconds in words, in the unit that suits them. */
function words(time) {
  const ms = time / 1e6;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  if (ms >= 10) return `${ms.toFixed(1)} ms`;
  return ms >= 0.1 ? `${ms.toFixed(2)} ms` : `${(time / 1000).toFixed(0)} µs`;
}

const counted = (count, one) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
const share = (time, whole) => `${((100 * time) / (whole || 1)).toFixed(1)} %`;

/** Return one import as an object; its parent stands before it in the facts. */
function imported(row, number, before) {
  const field = Object.fromEntries(facts.fields.map((name, at) => [name, row[at]]));
  const node = {
    number, children: [], depth: 0, name: field.name, thread: field.thread, outcome: text(field.outcome),
    error: text(field.error), kind: text(field.kind), loader: text(field.loader), finder: text(field.finder),
    declined: field.declined.map(text), file: text(field.file), began: field.began, total: field.total,
    steps: field.steps, own: sum(field.steps), importer: text(field.importer), askedFile: text(field.asked_file),
    askedLine: field.asked_line, statement: text(field.statement), parent: before[field.parent] || null,
    top: field.name.split(".", 1)[0],
  };
  if (node.parent) {
    node.parent.children.push(node);
    node.depth = node.parent.depth + 1;
  }
  node.place = node.askedFile ? node.askedFile + (node.askedLine ? `:${node.askedLine}` : "") : "C code";
  node.words = [node.name, node.statement, node.place, node.file, node.kind, node.outcome].join("\n").toLowerCase();
  return node;
}

const imports = [];
for (const row of facts.imports) imports.push(imported(row, imports.length, imports));
const roots = imports.filter((node) => !node.parent);
const threads = [...new Set(imports.map((node) => node.thread))].sort((a, b) => a - b);
const wholeOwn = sum(imports.map((node) => node.own));
const mostOwn = Math.max(1, ...imports.map((node) => node.own));
const byOwn = [...imports].sort((a, b) => b.own - a.own);
byOwn.forEach((node, at) => { node.rank = at + 1; });
const firstByName = new Map();
for (const node of imports) {
  const known = firstByName.get(node.name);
  if (!known || (known.outcome === "failed" && node.outcome !== "failed")) firstByName.set(node.name, node);
}

/** Return the imports that brought one in, from the program to it: each asked for the next. */
function chainOf(node) {
  const chain = [];
  const seen = new Set();
  for (let at = node; at && !seen.has(at); at = firstByName.get(at.importer.split(":").pop())) {
    seen.add(at);
    chain.unshift(at);
  }
  return chain;
}

/** Return the imports under way around one, the outermost first, it itself last. */
function around(node) {
  const found = [];
  for (let at = node; at; at = at.parent) found.unshift(at);
  return found;
}

/* What is chosen, shown and searched for; whoever draws listens. */
const state = { chosen: null, zoomed: null, order: "time", colour: "package", query: "", matches: null };
const listeners = [];
const onChange = (listener) => listeners.push(listener);

function change(changes) {
  Object.assign(state, changes);
  if ("query" in changes) {
    const query = state.query.trim().toLowerCase();
    state.matches = query ? new Set(imports.filter((node) => node.words.includes(query))) : null;
  }
  for (const listener of listeners) listener(changes);
}

/** Make an element: its name, its attributes, what is in it. */
function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...inside.filter((part) => part !== null && part !== ""));
  return element;
}
