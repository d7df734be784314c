// Keeps an inbox up to date while it is open, and has its forms not load the whole page. Without this, the page works
// by itself; with it, whatever is shown still comes from the server.

const inbox = () => document.getElementById("inbox");
const isAtFront = () => !new URLSearchParams(location.search).has("after");

let loads = 0;

// Shows the page that comes of a request, unless a later one is on its way.
async function show(asking) {
  const load = ++loads;
  const answer = await asking;
  const html = await answer.text();
  if (load !== loads) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  const shown = page.getElementById("inbox");
  if (!answer.ok || !shown) return location.reload();
  const focused = document.activeElement?.id;
  const row = document.activeElement?.closest(".item");
  const next = row && (row.nextElementSibling ?? row.previousElementSibling)?.id;
  const hadFocus = inbox().contains(document.activeElement);
  const before = Number(inbox().dataset.unread);
  inbox().replaceWith(document.adoptNode(shown));
  document.title = page.title;
  if (hadFocus) place(focused, row?.id, next);
  if (Number(shown.dataset.unread) > before) announce();
  tellSeen();
}

// Screen readers say a text that appears, also if it is the same as before.
function announce() {
  const news = document.getElementById("news");
  news.textContent = "";
  requestAnimationFrame(() => (news.textContent = news.dataset.text));
}

// Whatever is on a page that somebody looks at has been seen. A page that is loaded ahead is not looked at.
function tellSeen() {
  const unseen = [...document.querySelectorAll(".item[data-unseen]")];
  if (!unseen.length || document.visibilityState !== "visible") return;
  for (const item of unseen) delete item.dataset.unseen;
  tell("seen", unseen.map((item) => item.id.slice(2)));
}

function tell(what, items) {
  navigator.sendBeacon(inbox().dataset.action, new URLSearchParams([["do", what], ...items.map((id) => ["item", id])]));
}

// Gives the focus back: to the same button, else to one of the same item, else to the item that took its place.
function place(focused, ...rows) {
  const found = [focused && document.getElementById(focused)].concat(
    rows.map((id) => id && document.getElementById(id)?.querySelector("button")),
    document.getElementById("title"),
  );
  found.find(Boolean).focus({ preventScroll: true });
}

// What cannot be loaded now, the next change loads.
const refresh = () => show(fetch(location.href)).catch(() => {});

const send = (form, fields) => fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });

document.addEventListener("submit", (event) => {
  if (!inbox().contains(event.target)) return;
  event.preventDefault();
  show(send(event.target, new FormData(event.target, event.submitter))).catch(() => location.reload());
});

// An item whose link is followed has been read.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.open");
  if (link) tell("open", [link.dataset.item]);
});

document.addEventListener("visibilitychange", tellSeen);

function listen() {
  const stream = new EventSource(inbox().dataset.stream);
  let isFirst = true;
  stream.addEventListener("changed", (event) => {
    const { total, unread } = JSON.parse(event.data);
    const isSame = Number(inbox().dataset.unread) === unread && Number(inbox().dataset.total) === total;
    if (isAtFront() && !(isFirst && isSame)) refresh();
    isFirst = false;
  });
  stream.addEventListener("open", () => (isFirst = true));
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 30_000);
  });
}

listen();
tellSeen();
