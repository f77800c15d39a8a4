/* Everything about the chosen import; without one, the slowest of all. */

const details = document.getElementById("details");
const MOST = 12;

const linkTo = (node, words) => make("button", {
  class: "link", title: node.name, onclick: () => { choose(node); zoomTo(node); },
}, words || node.name);

function drawDetails() {
  details.replaceChildren(...(state.chosen ? partsOf(state.chosen) : partsOfAll()));
  details.scrollTop = 0;
}

const dot = (step) => {
  const element = make("i", { class: "dot" });
  element.style.background = `var(--${step})`;
  return element;
};

function barOf(steps) {
  const bar = make("div", { class: "bar", "aria-hidden": "true" });
  facts.steps.forEach((step, at) => {
    if (!steps[at]) return;
    const part = make("i", { title: `${step} ${words(steps[at])}` });
    part.style.flex = String(steps[at]);
    part.style.background = `var(--${step})`;
    bar.append(part);
  });
  return bar;
}

function partsOfAll() {
  const failed = imports.filter((node) => node.outcome === "failed");
  return [
    make("h2", { class: "plain" }, "The slowest by themselves"),
    make("p", { class: "file" }, "Choose an import to see why it was made and what its time went into."),
    listOf("", byOwn.slice(0, MOST), (node) => words(node.own)),
    ...(failed.length ? [listOf(`${counted(failed.length, "import")} failed`, failed.slice(0, MOST), (node) => node.place)] : []),
  ];
}

function listOf(title, nodes, value) {
  const items = nodes.map((node) => make("li", {}, linkTo(node), make("span", { class: "number" }, value(node))));
  return make("div", {}, title ? make("h3", {}, title) : "", make("ul", { class: "list" }, ...items));
}

function partsOf(node) {
  const tags = [tagOf(node)];
  if (node.rank <= 10) tags.push(make("span", { class: "tag failed" }, `slowest: ${node.rank}`));
  if (threads.length > 1) tags.push(make("span", { class: "tag" }, `thread ${node.thread}`));
  return [
    make("h2", {}, node.name),
    node.file ? make("p", { class: "file" }, node.file) : "",
    make("div", { class: "tags" }, ...tags),
    node.error ? make("p", { class: "error" }, node.error) : "",
    make("dl", { class: "big" },
      make("div", {}, make("dt", {}, "by itself"), make("dd", {}, words(node.own), make("small", {}, ` ${share(node.own, wholeOwn)}`))),
      make("div", {}, make("dt", {}, "with its imports"), make("dd", {}, words(node.total), make("small", {}, ` ${share(node.total, wholeOwn)}`)))),
    make("h3", {}, "Its own time, by step"), barOf(node.steps), stepsOf(node),
    make("h3", {}, "Found by"), foundBy(node),
    make("h3", {}, "Brought in by"), chainElement(node),
    childrenOf(node),
  ];
}

function stepsOf(node) {
  const items = facts.steps.map((step, at) => (node.steps[at]
    ? make("li", {}, dot(step), make("span", {}, step), make("span", { class: "number" }, words(node.steps[at])))
    : ""));
  return make("ul", { class: "steps" }, ...items.filter(Boolean));
}

function foundBy(node) {
  const declined = node.declined.length ? `, not by ${node.declined.join(", ")}` : "";
  const found = node.finder || (node.kind ? "a spec at hand" : "no finder");
  const loader = node.loader ? `; loaded by ${node.loader}` : "";
  return make("p", { class: "file" }, `${found}${declined}${loader}`);
}

function chainElement(node) {
  const items = chainOf(node).map((link) => make("li", {},
    make("code", {}, link.statement || `(asks for ${link.name})`),
    make("small", {}, link.place),
    link === node ? "" : make("div", {}, linkTo(link, `→ ${link.name}`))));
  return make("ol", { class: "chain" }, ...items);
}

function childrenOf(node) {
  if (!node.children.length) return "";
  const sorted = [...node.children].sort((a, b) => b.total - a.total);
  const more = sorted.length - MOST;
  const title = `It imported ${counted(sorted.length, "module")} itself${more > 0 ? `; the ${MOST} longest` : ""}`;
  return listOf(title, sorted.slice(0, MOST), (child) => words(child.total));
}
