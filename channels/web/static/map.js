// A map to put a place in the middle of: by finger, mouse, keyboard or its buttons. Loaded when somebody opens it.
const SIZE = 256;
const MOST = 19;
const x = (long, zoom) => ((long + 180) / 360) * SIZE * 2 ** zoom;
const y = (lat, zoom) => {
  const sine = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
  return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * SIZE * 2 ** zoom;
};
const longitude = (px, zoom) => (px / (SIZE * 2 ** zoom)) * 360 - 180;
const latitude = (py, zoom) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * py) / (SIZE * 2 ** zoom)))) * 180) / Math.PI;

export function show(home, { start, tiles, note, say, el }, finish) {
  let zoom = Math.min(MOST, start[2] || 14);
  let middle = [x(start[1], zoom), y(start[0], zoom)];
  const layer = el("div");
  const cross = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  cross.setAttribute("viewBox", "0 0 34 34");
  cross.setAttribute("class", "map-cross");
  cross.setAttribute("aria-hidden", "true");
  const pin = document.createElementNS("http://www.w3.org/2000/svg", "path");
  pin.setAttribute("d", "M17 34s11-11.5 11-20.5a11 11 0 0 0-22 0C6 22.5 17 34 17 34zm0-16a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9z");
  pin.setAttribute("fill", "currentColor");
  pin.setAttribute("fill-rule", "evenodd");
  cross.append(pin);
  const frame = el("div", { className: "map-frame", tabIndex: 0, role: "application" }, layer, cross);
  frame.setAttribute("aria-label", say("map_label"));
  if (note) frame.append(el("span", { className: "map-note", textContent: note }));
  const pad = el("div", { className: "map-pad" });
  const control = (sign, label, work, className = "quiet") => {
    const made = el("button", { type: "button", className, textContent: sign });
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", work);
    pad.append(made);
  };
  control("+", say("map_in"), () => scale(1));
  control("−", say("map_out"), () => scale(-1));
  control("↑", say("map_north"), () => move(0, -64));
  control("↓", say("map_south"), () => move(0, 64));
  control("←", say("map_west"), () => move(-64, 0));
  control("→", say("map_east"), () => move(64, 0));
  control(say("map_use"), "", () => finish([latitude(middle[1], zoom), longitude(middle[0], zoom)]), "button");
  control(say("map_close"), "", () => finish(null));
  home.replaceChildren(frame, pad);

  const images = new Map();
  function draw() {
    const width = frame.clientWidth;
    const height = frame.clientHeight;
    const left = middle[0] - width / 2;
    const top = middle[1] - height / 2;
    const wanted = new Set();
    const side = 2 ** zoom;
    for (let column = Math.floor(left / SIZE); column * SIZE < left + width; column += 1) {
      for (let row = Math.max(0, Math.floor(top / SIZE)); row * SIZE < top + height && row < side; row += 1) {
        const name = `${zoom}/${column}/${row}`;
        wanted.add(name);
        if (!images.has(name)) {
          const address = tiles.replace("{z}", zoom).replace("{x}", ((column % side) + side) % side).replace("{y}", row);
          const image = el("img", { src: address, alt: "", draggable: false, referrerPolicy: "strict-origin" });
          image.addEventListener("error", () => { image.style.visibility = "hidden"; });
          images.set(name, image);
          layer.append(image);
        }
        const image = images.get(name);
        image.style.left = `${Math.round(column * SIZE - left)}px`;
        image.style.top = `${Math.round(row * SIZE - top)}px`;
      }
    }
    for (const [name, image] of images) if (!wanted.has(name)) { image.remove(); images.delete(name); }
  }
  function move(right, down) { middle = [middle[0] + right, Math.max(0, Math.min(SIZE * 2 ** zoom, middle[1] + down))]; draw(); }
  function scale(step) {
    const next = Math.max(3, Math.min(MOST, zoom + step));
    middle = [middle[0] * 2 ** (next - zoom), middle[1] * 2 ** (next - zoom)];
    zoom = next;
    draw();
  }
  const touches = new Map();
  let apart = 0;
  frame.addEventListener("pointerdown", (event) => { frame.setPointerCapture(event.pointerId); touches.set(event.pointerId, event); apart = 0; });
  for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, (event) => touches.delete(event.pointerId));
  frame.addEventListener("pointermove", (event) => {
    const before = touches.get(event.pointerId);
    if (!before) return;
    touches.set(event.pointerId, event);
    if (touches.size === 1) return move(before.clientX - event.clientX, before.clientY - event.clientY);
    const [one, two] = [...touches.values()];
    const now = Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
    if (!apart) { apart = now; } else if (now > 1.5 * apart || now < apart / 1.5) { scale(now > apart ? 1 : -1); apart = now; }
  });
  frame.addEventListener("wheel", (event) => { if (event.ctrlKey || event.metaKey || document.activeElement === frame) { event.preventDefault(); scale(event.deltaY < 0 ? 1 : -1); } }, { passive: false });
  frame.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 8 : 48;
    const work = { ArrowUp: () => move(0, -step), ArrowDown: () => move(0, step), ArrowLeft: () => move(-step, 0), ArrowRight: () => move(step, 0), "+": () => scale(1), "=": () => scale(1), "-": () => scale(-1) }[event.key];
    if (work) { event.preventDefault(); work(); }
  });
  draw();
  frame.focus();
}
