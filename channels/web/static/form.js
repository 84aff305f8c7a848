// Makes the form quicker to fill in; without this file it works all the same, in two steps.
// Nothing is sent anywhere before "Send", except the text (to offer a service) and a position that the resident asked for.
const root = document.documentElement;
root.classList.add("js");
const $ = (id) => document.getElementById(id);
const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const stored = (area, work) => {
  try { return work(window[area]); } catch { return null; } // a browser that forbids storage forbids no report
};

const form = $("form");
const done = $("done");
if (form) enhance();
if (done) follow();
if (root.classList.contains("embedded") && window.parent !== window) tellHeight();
if ($("summary")) $("summary").focus();

function enhance() {
  const words = JSON.parse(form.dataset.words);
  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const limits = { most: Number(form.dataset.maxPhoto), photos: 5 };
  const field = (name) => form.elements.namedItem(name);
  const photos = [];
  const key = form.dataset.draft;

  $("photos").hidden = false;
  $("place-tools").hidden = false;
  $("go").textContent = form.dataset.send;
  $("go").value = "send";

  // Answers of the gateway; one that is late or fails is only one that is missing.
  async function ask(url, body) {
    try {
      const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "omit" });
      return answer.ok ? await answer.json() : null;
    } catch { return null; }
  }

  // What it looks like
  let asked = "";
  let chosen = Boolean(field("service_code").value) && field("service_code").value !== field("service_guess").value;
  async function advise() {
    const text = field("text").value.trim();
    if (text.length < 8 || text === asked) return;
    asked = text;
    const advice = await ask(form.dataset.advice, { text, language: field("language").value });
    if (!advice || text !== asked) return;
    $("danger").hidden = !advice.emergency;
    if (chosen) return;
    const best = advice.abstained ? null : advice.suggestions[0];
    field("service_guess").value = best ? best.code : "";
    suggest(advice.suggestions);
    field("service_code").value = best ? best.code : "";
    $("guess-name").textContent = best ? best.name : "";
    $("guess").hidden = !best;
    if (!best) $("service").hidden = true;
  }
  function suggest(suggestions) {
    const select = field("service_code");
    select.querySelector("[data-suggested]")?.remove();
    if (!suggestions.length) return;
    const group = el("optgroup", { label: say("from_text") }, ...suggestions.map((one) => el("option", { value: one.code, textContent: one.name })));
    group.dataset.suggested = "";
    select.options[0].after(group);
  }
  $("guess-change").addEventListener("click", () => {
    $("service").hidden = !$("service").hidden;
    $("guess-change").setAttribute("aria-expanded", String(!$("service").hidden));
    if (!$("service").hidden) field("service_code").focus();
  });
  field("service_code").addEventListener("change", () => {
    chosen = true;
    $("guess").hidden = true;
  });
  field("text").addEventListener("input", later(advise, 600));
  field("text").addEventListener("blur", advise);

  // Where
  function place(lat, long, source, accuracy) {
    field("lat").value = lat.toFixed(6);
    field("long").value = long.toFixed(6);
    field("place_source").value = source;
    field("accuracy").value = accuracy ? Math.round(accuracy) : "";
    showPlace();
    near();
    keep();
  }
  function showPlace() {
    const source = field("place_source").value;
    $("placed").className = "placed";
    if (!field("lat").value) return $("placed").replaceChildren();
    const text = source === "photo" ? say("position_photo") : source === "pin" ? say("position_map") : say("position_found", { metres: Math.max(5, Number(field("accuracy").value) || 5) });
    $("placed").replaceChildren(el("p", { textContent: text }), button(say("remove"), "link", () => {
      for (const name of ["lat", "long", "place_source", "accuracy"]) field(name).value = "";
      showPlace();
      $("near").replaceChildren();
      keep();
      $("address").focus();
    }));
  }
  function trouble(text) {
    $("placed").className = "placed bad";
    $("placed").replaceChildren(el("p", { className: "error", textContent: text }));
  }
  $("here").addEventListener("click", () => {
    if (!navigator.geolocation) return trouble(say("position_failed"));
    $("placed").className = "placed";
    $("placed").replaceChildren(el("p", { textContent: say("position_looking") }));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => place(coords.latitude, coords.longitude, "form", coords.accuracy),
      (error) => trouble(say(error.code === 1 ? "position_denied" : "position_failed")),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  });
  $("map-open")?.addEventListener("click", async () => {
    const opened = !$("map").hidden;
    $("map").hidden = opened;
    $("map-open").setAttribute("aria-expanded", String(!opened));
    if (opened) return;
    const start = field("lat").value ? [Number(field("lat").value), Number(field("long").value), 17] : form.dataset.centre.split(",").map(Number);
    const { show } = await import(form.dataset.map);
    show($("map"), { start, tiles: form.dataset.tiles, note: form.dataset.tilesNote, say, el }, (spot) => {
      $("map").hidden = true;
      $("map-open").setAttribute("aria-expanded", "false");
      if (spot) place(spot[0], spot[1], "pin");
      $("map-open").focus();
    });
  });
  async function near() {
    const answer = await ask(form.dataset.near, { lat: Number(field("lat").value), long: Number(field("long").value), service_code: field("service_code").value, language: field("language").value });
    if (!answer || !answer.near.length || !field("lat").value) return $("near").replaceChildren();
    const choice = (value, ...children) => {
      const input = el("input", { type: "radio", name: "me_too", value, checked: value === "" });
      return el("label", { className: "choice" }, input, el("span", {}, ...children));
    };
    $("near").replaceChildren(el("fieldset", {}, el("legend", { textContent: answer.legend }),
      ...answer.near.map((one) => choice(one.id, el("strong", { textContent: one.name }), el("span", { className: "facts", textContent: one.facts }))),
      choice("", answer.different)));
  }

  // Photos
  $("photo").addEventListener("change", async () => {
    const chosenFiles = [...$("photo").files];
    $("photo").value = "";
    clear("photo");
    for (const file of chosenFiles) {
      if (photos.length >= limits.photos) { fault("photo", say("photo_too_many")); break; }
      if (file.size > limits.most) { fault("photo", say("photo_too_large", { name: file.name })); continue; }
      photos.push(file);
    }
    draw();
    await offer(chosenFiles);
  });
  function draw() {
    for (const image of $("thumbs").querySelectorAll("img")) URL.revokeObjectURL(image.src);
    $("thumbs").replaceChildren(...photos.map((file, index) => {
      const image = el("img", { src: URL.createObjectURL(file), alt: file.name });
      image.addEventListener("error", () => image.replaceWith(el("span", { className: "file", textContent: file.name })));
      const remove = button("", "", () => { photos.splice(index, 1); draw(); $("photo").focus(); });
      remove.setAttribute("aria-label", say("photo_remove", { name: file.name }));
      remove.append(el("span", { textContent: "×", ariaHidden: "true" }));
      return el("li", {}, image, remove);
    }));
    if (!photos.length) $("photo-offer").replaceChildren();
  }
  async function offer(files) {
    if (field("lat").value || $("address").value.trim()) return;
    for (const file of files) {
      const spot = await positionIn(file);
      if (!spot) continue;
      $("photo-offer").replaceChildren(el("p", { textContent: say("photo_offer") }),
        button(say("photo_yes"), "quiet", () => { $("photo-offer").replaceChildren(); place(spot[0], spot[1], "photo"); $("address").focus(); }),
        button(say("photo_no"), "link", () => { $("photo-offer").replaceChildren(); $("photo").focus(); }));
      return;
    }
  }

  // The draft: on this device only. Text and place stay for a few days, contact details as long as the window is open.
  const lasting = ["text", "address", "lat", "long", "accuracy", "place_source"];
  const passing = ["email", "phone", "name", "token"];
  const week = 7 * 86400e3;
  function keep() {
    const some = (names) => Object.fromEntries(names.map((name) => [name, field(name).value]));
    const empty = !field("text").value && !field("address").value && !field("lat").value;
    stored("localStorage", (area) => (empty ? area.removeItem(key) : area.setItem(key, JSON.stringify({ at: Date.now(), ...some(lasting) }))));
    stored("sessionStorage", (area) => area.setItem(key, JSON.stringify(some(passing))));
  }
  function restore() {
    if (field("text").value || $("summary")) return;
    const draft = stored("localStorage", (area) => JSON.parse(area.getItem(key) || "null"));
    if (!draft || !(Date.now() - draft.at < week)) return;
    const rest = stored("sessionStorage", (area) => JSON.parse(area.getItem(key) || "{}")) || {};
    for (const name of lasting) if (typeof draft[name] === "string") field(name).value = draft[name];
    for (const name of passing) if (typeof rest[name] === "string" && rest[name]) field(name).value = rest[name];
    showPlace();
    if (field("lat").value) near();
    advise();
    const note = el("p", { className: "small", id: "draft" }, `${say("draft")} `, button(say("draft_clear"), "link", () => {
      forget(key);
      location.reload();
    }));
    field("text").after(note);
  }
  form.addEventListener("input", later(keep, 250));
  addEventListener("pagehide", () => { if (!sent) keep(); });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sending = false;
    $("go").disabled = false;
    $("sending").textContent = "";
  });
  let sent = false;
  restore();
  showPlace();
  if (field("text").value) advise();

  // Sending: the page stays until the gateway has the message, so that whatever fails loses nothing.
  let sending = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    $("go").disabled = true;
    $("sending").textContent = say("sending");
    clear();
    const body = new FormData(form);
    body.delete("photo");
    // Sent before from this window, and come back to: the same form again, so that it stays one report.
    const said = digest(JSON.stringify([...body].filter(([name]) => name !== "token" && name !== "step")));
    const before = stored("sessionStorage", (area) => JSON.parse(area.getItem(`${key}.sent`) || "null"));
    if (before && before.said === said) body.set("token", before.token);
    body.set("step", "send");
    for (const file of photos) body.append("photo", file, file.name);
    const call = new XMLHttpRequest();
    call.open("POST", form.action);
    call.setRequestHeader("Accept", "application/json");
    call.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 2e5) $("sending").textContent = say("sending_share", { share: Math.round((100 * loaded) / total) });
    };
    call.onload = () => {
      let answer = null;
      try { answer = JSON.parse(call.responseText); } catch { /* a proxy's own page */ }
      if (call.status === 200 && answer?.next) {
        sent = true;
        forget(key);
        stored("sessionStorage", (area) => area.setItem(`${key}.sent`, JSON.stringify({ said, token: body.get("token") })));
        location.assign(answer.next);
        return;
      }
      again(answer?.mistakes?.length ? answer : { mistakes: [{ field: "", words: say("offline") }] });
    };
    call.onerror = call.ontimeout = () => again({ mistakes: [{ field: "", words: say("offline") }] });
    call.send(body);
  });
  function again(answer) {
    sending = false;
    $("go").disabled = false;
    $("sending").textContent = "";
    if (answer.token) field("token").value = answer.token;
    if (answer.emergency) $("danger").hidden = false;
    for (const mistake of answer.mistakes) if (mistake.field) fault(mistake.field, mistake.words);
    const list = el("ul", {}, ...answer.mistakes.map((mistake) => el("li", {}, mistake.field ? el("a", { href: `#${mistake.field}`, textContent: mistake.words }) : mistake.words)));
    const summary = el("div", { id: "summary", className: "summary", tabIndex: -1, role: "alert" }, el("h2", { textContent: say("title") }), list);
    form.closest(".paper").prepend(summary);
    keep();
    summary.focus();
    summary.scrollIntoView({ block: "nearest" });
  }
  function fault(name, text) {
    const input = $(name);
    $(`${name}-error`)?.remove();
    const before = name === "photo" ? $("thumbs") : input;
    before.before(el("p", { id: `${name}-error`, className: "error", textContent: text }));
    if (name !== "photo") {
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", [...new Set([...(input.getAttribute("aria-describedby") || "").split(" ").filter(Boolean), `${name}-error`])].join(" "));
    }
  }
  function clear(only) {
    for (const name of only ? [only] : ["text", "photo", "email", "phone"]) {
      $(`${name}-error`)?.remove();
      $(name).removeAttribute("aria-invalid");
    }
    if (!only) $("summary")?.remove();
  }
}

