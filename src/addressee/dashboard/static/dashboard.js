// Comfort that pages do without: times in the browser's zone, keys, and parts of pages that change in place.

const KEYS = { h: "", p: "users", o: "objects", t: "tenants", l: "lists", w: "workflows", r: "runs", m: "messages", c: "channels" };

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function showTimes(within) {
  for (const time of within.querySelectorAll("time[datetime]")) {
    time.textContent = exact.format(new Date(time.dateTime));
  }
}

// Forms and links with data-into="id" replace the element of that id by the one of the page that follows.
// Of several that are under way for an element, the last one counts, in whatever order they are answered.
const latest = new Map();

async function replace(trigger, url, options) {
  const id = trigger.dataset.into;
  const turn = {};
  latest.set(id, turn);
  const answer = await fetch(url, { ...options, credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (latest.get(id) !== turn) return;
  const part = page.getElementById(id);
  if (!part) {
    location.assign(answer.url);
    return;
  }
  document.getElementById(id).replaceWith(part);
  showTimes(part);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.into) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  const url = new URL(form.action);
  if (form.method === "post") {
    replace(form, url, { method: "POST", body: fields });
  } else {
    url.search = fields;
    history.replaceState(null, "", url);
    replace(form, url);
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-into]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  replace(link, link.href);
});

// Fields of a form with data-live send it as they change.
let pause;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || !("live" in form.dataset)) return;
  clearTimeout(pause);
  pause = setTimeout(() => form.requestSubmit(), 150);
});

// One menu is open at a time; Escape and a click elsewhere close it.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));

let went = false;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
  const home = document.body.dataset.home;
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (!home || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("search").focus();
  } else if (went && event.key in KEYS) {
    location.assign(KEYS[event.key] ? `${home}/${KEYS[event.key]}` : home);
  }
  went = event.key === "g";
});

showTimes(document);
