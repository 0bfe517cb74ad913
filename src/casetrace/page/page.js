"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data-parts").textContent);
  const form = byId("readings"), panel = byId("panel"), traced = byId("traced");
  const home = data.readings.map((r) => r.home);
  const selects = data.readings.map((r) => byId(`o-${r.name}`));
  const elements = (part) => document.querySelectorAll(`[data-part="${CSS.escape(part)}"]`);
  for (const [name, part] of Object.entries(data.parts)) part.home ??= elements(name)[0].innerHTML;
  let now = [...data.now], pinned = null, opener = null;

  // --- what a part is under a choice of options; null if it was not made for that
  const pieces = (text) => text.match(/[^>]*>|[^>]+$/g) || [];
  const content = (part, chosen) => {
    const number = part.at[part.on.map((r) => chosen[r]).join(".")];
    if (number === undefined) return null;
    part.home_pieces = part.home_pieces || pieces(part.home);
    return part.as[number]
      .map((p) => (typeof p === "string" ? p : part.home_pieces.slice(p[0], p[0] + p[1]).join("")))
      .join("");
  };

  const said = (text) => (text.match(/<td>.*?<\/td><td>(.*?)<\/td>/s) || ["", ""])[1];
  const isMoved = (id) => {
    const part = data.parts[id];
    return Boolean(part) && said(content(part, now) ?? part.home) !== said(part.home);
  };

  const aim = (link) => decodeURIComponent((link.getAttribute("href") || "").slice(1));

  // --- readings
  const show = (before) => {
    let moved = 0;
    for (const [name, part] of Object.entries(data.parts)) {
      const same = before && part.on.every((r) => before[r] === now[r]);
      const made = content(part, now);
      const text = made === null ? part.home : made;
      const changed = text !== part.home;
      if (name.startsWith("v-") && isMoved(name)) moved += 1;
      for (const element of elements(name)) {
        if (!same) element.innerHTML = text;
        element.hidden = !text;
        element.classList.toggle("changed", changed);
        element.classList.toggle("unmade", made === null && !name.startsWith("f-"));
        const note = element.parentElement.querySelector(":scope > .note");
        if (note) note.hidden = made !== null;
      }
    }
    for (const link of document.querySelectorAll("a.v")) {
      link.classList.toggle("changed", isMoved(aim(link)));
    }
    selects.forEach((select, r) => {
      select.selectedIndex = now[r];
      byId(`r-${data.readings[r].name}`).classList.toggle("changed", now[r] !== home[r]);
    });
    const scenario = byId("scenario");
    const named = Object.entries(data.scenarios).find(([, s]) => String(choice(s)) === String(now));
    scenario.value = String(now) === String(home) ? "" : named ? named[0] : "-";
    const count = now.filter((o, r) => o !== home[r]).length;
    byId("status").textContent = count
      ? `${count} reading${count > 1 ? "s" : ""} changed, ${moved} value${moved === 1 ? "" : "s"} with ${count > 1 ? "them" : "it"}`
      : "";
    if (pinned) explain(pinned);
  };
  const choice = (options) => data.readings.map((r) => {
    const place = r.options.indexOf(options[r.name]);
    return place < 0 ? r.home : place;
  });
  const choose = (next, silent) => {
    const before = now;
    now = next;
    show(before);
    if (silent) return;
    const pairs = data.readings.flatMap((r, n) => (now[n] === home[n] ? [] : [`${r.name}=${r.options[now[n]]}`]));
    history.replaceState(null, "", pairs.length ? `#${pairs.join("&")}` : location.pathname + location.search);
  };
  const fromHash = () => {
    const pairs = location.hash.slice(1).split("&").map((p) => p.split("="));
    const known = pairs.filter(([n, o]) => data.readings.some((r) => r.name === n && r.options.includes(o)));
    return known.length ? choice(Object.fromEntries(known)) : null;
  };
  selects.forEach((select, r) => select.addEventListener("change", () => choose(now.map((o, n) => (n === r ? select.selectedIndex : o)))));
  byId("scenario").addEventListener("change", (e) => choose(choice(data.scenarios[e.target.value] || {})));
  byId("reset").addEventListener("click", () => choose([...home]));
  addEventListener("hashchange", () => { const next = fromHash(); if (next) choose(next, true); });

  // --- where a number comes from
  const node = (tag, text) => Object.assign(document.createElement(tag), text === undefined ? {} : { textContent: text });
  const entry = (list, term, content) => {
    if (!content || !(content.textContent ?? content)) return;
    const dd = node("dd");
    dd.append(content);
    list.append(node("dt", term), dd);
  };
  const cell = (row, n) => {
    const box = document.createDocumentFragment();
    if (row && row.cells[n]) box.append(...row.cells[n].cloneNode(true).childNodes);
    return box;
  };
  const heading = (element) => element.closest("section")?.querySelector("h2, h3");
  const label = (element) => {
    const figure = element.closest("figure");
    if (figure) return `figure: ${figure.querySelector("figcaption").textContent}`;
    const table = element.closest("details.table");
    if (table) return `table: ${table.querySelector("summary").textContent}`;
    const row = element.closest("table.values tr");
    if (row) return `value: ${row.cells[0].textContent}`;
    return heading(element)?.textContent;
  };
  const uses = (id) => {
    const found = new Map();
    for (const link of document.querySelectorAll(`main a[href="#${CSS.escape(id)}"]`)) {
      const said = label(link), row = link.closest("table.values tr");
      if (!said || found.has(said)) continue;
      const target = row ? row.id : (link.closest("figure")?.id || heading(link)?.id);
      const a = node("a", said);
      a.href = `#${target}`;
      if (row) a.className = "v";
      found.set(said, a);
    }
    return [...found.values()];
  };
  const explain = (id) => {
    const row = byId(id);
    if (!row) return;
    traced.replaceChildren();
    const list = node("dl");
    if (id.startsWith("v-")) {
      traced.append(node("h3", row.cells[1].textContent || "not there under these readings"));
      ["value", null, "bounds", "unit", "derived", "hangs on", "rests on"].forEach((term, n) => term && entry(list, term, cell(row, n)));
    } else {
      traced.append(node("h3", row.cells[1].textContent || row.cells[0].textContent));
      entry(list, "place", cell(row, 2));
      entry(list, "row", cell(row, 0));
      entry(list, "file", cell(row, 3));
    }
    const places = uses(id);
    if (places.length) {
      const ul = node("ul");
      for (const a of places) { const li = node("li"); li.append(a); ul.append(li); }
      entry(list, "also used in", ul);
    }
    traced.append(list);
    panel.hidden = false;
  };
  const close = () => {
    panel.hidden = true;
    pinned = null;
    if (opener && document.contains(opener)) opener.focus();
    opener = null;
  };
  const traceable = (target) => target.closest?.("a.v, a.f, #panel a[href^='#v-'], #panel a[href^='#s-'], table.values a[href^='#s-']");
  document.addEventListener("click", (event) => {
    const link = traceable(event.target);
    const reading = event.target.closest?.("a[href^='#r-']");
    if (reading) {
      event.preventDefault();
      form.querySelector("details").open = true;
      byId(reading.hash.slice(1)).querySelector("select").focus();
    }
    if (!link) return;
    event.preventDefault();
    if (!panel.contains(link)) opener = link;
    pinned = aim(link);
    explain(pinned);
  });
  document.addEventListener("mouseover", (event) => {
    const link = traceable(event.target);
    if (link && !pinned && !panel.contains(link)) explain(aim(link));
  });
  document.addEventListener("focusin", (event) => {
    const link = traceable(event.target);
    if (link && !pinned && !panel.contains(link) && link.matches(":focus-visible")) explain(aim(link));
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });
  byId("close").addEventListener("click", close);

  form.hidden = false;
  show(data.now);
  const asked = fromHash();
  if (asked) choose(asked, true);
})();
