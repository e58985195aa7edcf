// The entry form says while it is filled in what saving would say. Without this it works all the same.
const checks = document.getElementById("live-checks");
const form = checks?.closest("form");

const token = () => form.elements.csrfmiddlewaretoken.value;

async function ask(address, body) {
  const answer = await fetch(address, {
    method: "POST", body, headers: { "X-CSRFToken": token() }, credentials: "same-origin",
  });
  if (!answer.ok) throw new Error(`The check was answered with ${answer.status}.`);
  return answer.json();
}

// What is said waits while a button is held down: a press is lost on a button that moves away before it is let go.
let pressing = false;
const waiting = [];
addEventListener("pointerdown", () => { pressing = true; }, true);
for (const end of ["pointerup", "pointercancel", "dragend"]) {
  addEventListener(end, () => {
    pressing = false;
    setTimeout(() => { while (!pressing && waiting.length) waiting.shift()(); }); // after the click itself
  }, true);
}

function whenStill(change) {
  if (pressing) waiting.push(change); else change();
}

// A line below a field, read out when it changes.
function lineBelow(field, name) {
  const id = `live-${name}`;
  const found = document.getElementById(id);
  if (found) return found;
  const line = document.createElement("div");
  line.id = id;
  line.className = "live";
  line.setAttribute("role", "status");
  const row = field.closest(".form-row") ?? field.parentElement;
  row.append(line);
  return line;
}

function say(field, name, message) {
  whenStill(() => sayNow(field, name, message));
}

function sayNow(field, name, message) {
  const line = lineBelow(field, name);
  if (line.dataset.said === JSON.stringify(message)) return;
  line.dataset.said = JSON.stringify(message);
  line.classList.toggle("live-good", message.is_good === true);
  line.classList.toggle("live-bad", message.is_good === false);
  line.replaceChildren(document.createTextNode(message.text));
  if (message.url) {
    const link = document.createElement("a");
    link.href = message.url;
    link.textContent = "Open it";
    line.append(" ", link);
  }
}

function showQuality(quality) {
  const summary = document.getElementById("live-summary");
  const best = quality.fixes[0];
  const next = best ? ` Next: ${best.text} (+${best.gain})` : " Nothing left to mend.";
  if (summary) summary.textContent = `Quality ${quality.score} of 100, ${quality.band.toLowerCase()}.${next}`;
  const panel = document.getElementById("live-quality");
  if (!panel) return;
  const score = document.createElement("strong");
  score.textContent = quality.score;
  panel.replaceChildren(score, ` out of 100 (${quality.band.toLowerCase()}). ${best ? "Fix this first:" : "Nothing left to mend."}`);
  if (!best) return;
  const list = document.createElement("ol");
  list.className = "quality-fixes";
  for (const fix of quality.fixes) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${fix.place}`;
    link.textContent = fix.text;
    const gain = document.createElement("strong");
    gain.textContent = `+${fix.gain}`;
    const why = document.createElement("span");
    why.className = "help";
    why.textContent = fix.reason;
    item.append(link, " ", gain, `, to ${fix.after}`, document.createElement("br"), why);
    list.append(item);
  }
  panel.append(list);
}

let touched = new Set();
let asked = 0;

async function check() {
  const mine = ++asked;
  const body = new FormData(form);
  body.set("entry", checks.dataset.entry);
  try {
    const answer = await ask(checks.dataset.check, body);
    if (mine !== asked) return; // a later answer is on its way
    for (const [name, message] of Object.entries(answer.messages)) {
      const field = document.getElementById(`id_${name}`);
      if (field && (touched.has(name) || message.is_good)) say(field, name, message);
    }
    whenStill(() => {
      for (const line of form.querySelectorAll(".live-bad[id^='live-']")) {
        const name = line.id.slice(5);
        if (!name.startsWith("link-") && !(name in answer.messages)) line.remove();
      }
      if (answer.quality) showQuality(answer.quality);
    });
  } catch (error) {
    console.info(error.message); // saving checks all of this again
  }
}

async function checkLink(field) {
  const prefix = field.id.replace(/url$/, "");
  const name = `link-${prefix}`;
  if (!field.value.trim() || field.dataset.checked === field.value) return;
  field.dataset.checked = field.value;
  say(field, name, { text: "Looking whether this link works…" });
  const body = new FormData();
  body.set("url", field.value);
  try {
    const found = await ask(checks.dataset.checkLink, body);
    const filled = [];
    const format = document.getElementById(`${prefix}format`);
    if (found.format && format && !format.value && [...format.options].some((one) => one.value === found.format)) {
      format.value = found.format;
      filled.push(`format ${found.format}`);
    }
    const size = document.getElementById(`${prefix}size_bytes`);
    if (found.size_bytes !== null && found.size_bytes !== undefined && size && !size.value) {
      size.value = found.size_bytes;
      filled.push(`size ${found.size_bytes.toLocaleString("en-GB")} bytes`);
    }
    const also = filled.length ? ` Filled in: ${filled.join(", ")}.` : "";
    const good = { good: true, bad: false }[found.state];
    say(field, name, { text: found.text + also, is_good: good });
    schedule(0);
  } catch (error) {
    say(field, name, { text: "This link could not be checked just now. It is checked after you save." });
  }
}

let timer;
function schedule(wait) {
  clearTimeout(timer);
  timer = setTimeout(check, wait);
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.name) touched.add(event.target.name);
    schedule(700);
  });
  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field.name?.startsWith("resources-") && field.name.endsWith("-url")) checkLink(field);
    schedule(200);
  });
  schedule(0);
}
