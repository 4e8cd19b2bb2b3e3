// Keys act on the element with their data-action. They rest while one types, and a reviewer may choose others; those stay in this browser.
const STORE = "cleaner.keys";
const OFF = "cleaner.keys.off";
const NAMES = { ArrowRight: "→", ArrowLeft: "←", ArrowUp: "↑", ArrowDown: "↓", " ": "space" };

const dialog = () => document.getElementById("keys");
const rows = () => [...dialog().querySelectorAll("[data-key-row]")];

function remembered(name, otherwise) {
  try { return JSON.parse(localStorage.getItem(name)) ?? otherwise; } catch { return otherwise; }
}
function remember(name, value) {
  try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* private windows may refuse; the keys then hold for this page */ }
}

let own = remembered(STORE, {});

// action → its keys
function bindings() {
  const made = Object.fromEntries(rows().map((row) => [row.dataset.keyRow, own[row.dataset.keyRow] ?? row.dataset.usual.split(" ")]));
  const taken = new Set(Object.values(made).flat());
  for (let n = 2; n <= 9; n += 1) if (!taken.has(String(n))) made[`accept-${n}`] = [String(n)];
  return made;
}

export const pretty = (key) => key.split("+").map((part) => NAMES[part] ?? (part.length === 1 && key.includes("+") ? part.toUpperCase() : part)).join(" ").replace("Ctrl Z", key === "Ctrl+Z" ? "Ctrl Shift Z" : "Ctrl Z");

// As KeyboardEvent.key names it, "Ctrl+" in front where it is held; empty for what is no shortcut.
function pressed(event) {
  if (event.altKey && !event.getModifierState("AltGraph")) return "";
  if (["Shift", "Control", "Alt", "Meta", "Tab", "AltGraph", "CapsLock"].includes(event.key)) return "";
  return (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph") ? `Ctrl+${event.key}` : event.key;
}

const isTyping = (element) => element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])") || element.isContentEditable;

// Write the keys that hold on the buttons and on the help sheet.
export function label() {
  const made = bindings();
  for (const [action, keys] of Object.entries(made)) {
    document.querySelectorAll(`[data-keycap="${action}"]`).forEach((place) => { place.textContent = keys[0] ? pretty(keys[0]) : "–"; });
    document.querySelectorAll(`[data-action="${action}"]`).forEach((element) => {
      element.setAttribute("aria-keyshortcuts", keys.map((key) => key.replace("Ctrl+", "Control+")).join(" "));
    });
  }
  for (const row of rows()) {
    const cell = row.querySelector(".key-cell");
    const button = cell.querySelector("button") ?? cell.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "button";
    button.dataset.remap = row.dataset.keyRow;
    button.setAttribute("aria-label", `${made[row.dataset.keyRow].map(pretty).join(" or ") || "no key"}: choose another key to ${row.cells[1].textContent}`);
    button.replaceChildren(...made[row.dataset.keyRow].map((key) => Object.assign(document.createElement("kbd"), { textContent: pretty(key) })));
    cell.replaceChildren(button);
  }
}

// The next key becomes the action's only one, taken from whatever had it; Escape changes nothing.
function listen(button) {
  button.textContent = "press a key…";
  const stop = () => { button.removeEventListener("keydown", take); button.removeEventListener("blur", stop); label(); };
  const take = (event) => {
    const key = pressed(event);
    if (!key && event.key !== "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (key && key !== "Escape") {
      const made = bindings();
      for (const [action, keys] of Object.entries(made)) if (keys.includes(key)) own[action] = keys.filter((one) => one !== key);
      own[button.dataset.remap] = [key];
      remember(STORE, own);
    }
    stop();
    button.focus();
  };
  button.addEventListener("keydown", take);
  button.addEventListener("blur", stop);
}

function act(action) {
  const element = document.querySelector(`[data-action="${action}"]`);
  if (!element) return false;
  if (element.matches("input")) { element.focus(); element.select(); } else element.click();
  if (element.matches("summary") && element.parentElement.open) element.parentElement.querySelector("select, input:not([type=hidden])")?.focus();
  return true;
}

export function bindKeys(isBusy) {
  document.querySelectorAll("[data-remap-hint], [data-single-keys]").forEach((part) => { part.hidden = false; });
  const toggle = dialog().querySelector("[data-keys-on]");
  toggle.checked = !remembered(OFF, false);
  toggle.addEventListener("change", () => remember(OFF, !toggle.checked));
  dialog().querySelector("[data-reset-keys]").addEventListener("click", () => { own = {}; remember(STORE, own); label(); });
  dialog().addEventListener("click", (event) => {
    const button = event.target.closest("[data-remap]");
    if (button) listen(button);
    else if (event.target === dialog()) dialog().close();
  });
  document.addEventListener("keydown", (event) => {
    if (dialog().open || event.defaultPrevented || event.isComposing) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") document.getElementById("place")?.focus();
      return;
    }
    const key = pressed(event);
    if (!key || (!toggle.checked && !key.startsWith("Ctrl+"))) return;
    const found = Object.entries(bindings()).find(([, keys]) => keys.includes(key));
    if (!found) return;
    if (event.repeat || isBusy() || act(found[0])) event.preventDefault();
  });
}
