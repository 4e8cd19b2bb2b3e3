// The menu at the top right closes as menus do, and its choices come back to where one is.
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.preventDefault();
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener("submit", (event) => {
  const back = event.target.querySelector("[data-back]");
  if (back) back.value = location.pathname + location.search;
});
