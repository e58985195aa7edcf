// A box drawn on the small map, and addresses without empty fields. The page does all this without scripts too.

const form = document.querySelector("form.app-search-form");

// A field left empty says nothing, so that addresses stay short enough to send.
form?.addEventListener("submit", () => {
  const empty = [...form.querySelectorAll("input[name]")].filter((input) => input.value === "" && input.name !== "q");
  empty.forEach((input) => { input.disabled = true; });
  setTimeout(() => empty.forEach((input) => { input.disabled = false; }));
});

const map = document.querySelector("svg.app-map");
const field = document.querySelector("#bbox");
if (map && field) {
  const area = map.querySelector(".app-map__area");
  const sheet = Object.fromEntries(Object.entries(map.dataset).map(([name, value]) => [name, Number(value)]));
  const { width, height } = map.viewBox.baseVal;
  let start = null;

  map.classList.add("app-map--draws");
  document.querySelector(".app-map__how").hidden = false;

  const at = (event) => {
    const shown = map.getBoundingClientRect();
    const inside = (share, most) => Math.min(Math.max(share, 0), 1) * most;
    return {
      x: inside((event.clientX - shown.left) / shown.width, width),
      y: inside((event.clientY - shown.top) / shown.height, height),
    };
  };

  const draw = (end) => {
    const [x, y] = [Math.min(start.x, end.x), Math.min(start.y, end.y)];
    const [w, h] = [Math.abs(start.x - end.x), Math.abs(start.y - end.y)];
    for (const [name, value] of Object.entries({ x, y, width: w, height: h })) area.setAttribute(name, value.toFixed(1));
    if (w < 2 || h < 2) return;
    const west = sheet.west + x / sheet.across, east = sheet.west + (x + w) / sheet.across;
    const north = sheet.north - y / sheet.down, south = sheet.north - (y + h) / sheet.down;
    field.value = [west, south, east, north].map((degrees) => degrees.toFixed(2)).join(",");
  };

  map.addEventListener("pointerdown", (event) => {
    start = at(event);
    map.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  map.addEventListener("pointermove", (event) => { if (start) draw(at(event)); });
  map.addEventListener("pointerup", (event) => {
    draw(at(event));
    start = null;
    const place = document.querySelector("#area");
    if (place) place.value = "";
  });
  map.addEventListener("pointercancel", () => { start = null; });
}
