// The keys of a document's pages: from mark to mark, to the decision and back, from view to view. Without this module links do the same.
const MARKS = "[data-passage]:not([tabindex]), .tracked .mark a";
const WAITING = "[data-passage=waiting]:not([tabindex]), .tracked .open-mark a";

const keysAreOff = () => { try { return JSON.parse(localStorage.getItem("cleaner.keys.off")) ?? false; } catch { return false; } };
const all = (selector) => [...document.querySelectorAll(selector)];
const isTyping = (element) => element.matches("input, textarea, select") || element.isContentEditable;

// The neighbour of the mark that has the focus, or of what is in sight; round and round.
function step(selector, by) {
  const marks = all(selector);
  if (!marks.length) return;
  const at = document.activeElement;
  const follows = (mark) => (at?.matches(MARKS) ? at.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_FOLLOWING : mark.getBoundingClientRect().top > 80);
  const ahead = marks.findIndex((mark) => mark !== at && follows(mark));
  const behind = marks.findLastIndex((mark) => mark !== at && !follows(mark));
  const found = by > 0 ? marks[ahead < 0 ? 0 : ahead] : marks[behind < 0 ? marks.length - 1 : behind];
  found.focus();
  found.scrollIntoView({ block: "center" });
}

// Where the mark that has the focus is decided, or else the first that waits.
function decision() {
  const at = document.activeElement;
  if (at?.matches("[data-passage]")) return at;
  if (at?.matches(".tracked .mark a")) return document.querySelector(`${at.getAttribute("href")} .go`);
  return document.querySelector("[data-decide]");
}

const ACTS = {
  n: () => step(MARKS, 1), p: () => step(MARKS, -1), w: () => step(WAITING, 1), v: () => decision()?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || keysAreOff() || isTyping(event.target)) return;
  const link = document.querySelector(`[data-key-act="${CSS.escape(event.key)}"]`);
  if (!ACTS[event.key] && !link) return;
  event.preventDefault();
  if (link) link.click(); else ACTS[event.key]();
});

function arrive() {
  if (!location.hash.startsWith("#at-")) return;
  const key = CSS.escape(decodeURIComponent(location.hash.slice(4)));
  const place = document.querySelector(`[data-passage][data-key="${key}"]:not([tabindex]), .tracked [data-key="${key}"] + .mark a`);
  place?.focus({ preventScroll: true });
  place?.scrollIntoView({ block: "center" });
}

const line = document.querySelector("[data-keys-line]");
if (line && !keysAreOff() && document.querySelector(MARKS)) line.hidden = false;
const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
// Whoever comes back by the browser's button is where they left.
document.addEventListener("click", (event) => {
  const mark = event.target.closest("[data-passage], .go");
  const key = mark?.dataset.key ?? (mark && document.getElementById(mark.closest("li").querySelector(".back").getAttribute("href").slice(1))?.closest(".mark").previousElementSibling.dataset.key);
  if (key) history.replaceState(null, "", `#at-${key}`);
});
window.addEventListener("hashchange", arrive);
arrive();
