// Walk over a map with the arrow keys and read each area below it. Without this, areas are links in tab order.

/** The middle of an area on screen. */
function middle(area) {
  const box = area.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2];
}

/** The nearest area in the direction of an arrow, or null at the edge. */
function beside(areas, from, [right, down]) {
  const [x, y] = middle(from);
  let best = null;
  let shortest = Infinity;
  for (const area of areas) {
    if (area === from) continue;
    const [otherX, otherY] = middle(area);
    const along = (otherX - x) * right + (otherY - y) * down;
    const across = Math.abs((otherX - x) * down + (otherY - y) * right);
    if (along <= 1) continue;
    const distance = along + 2 * across;
    if (distance < shortest) [best, shortest] = [area, distance];
  }
  return best;
}

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** Make one map walkable: a single tab stop, arrows between areas, the read-out below. */
function walkable(frame) {
  const areas = [...frame.querySelectorAll(".map__area")];
  const readout = frame.parentElement.querySelector("[data-map-readout]");
  if (!areas.length || !readout) return;
  const start = areas.find((area) => area.classList.contains("map__area--selected")) ?? areas[0];
  const current = (chosen) => areas.forEach((area) => area.setAttribute("tabindex", area === chosen ? "0" : "-1"));
  const tell = (event) => {
    const area = event.target.closest(".map__area");
    if (area) readout.textContent = area.getAttribute("aria-label");
  };
  current(start);
  frame.addEventListener("pointerover", tell);
  frame.addEventListener("focusin", (event) => {
    tell(event);
    const area = event.target.closest(".map__area");
    if (area) current(area);
  });
  frame.addEventListener("keydown", (event) => {
    const from = event.target.closest(".map__area");
    const next = from && ((event.key in ARROWS && beside(areas, from, ARROWS[event.key])) || (event.key === "Home" && areas[0]) || (event.key === "End" && areas.at(-1)));
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

document.querySelectorAll("[data-map]").forEach(walkable);
