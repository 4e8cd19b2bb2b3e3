// While a sentence is open here, others see that; when one leaves it without a decision, it is free at once.
const EVERY = 60_000;

const post = (address, body, token) => fetch(address, {
  method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRF-Token": token }, keepalive: true,
});

export function release(doc, key, token) {
  post("/api/v1/release", { doc, key }, token).catch(() => {});  // it lapses by itself
}

export function bindClaims(desk, token, tell) {
  setInterval(async () => {
    const { doc, key, last } = desk().dataset;
    if (!key || document.hidden) return;
    try {
      const response = await post("/api/v1/claim", { doc, key }, token());
      if (response.status === 409) { tell((await response.json()).detail); return; }
      if (!response.ok || desk().dataset.key !== key) return;
      const now = await (await fetch(`/api/v1/item?${new URLSearchParams({ doc, key })}`)).json();
      if (String(now.last) !== last && now.entry) tell(`${now.entry.who} has decided about this sentence meanwhile.`);
    } catch { /* a server that is away is told of when one decides */ }
  }, EVERY);
  window.addEventListener("pagehide", () => {
    const { doc, key } = desk().dataset;
    if (key) release(doc, key, token());
  });
}
