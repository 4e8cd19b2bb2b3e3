// The review page without reloads: forms and links fetch the same pages and swap one part. Without this module everything still works.
import { bindKeys, label } from "./keys.js";
import { bindEditor, openEditor } from "./edit.js";
import { bindClaims, release } from "./claims.js";

const live = document.getElementById("live");
let busy = false;
let shown = location.pathname + location.search;

export const desk = () => document.getElementById("review");
const token = () => desk().querySelector("input[name=csrf]")?.value ?? document.body.dataset.csrf;

function say(text) {
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 30);  // a screen reader reads a change, not a repetition
}

function tell(text) {
  const box = document.createElement("div");
  box.className = "outcome notice warn";
  box.dataset.refused = "";
  box.textContent = text;
  document.getElementById("main").querySelectorAll("[data-refused], [data-outcome]").forEach((old) => old.remove());
  document.getElementById("main").prepend(box);
  say(text);
}

// A request for a part of the page; a page that is older than the server gets a new CSRF token and asks once more.
async function ask(address, options, again = true) {
  const headers = { "X-Part": "review", ...(options.body ? { "X-CSRF-Token": token() } : {}) };
  const response = await fetch(address, { ...options, headers });
  if (response.status !== 403 || !again || !options.body) return response;
  const page = new DOMParser().parseFromString(await (await fetch("/", { headers: { "X-Part": "review" } })).text(), "text/html");
  const renewed = page.querySelector("input[name=csrf]")?.value;
  if (!renewed) return response;
  document.querySelectorAll("input[name=csrf]").forEach((field) => { field.value = renewed; });
  options.body.set("csrf", renewed);
  return ask(address, options, false);
}

function withoutOutcome(address) {
  const url = new URL(address, location.href);
  ["said", "on", "of", "what", "n", "left"].forEach((name) => url.searchParams.delete(name));
  return url.pathname + url.search;
}

// Fetch and swap. `keep` names the field that has the focus and keeps it; else the focus goes to the item's heading.
export async function go(address, options = {}, { push = true, keep = null } = {}) {
  if (busy) return;  // a key too many must not decide about a sentence that nobody has seen
  busy = true;
  desk().dataset.busy = "";
  try {
    const response = await ask(address, options);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("review");
    if (!fresh) {
      tell(page.querySelector("[data-error]")?.textContent ?? page.body.textContent.trim());
      return;
    }
    swap(fresh, keep);
    if (push) history.pushState(null, "", response.status === 200 ? withoutOutcome(response.url) : fresh.dataset.address);
    shown = location.pathname + location.search;
    if (response.status === 422) document.querySelector("[data-edit-text]")?.focus();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    tell("The server does not answer. Start `cleaner review --web` again and go on here: what was decided is kept.");
  } finally {
    busy = false;
    delete desk().dataset.busy;
  }
}

function swap(fresh, keep) {
  const old = desk();
  const { doc, key } = old.dataset;
  const scrolled = old.querySelector("[data-rows]")?.scrollTop ?? 0;
  const open = old.querySelector("[data-narrow]")?.open;
  const field = keep && document.getElementById(keep);
  const caret = field?.selectionStart;
  const typed = field?.type === "search" ? field.value : null;
  old.replaceWith(document.adoptNode(fresh));
  if (open !== undefined && fresh.querySelector("[data-narrow]")) fresh.querySelector("[data-narrow]").open ||= open;
  const rows = fresh.querySelector("[data-rows]");
  rows.scrollTop = scrolled;
  rows.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  dress();
  const next = keep && document.getElementById(keep);
  if (next) {
    next.focus();
    if (typed !== null) { next.value = typed; next.setSelectionRange(caret, caret); }
  } else {
    document.getElementById("place")?.focus({ preventScroll: true });
  }
  const left = fresh.querySelector("[data-pending]")?.textContent;
  const said = [...fresh.querySelectorAll("[data-say]")].map((part) => part.dataset.say);
  const failed = [...fresh.querySelectorAll("#preview [data-gate]")].map((gate) => gate.textContent.trim());
  say([...said, ...failed, `${left} left.`].join(" "));
  if (doc && key && (fresh.dataset.key !== key || fresh.dataset.doc !== doc)) release(doc, key, token());
}

// What only scripts can do is shown only to them.
function dress() {
  document.querySelectorAll("[data-action=edit-original]").forEach((part) => { part.hidden = false; });
  document.querySelectorAll("[data-apply]").forEach((part) => { part.hidden = true; });
  label();
  bindEditor(desk(), token, say);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!desk().contains(form)) return;
  event.preventDefault();
  const data = new URLSearchParams(new FormData(form, event.submitter));
  if (form.method === "get") {
    for (const [name, value] of [...data]) if (!value) data.delete(name);
    go(`/?${data}`, {}, { keep: document.activeElement?.id });
  } else {
    go(event.submitter?.getAttribute("formaction") ?? form.getAttribute("action"), { method: "POST", body: data });
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a, [data-action=edit-original]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const action = link.dataset.action;
  if (action === "edit" || action === "edit-original") {
    event.preventDefault();
    openEditor(desk(), action === "edit-original");
  } else if (action === "comment") {
    event.preventDefault();
    desk().querySelector("[data-comments]").open = true;
    document.getElementById("comment-text").focus();
  } else if (action === "help") {
    event.preventDefault();
    document.getElementById("keys").showModal();
  } else if (desk().contains(link) && link.href && new URL(link.href).pathname === "/" && !link.getAttribute("href").startsWith("#")) {
    event.preventDefault();
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
    go(link.href);
  }
});

let waiting = 0;
document.addEventListener("input", (event) => {
  if (event.target.id !== "search") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => event.target.form?.requestSubmit(), 300);
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-filters] select")) return;
  event.target.focus();  // the choice stays in hand
  event.target.form.requestSubmit();
});
window.addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) go(location.pathname + location.search, {}, { push: false });  // not for #queue
});

bindKeys(() => busy);
bindClaims(desk, token, tell);
dress();
if (new URL(location.href).searchParams.has("said")) history.replaceState(null, "", withoutOutcome(location.href));