// Where a photo was taken, read on this device: JPEG and HEIC both hold the same Exif block (Exif 3.0 §4.6).
async function positionIn(file) {
  try {
    const data = new DataView(await file.slice(0, 3e6).arrayBuffer());
    for (let at = 0; at < data.byteLength - 20; at += 1) {
      if (data.getUint8(at) !== 0x45 || data.getUint32(at) !== 0x45786966 || data.getUint16(at + 4) !== 0) continue;
      const spot = positionAt(data, at + 6);
      if (spot) return spot;
    }
  } catch { /* a file that ends too early has no position */ }
  return null;
}
function positionAt(data, start) {
  const order = data.getUint16(start);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  const short = (at) => data.getUint16(start + at, little);
  const long = (at) => data.getUint32(start + at, little);
  const entries = (at) => {
    const found = new Map();
    for (let index = 0; index < Math.min(short(at), 200); index += 1) found.set(short(at + 2 + 12 * index), at + 2 + 12 * index);
    return found;
  };
  const pointer = entries(long(4)).get(0x8825);
  if (!pointer) return null;
  const gps = entries(long(pointer + 8));
  const degrees = (tag, reference, negative) => {
    if (!gps.has(tag) || !gps.has(reference)) return NaN;
    const at = long(gps.get(tag) + 8);
    const part = (index) => { const under = long(at + 8 * index + 4); return under ? long(at + 8 * index) / under : 0; };
    const value = part(0) + part(1) / 60 + part(2) / 3600;
    return String.fromCharCode(data.getUint8(start + gps.get(reference) + 8)) === negative ? -value : value;
  };
  const spot = [degrees(2, 1, "S"), degrees(4, 3, "W")];
  return Math.abs(spot[0]) <= 90 && Math.abs(spot[1]) <= 180 && (spot[0] || spot[1]) ? spot : null;
}

