// Keeps a page fresh: a stream tells that something changed, the page is read again, and what differs is changed in
// place, so that nothing jumps and focus, selection and opened details stay.
"use strict";

const AT_MOST_EVERY = 400;
const live = document.getElementById("live");
const stale = document.getElementById("stale");

function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeType !== Node.ELEMENT_NODE || from.nodeName !== to.nodeName || from.id !== to.id) {
    from.replaceWith(to);
    return;
  }
  const kept = (name) => name === "open" && from.nodeName === "DETAILS";
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !kept(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !kept(name)) from.setAttribute(name, value);
  }
  morphChildren(from, to);
}

// A child with an id is the same child wherever it stands, so that a row keeps its focus when one comes above it.
function morphChildren(from, to) {
  const known = new Map([...from.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = from.firstChild;
  for (const child of [...to.childNodes]) {
    const same = child.id ? known.get(child.id) : at && !at.id && at;
    if (!same) {
      from.insertBefore(child, at);
      continue;
    }
    if (same === at) at = at.nextSibling;
    else from.insertBefore(same, at);
    morph(same, child);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

async function refresh() {
  const answer = await fetch(location.href, { redirect: "error" });
  if (!answer.ok) throw new Error(answer.statusText);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = fresh.getElementById("live");
  if (!next) throw new Error("not the page");
  document.title = fresh.title;
  morph(live, document.adoptNode(next));
  tick();
}

// One reading at a time; what comes meanwhile leads to one more.
let reading = false;
let again = false;
async function changed() {
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  try {
    do {
      again = false;
      await refresh();
      await new Promise((done) => setTimeout(done, AT_MOST_EVERY));
    } while (again);
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
  reading = false;
  if (!live.dataset.changes) stream?.close();
}

const span = (seconds) => {
  const two = (number) => String(number).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`;
  return `${Math.floor(seconds / 86400)}d ${two(Math.floor(seconds / 3600) % 24)}h`;
};

function tick() {
  const since = (moment) => span(Math.max(0, Math.floor((Date.now() - moment) / 1000)));
  for (const time of document.querySelectorAll("time[data-since]")) time.textContent = since(time.dataset.since);
  for (const time of document.querySelectorAll("time[data-ago]")) time.textContent = `${since(time.dataset.ago)} ago`;
}

let stream;
if (live?.dataset.changes) {
  stream = new EventSource(live.dataset.changes);
  stream.onmessage = changed;
  stream.onerror = () => (stale.hidden = false);
}
tick();
setInterval(tick, 1000);
