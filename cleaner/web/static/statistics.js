// Copying the proposed settings; where the browser does not allow it, they are selected instead.
document.querySelectorAll("[data-copy]").forEach((button) => {
  button.hidden = false;
  const usual = button.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(`${source.textContent}\n`);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Selected: press Ctrl C";
    }
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { button.textContent = usual; }, 3000);
  });
});
