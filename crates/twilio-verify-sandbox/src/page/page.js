// The virtual phones. Messages are inserted as text, never as HTML, because other people may have written them.

const CHANNELS = { sms: "SMS", call: "Call", whatsapp: "WhatsApp", email: "Email" };
const $ = (id) => document.getElementById(id);

const messages = new Map();
let chosen = null;
let clock = null;

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("data-") || name.startsWith("aria-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

let silence;
function say(text) {
  $("said").textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { $("said").textContent = ""; }, 3000);
}

// Calls the control API and shows the detail of a problem.
async function call(method, path, body) {
  const json = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(path, { method, ...json });
    if (!answer.ok) say((await answer.json()).detail);
    return answer.ok;
  } catch {
    say("The sandbox does not respond.");
    return false;
  }
}

const digits = (text) => text.replace(/[\s().-]/g, "").toLowerCase();
const newestFirst = () => [...messages.values()].sort((a, b) => Number(b.id) - Number(a.id));

function phones() {
  const wanted = digits($("filter").value);
  const phones = new Map();
  for (const message of newestFirst()) {
    if (digits(message.to).includes(wanted) && !phones.has(message.to)) phones.set(message.to, message);
  }
  return phones;
}

function time(text) {
  const then = new Date(text);
  const today = clock && then.toDateString() === shownTime().toDateString();
  return today ? then.toLocaleTimeString() : then.toLocaleString();
}

function drawPhones() {
  const list = [...phones()].map(([to, last]) => {
    const button = make("button", { type: "button", "aria-pressed": String(to === chosen) },
      make("span", { className: "who", textContent: to }),
      make("span", { className: "last", textContent: last.body }));
    button.dataset.to = to;
    return make("li", {}, button);
  });
  const focused = document.activeElement?.dataset?.to;
  $("phones").replaceChildren(...list);
  $("nothing").hidden = list.length > 0;
  $("nothing").textContent = messages.size === 0
    ? "No message yet. Request a code, and it appears here."
    : "No phone matches.";
  if (focused) [...$("phones").querySelectorAll("button")].find((button) => button.dataset.to === focused)?.focus();
}

function bubble(message, fresh) {
  const copy = make("button", { type: "button", className: "code", "aria-label": `Copy the code ${message.code}` },
    message.code, make("span", { textContent: "Copy" }));
  copy.dataset.code = message.code;
  const element = make("li", { className: fresh ? "bubble new" : "bubble", "data-channel": message.channel },
    make("p", { className: "meta" },
      make("strong", { textContent: CHANNELS[message.channel] ?? message.channel }),
      make("time", { dateTime: message.sent_at, textContent: time(message.sent_at) })),
    make("p", { className: "body", lang: message.locale, textContent: message.body }),
    copy,
    make("p", { className: "sid", textContent: message.verification_sid }));
  element.dataset.id = message.id;
  return element;
}

function drawThread(freshId) {
  const thread = newestFirst().filter((message) => message.to === chosen);
  const shown = new Map([...$("messages").children].map((element) => [element.dataset.id, element]));
  // Existing elements stay, so that none of them loses the focus.
  $("messages").replaceChildren(...thread.map((m) => shown.get(m.id) ?? bubble(m, m.id === freshId)));
  $("thread-title").textContent = chosen ?? "Messages";
  $("choose").hidden = chosen !== null;
  document.body.classList.toggle("open", chosen !== null);
}

function draw(freshId) {
  drawPhones();
  drawThread(freshId);
}

function choose(to) {
  if (to === chosen) return;
  chosen = to;
  $("messages").replaceChildren();
  draw();
}

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code);
  } catch {
    // Without a secure context, only the old clipboard API works.
    const field = make("textarea", { value: code });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  say(`Copied ${code}`);
}

function shownTime() {
  return new Date(clock.now + (performance.now() - clock.readAt));
}

function drawClock() {
  if (!clock) return;
  const now = shownTime();
  $("now").textContent = now.toLocaleString();
  $("now").dateTime = now.toISOString();
  $("offset").textContent = clock.offset > 0 ? `${clock.offset} s ahead` : "real time";
  $("real-time").disabled = clock.offset === 0;
}