// The confirmation shows the number as soon as there is one.
async function follow() {
  forget(done.dataset.clear);
  const started = Date.now();
  while ("waiting" in done.dataset && Date.now() - started < 120e3) {
    await new Promise((resume) => { setTimeout(resume, Date.now() - started < 10e3 ? 1000 : 4000); });
    try {
      const answer = await (await fetch(done.dataset.became, { credentials: "omit" })).json();
      if (answer.waiting) continue;
      delete done.dataset.waiting;
      $("number").replaceChildren(...answer.lines.map((line) => el("p", { className: line.kind }, line.href ? el("a", { className: "quiet", href: line.href, textContent: line.text }) : line.text)));
    } catch { /* asked again */ }
  }
}

function tellHeight() {
  const tell = () => window.parent.postMessage({ intake311: "height", height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.body);
  tell();
}
function forget(key) {
  stored("localStorage", (area) => area.removeItem(key));
  stored("sessionStorage", (area) => area.removeItem(key));
}
function button(text, className, work) {
  const made = el("button", { type: "button", textContent: text, className });
  made.addEventListener("click", work);
  return made;
}
function digest(text) { // FNV-1a, to tell two texts apart without keeping them
  let hash = 0xcbf29ce484222325n;
  for (const unit of text) hash = BigInt.asUintN(64, (hash ^ BigInt(unit.codePointAt(0))) * 0x100000001b3n);
  return hash.toString(36);
}
function later(work, wait) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(work, wait); };
}
