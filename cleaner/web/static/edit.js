// Editing in place: what the text changes and which checks it fails is shown while one types. The server compares and measures.
const PAUSE = 250;
let request = null;
let timer = 0;

export function openEditor(desk, fromOriginal) {
  const editor = desk.querySelector("[data-editor]");
  const text = editor.querySelector("[data-edit-text]");
  if (fromOriginal) text.value = text.dataset.original;
  editor.open = true;
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
  editor.scrollIntoView({ block: "nearest" });
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

export function bindEditor(desk, token, say) {
  const form = desk.querySelector("[data-edit-form]");
  if (!form) return;
  const text = form.querySelector("[data-edit-text]");
  const save = form.querySelector("[data-save-edit]");
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => preview(form, token, say), PAUSE);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(save);
    }
  });
}

async function preview(form, token, say) {
  request?.abort();
  request = new AbortController();
  try {
    const response = await fetch(form.dataset.preview, {
      method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-CSRF-Token": token() }, signal: request.signal,
    });
    if (!response.ok || !form.isConnected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const place = form.querySelector("#preview");
    const before = failures(place);
    place.replaceChildren(...page.body.childNodes);
    const after = failures(place);
    form.querySelector("[data-save-edit]").firstChild.textContent = after ? "Keep it all the same " : "Keep this text ";
    form.querySelector("[data-save-edit]").scrollIntoView({ block: "nearest" });
    if (after !== before) say(after || "All checks pass.");
  } catch (error) {
    if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;  // the next pause, or saving, tells of a lost server
  }
}

const failures = (place) => [...place.querySelectorAll("[data-gate]")].map((gate) => gate.textContent.trim()).join(" ");