const EFFECT = { drop: "lost request", sent_then_drop: "lost answer", malformed: "not JSON", truncated: "cut off" };

function drawFaults(faults) {
  const list = faults.map((fault) => {
    const effect = fault.status ?? (fault.delay_ms ? `delay of ${fault.delay_ms} ms` : EFFECT[fault.fault] ?? fault.fault);
    const about = [fault.operation, fault.to, fault.account].filter(Boolean).join(" ");
    const text = `${about}: ${effect}, hit ${fault.hits} of ${fault.times}`;
    const remove = make("button", { type: "button", className: "plain", textContent: "Remove", "aria-label": `Remove the fault ${text}` });
    remove.dataset.fault = fault.id;
    return make("li", { className: fault.hits >= fault.times ? "spent" : "" }, make("span", { textContent: text }), remove);
  });
  $("faults").replaceChildren(...list);
  $("no-faults").hidden = list.length > 0;
}

function listen() {
  const events = new EventSource("/sandbox/events");
  const state = (word, text) => { $("connection").dataset.state = word; $("connection").textContent = text; };
  events.onopen = () => state("live", "live");
  events.onerror = () => state("lost", "reconnecting");
  events.addEventListener("all", () => { messages.clear(); $("messages").replaceChildren(); draw(); });
  events.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    messages.set(message.id, message);
    draw(message.id);
  });
  events.addEventListener("clock", (event) => {
    const reading = JSON.parse(event.data);
    clock = { now: Date.parse(reading.now), offset: reading.offset_seconds, readAt: performance.now() };
    drawClock();
  });
  events.addEventListener("faults", (event) => drawFaults(JSON.parse(event.data).faults));
}

$("phones").addEventListener("click", (event) => {
  const to = event.target.closest("button")?.dataset.to;
  if (to) choose(to);
});
$("messages").addEventListener("click", (event) => {
  const code = event.target.closest("button")?.dataset.code;
  if (code) copy(code);
});
$("back").addEventListener("click", () => { choose(null); $("filter").focus(); });

// The filter is part of the address, so that a link can contain it.
function filter() {
  const text = $("filter").value.trim();
  history.replaceState(null, "", text ? `#${encodeURIComponent(text)}` : location.pathname);
  const found = [...phones().keys()];
  if (text && found.length === 1) chosen = found[0];
  else if (chosen !== null && !found.includes(chosen)) chosen = null;
  $("messages").replaceChildren();
  draw();
}
$("filter").addEventListener("input", filter);
function readAddress() {
  const text = location.hash.slice(1);
  try {
    $("filter").value = decodeURIComponent(text);
  } catch {
    // `#50%` is not valid percent-encoding: take it literally.
    $("filter").value = text;
  }
  draw();
}
addEventListener("hashchange", readAddress);

document.querySelectorAll("[data-advance]").forEach((button) => button.addEventListener("click", () => {
  call("POST", "/sandbox/clock", { advance_seconds: Number(button.dataset.advance) });
}));
$("real-time").addEventListener("click", () => call("DELETE", "/sandbox/clock"));

$("faults").addEventListener("click", (event) => {
  const id = event.target.closest("button")?.dataset.fault;
  if (id) call("DELETE", `/sandbox/faults/${id}`);
});
$("break").addEventListener("submit", (event) => {
  event.preventDefault();
  const effect = $("effect").value;
  const operation = $("operation").value;
  const status = Number(effect);
  const fault = status ? { fault: "status", status } : effect === "delay" ? { fault: "delay", delay_ms: 5000 } : { fault: effect };
  call("POST", "/sandbox/faults", { operation, ...fault });
});
$("forget").addEventListener("click", async () => {
  if (confirm("Forget all messages?") && await call("DELETE", "/sandbox/messages")) say("Messages forgotten");
});
$("reset").addEventListener("click", async () => {
  const question = "Delete all messages, verifications, services and faults, and go back to real time?";
  if (confirm(question) && await call("POST", "/sandbox/reset")) say("The sandbox was reset");
});

readAddress();
listen();
setInterval(drawClock, 1000);
