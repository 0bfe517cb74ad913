"use strict";
(() => {
  // What is closed in the record is kept aside until it is opened, so that the page stays light.
  const shelves = new Map();
  const byId = (id) => [document, ...shelves.values()].reduce((found, box) => found || box.getElementById(id), null);
  const all = (css) => [document, ...shelves.values()].flatMap((box) => [...box.querySelectorAll(css)]);
  const data = JSON.parse(byId("data-parts").textContent);
  const bar = byId("bar"), form = byId("readings"), panel = byId("panel"), traced = byId("traced");
  const wide = matchMedia("(min-width: 74rem)"), slim = matchMedia("(max-width: 40rem)"), root = document.documentElement;
  const home = data.readings.map((r) => r.home);
  const selects = data.readings.map((r) => byId(`o-${r.name}`));
  const holders = new Map();
  for (const e of all("[data-part]")) holders.set(e.dataset.part, [...(holders.get(e.dataset.part) || []), e]);
  const elements = (part) => holders.get(part) || [];
  for (const [name, part] of Object.entries(data.parts)) part.home ??= elements(name)[0].innerHTML;
  let now = [...data.now], audience = data.audiences[0], pinned = null, opener = null, isBack = false;

  const record = [...all("details.table, .ledger details")];
  const unshelve = (details) => {
    if (!shelves.has(details)) return;
    details.append(shelves.get(details));
    shelves.delete(details);
  };
  for (const details of record) {
    const box = document.createDocumentFragment();
    box.append(...[...details.children].slice(1));
    shelves.set(details, box);
    details.addEventListener("toggle", () => {
      if (!details.open) return;
      unshelve(details);
      fit();
    });
  }
  addEventListener("beforeprint", () => record.forEach(unshelve));
  const reveal = (target) => {
    for (const [details, box] of shelves) if (box.contains(target)) unshelve(details);
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
  };

  // --- what a part is under a choice of options; null if it was not made for that
  const pieces = (text) => text.match(/[^>]*>|[^>]+$/g) || [];
  const content = (part, chosen) => {
    const number = part.at[part.on.map((r) => chosen[r]).join(".")];
    if (number === undefined) return null;
    part.home_pieces = part.home_pieces || pieces(part.home);
    return part.as[number]
      .map((p) => (Array.isArray(p) ? part.home_pieces.slice(p[0], p[0] + p[1]).join("") : data.texts[p] ?? p))
      .join("");
  };

  // Of a figure that was not drawn for a choice: the one drawn that agrees with most of it.
  const nearest = (part, chosen) => {
    const agreeing = (key) => part.on.filter((r, n) => Number(key.split(".")[n]) === chosen[r]);
    const best = Object.keys(part.at).reduce((a, b) => (agreeing(b).length > agreeing(a).length ? b : a));
    const followed = agreeing(best), other = [...chosen];
    part.on.forEach((r, n) => { other[r] = Number(best.split(".")[n]); });
    const missed = part.on.filter((r) => !followed.includes(r)).map((r) => questionOf(r));
    return [content(part, other), `Not drawn for this combination. It does not follow: ${missed.join("; ")}`];
  };
  const questionOf = (r, chosen = now) => `${selects[r].labels[0].textContent} ${selects[r].options[chosen[r]].textContent}`;
  const langOf = (r) => selects[r].labels[0].lang || "en";

  // --- the controls in the language of the story, as far as it has words for them
  const known = (words) => Object.hasOwn(data.words[audience.language] ?? {}, words);
  const own = (words, filled = {}) =>
    Object.entries(filled).reduce((text, [name, said]) => text.replace(`{${name}}`, said), known(words) ? data.words[audience.language][words] : words);
  const tongue = (words) => (known(words) ? audience.language : "en");
  const speak = (element, words, filled) => Object.assign(element, { textContent: own(words, filled), lang: tongue(words) });
  const dub = () => {
    for (const element of all("[data-own]")) {
      element.dataset.own ||= element.textContent;
      if (element.textContent !== own(element.dataset.own)) speak(element, element.dataset.own);
    }
    for (const element of all("[aria-label]")) {
      element.dataset.label ||= element.getAttribute("aria-label");
      element.setAttribute("aria-label", own(element.dataset.label));
    }
  };

  const plain = (html) => new DOMParser().parseFromString(html, "text/html").body.textContent;
  // A value in the language of the story, from its row.
  const said = (row) => {
    const [, more, text] = row.match(/<td[^>]*>.*?<\/td><td([^>]*)>(.*?)<\/td>/s) || ["", "", ""];
    return more.split(` data-${audience.language}="`)[1]?.split('"')[0] ?? text;
  };
  const speakValue = (element, words) => Object.assign(element, { textContent: words, lang: audience.language });
  const isMoved = (id) => {
    const part = data.parts[id];
    return Boolean(part) && said(content(part, now) ?? part.home) !== said(part.home);
  };
  const aim = (link) => decodeURIComponent((link.getAttribute("href") || "").slice(1));

  // --- readings
  const show = (before) => {
    let changes = 0;
    const moving = new Set(), unmade = new Map(); // figures that changed, and what some do not follow
    for (const [name, part] of Object.entries(data.parts)) {
      const same = before && part.on.every((r) => before[r] === now[r]);
      const made = content(part, now);
      const isFigure = name.startsWith("f-");
      const [text, left] = made !== null ? [made, ""] : isFigure ? nearest(part, now) : [part.home, ""];
      const changed = text !== part.home;
      if (name.startsWith("v-") && isMoved(name)) changes += 1;
      for (const element of elements(name)) {
        if (!same) element.innerHTML = text;
        element.hidden = !text;
        const figure = isFigure && element.closest("figure"); // or a panel of one
        if (figure && changed) moving.add(figure);
        if (figure && left) unmade.set(figure, left);
        if (figure) continue;
        element.classList.toggle("changed", changed);
        element.classList.toggle("unmade", made === null);
      }
    }
    dub();
    for (const figure of all("figure")) {
      figure.querySelector(":scope > [data-part]").classList.toggle("changed", moving.has(figure));
      const note = figure.querySelector(":scope > .note");
      note.hidden = !unmade.has(figure);
      if (unmade.has(figure)) Object.assign(note, { textContent: unmade.get(figure), lang: "en" });
    }
    for (const link of all("a.v")) {
      const changed = isMoved(aim(link));
      link.classList.toggle("changed", changed);
      if (changed) link.setAttribute("title", own("at the default: {value}", { value: plain(said(data.parts[aim(link)].home)) || own("not there") }));
      else link.removeAttribute("title");
    }
    const switched = [];
    selects.forEach((select, r) => {
      select.selectedIndex = now[r];
      const changed = now[r] !== home[r];
      byId(`r-${data.readings[r].name}`).classList.toggle("changed", changed);
      if (changed) switched.push(r);
    });
    const named = Object.entries(data.scenarios).find(([, s]) => String(choice(s)) === String(now));
    const scenario = switched.length ? (named ? named[0] : "-") : "";
    byId("scenario").value = scenario;
    byId("scenario-now").textContent = scenario === "-" ? "none with a name" : scenario || "default";
    byId("reset").disabled = !switched.length;
    byId("read-as").hidden = !switched.length;
    speak(byId("read-as"), "Not as the curator reads it");
    if (switched.length) byId("read-as").append(": ", Object.assign(node("span", `${switched.map((r) => questionOf(r)).join("; ")}.`), { lang: langOf(switched[0]) }));
    const count = switched.length, undrawn = unmade.size, drawn = undrawn ? `; ${undrawn} figure${undrawn > 1 ? "s" : ""} follow${undrawn > 1 ? "" : "s"} only a part` : "";
    const counted = "{readings} changed, {values} moved";
    if (tongue(counted) !== "en") speak(byId("status"), count ? counted : "", { readings: count, values: changes });
    else speak(byId("status"), count
      ? `${count} reading${count > 1 ? "s" : ""} changed, ${changes} value${changes === 1 ? "" : "s"} with ${count > 1 ? "them" : "it"}${drawn}`
      : "");
    for (const button of all(".ask button")) {
      const r = data.readings.findIndex((one) => one.name === button.dataset.reading);
      const option = data.readings[r].options.indexOf(button.dataset.option), id = button.dataset.value;
      button.setAttribute("aria-pressed", String(now[r] === option));
      // What this answer makes of the outcome beside all that is chosen otherwise.
      const chosen = now.map((o, n) => (n === r ? option : o)), part = data.parts[id];
      const isMade = !part || content(part, chosen) !== null;
      speakValue(button.querySelector("b"), isMade ? plain(said(rowUnder(id, chosen).innerHTML)) || own("not known") : "");
    }
    if (pinned === "changes") tellChanges();
    else if (pinned) explain(pinned);
    rove();
    fit();
  };
  const choice = (options) => data.readings.map((r) => {
    const place = r.options.indexOf(options[r.name]);
    return place < 0 ? r.home : place;
  });
  // The address holds how the report is read, and a place in it; the way back undoes either.
  let at = ""; // the place that was gone to last
  const keep = () => {
    const pairs = data.readings.flatMap((r, n) => (now[n] === home[n] ? [] : [`${r.name}=${r.options[now[n]]}`]));
    if (audience !== data.audiences[0]) pairs.unshift(`for=${audience.name}`);
    const state = pairs.length ? `#${[...pairs, ...(at ? [`at=${at}`] : [])].join("&")}` : at ? `#${at}` : location.pathname + location.search;
    history.pushState(null, "", state);
  };
  const choose = (next) => {
    const before = now;
    now = next;
    show(before);
  };
  // Open questions and course stand after the first section of a story to clinicians in any language.
  const opening = [document.querySelector(".asks"), byId("figure-course")].filter(Boolean);
  const place = document.createComment("open questions and course");
  opening[0]?.before(place);
  const arrange = () => {
    const isTranslated = audience.name === audience.language;
    const first = isTranslated && document.querySelector(`.audience[data-audience="${audience.name}"] > section:not(.begin)`);
    (first || place).after(...opening);
  };
  const tell = (name) => {
    audience = data.audiences.find((a) => a.name === name) || data.audiences[0];
    for (const element of all("[data-audience]")) {
      const shown = element.dataset.audience === audience.name;
      if (element.tagName === "BUTTON") element.setAttribute("aria-pressed", String(shown));
      else if (element.tagName === "DETAILS") {
        element.open = shown;
        element.classList.toggle("shown", shown);
      } else element.hidden = !shown;
    }
    arrange();
    dub();
    document.title = document.querySelector(`header [data-audience="${audience.name}"] h1`).textContent;
    if (pinned && pinned !== "changes") explain(pinned);
  };
  const fromHash = () => {
    const pairs = location.hash.slice(1).split("&").map((p) => p.split("="));
    const known = pairs.filter(([n, o]) => data.readings.some((r) => r.name === n && r.options.includes(o)));
    const of = (key) => (pairs.find(([n]) => n === key) || ["", ""])[1];
    const isState = pairs.every(([, o]) => o !== undefined) || !location.hash;
    return isState ? [choice(Object.fromEntries(known)), of("for"), decodeURIComponent(of("at"))] : null;
  };
  // The address says how the report is read; or it is a place in it.
  const open = () => {
    const asked = fromHash(), place = asked ? null : byId(decodeURIComponent(location.hash.slice(1)));
    if (place) choose([...home]); // a place alone is one of the report as its curator reads it
    if (asked) {
      tell(asked[1]);
      choose(asked[0]);
      at = asked[2];
      const gone = at ? byId(at) : null;
      if (gone) reveal(gone);
      gone?.scrollIntoView();
    } else if (place && /^[vs]-/.test(place.id)) {
      pinned = place.id;
      explain(pinned);
    } else if (place) {
      const teller = place.closest("[data-audience]");
      if (teller) tell(teller.dataset.audience);
      place.scrollIntoView();
    }
  };
  const settle = (next) => {
    choose(next);
    keep();
    if (moved().length) { pinned = "changes"; tellChanges(); }
    else if (pinned === "changes") close(false);
  };
  for (const button of all(".ask button")) {
    button.disabled = false;
    button.addEventListener("click", () => {
      const others = Object.fromEntries(data.readings.map((r, n) => [r.name, r.options[now[n]]]));
      settle(choice({ ...others, [button.dataset.reading]: button.dataset.option }));
      button.scrollIntoView({ block: "nearest" }); // the sheet of changes may cover it
    });
  }
  selects.forEach((select, r) => select.addEventListener("change", () => settle(now.map((o, n) => (n === r ? select.selectedIndex : o)))));
  byId("scenario").addEventListener("change", (e) => settle(choice(data.scenarios[e.target.value] || {})));
  const reset = () => { settle([...home]); byId("scenario").focus({ preventScroll: true }); };
  byId("reset").addEventListener("click", reset);
  for (const button of all("#audiences button")) button.addEventListener("click", () => { tell(button.dataset.audience); show(now); keep(); });
  addEventListener("popstate", () => {
    open();
    if (pinned === "changes" && !moved().length) close(false);
  });

  // --- what fits on the screen
  const fit = () => {
    const isSticky = getComputedStyle(bar).position === "sticky";
    root.style.setProperty("--bar", isSticky ? `${bar.offsetHeight}px` : "0px");
    for (const box of all(".scroll, .wide, .slim")) {
      const table = slim.matches && box.querySelector(":scope > table:not(.values, .sources)");
      const ledger = slim.matches && box.querySelector(":scope > table.values, :scope > table.sources");
      if (ledger) named(ledger);
      if (!slim.matches) box.classList.remove("cards");
      else if (table && box.scrollWidth > box.clientWidth) turn(box, table);
      const over = box.scrollWidth > box.clientWidth;
      box.classList.toggle("over", over);
      if (over) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  // A table without the room turns into cards, each cell with the name of its column.
  const turn = (box, table) => {
    named(table);
    box.classList.add("cards");
  };
  const named = (table) => {
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
    for (const row of table.tBodies[0].rows) [...row.cells].forEach((cell, n) => { cell.dataset.name = names[n]; });
  };
  const fold = () => {
    byId("contents").firstElementChild.open = wide.matches;
    makeRoom();
  };
  const makeRoom = () => {
    root.style.scrollPaddingBottom = wide.matches || panel.hidden ? "" : `${panel.offsetHeight + 12}px`;
  };
  new ResizeObserver(fit).observe(bar);
  addEventListener("resize", fit);
  wide.addEventListener("change", fold);
  document.addEventListener("toggle", fit, true);

  // --- a figure is one stop of the keyboard; arrow keys lead from link to link within it
  const rove = () => {
    for (const svg of all("figure svg")) {
      const links = [...svg.querySelectorAll("a")];
      const kept = links.find((a) => a.getAttribute("tabindex") === "0") || links[0];
      for (const a of links) a.setAttribute("tabindex", a === kept ? "0" : "-1");
    }
  };
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest?.("figure svg a");
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!link || !step) return;
    event.preventDefault();
    const links = [...link.ownerSVGElement.querySelectorAll("a")];
    const next = links[(links.indexOf(link) + step + links.length) % links.length];
    link.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });

  // --- what a switch changed
  const moved = () => Object.keys(data.parts).filter((name) => name.startsWith("v-") && isMoved(name));
  const tellChanges = () => {
    const title = speak(node("h2"), "What changed"), list = node("div"), rest = node("details"), others = node("div");
    title.tabIndex = -1;
    list.className = others.className = "changes";
    for (const id of moved()) {
      const row = byId(id), before = plain(said(data.parts[id].home)) || own("not there");
      const after = plain(said(row.innerHTML)) || own("not there");
      const name = row.cells[0].textContent || plain(data.parts[id].home.split("</td>")[0]);
      const place = all(`main a[href="#${CSS.escape(id)}"]`).find((a) => !a.closest("table") && a.checkVisibility());
      const line = node(place ? "button" : "p");
      line.append(speak(node("span"), name), ": ", speakValue(node("del"), before), " → ", speakValue(node("ins"), after));
      if (place) {
        line.type = "button";
        line.addEventListener("click", () => { place.scrollIntoView({ block: "center" }); place.focus({ preventScroll: true }); });
      }
      (place ? list : others).append(line);
    }
    rest.append(speak(node("summary"), "and in the record: {count}", { count: others.children.length }), others);
    const undo = speak(node("button"), "Back to the default");
    undo.type = "button";
    undo.addEventListener("click", reset);
    traced.replaceChildren(title, list, ...(others.children.length ? [rest] : []), undo);
    traced.lang = "en";
    byId("loading").hidden = true;
    panel.hidden = false;
    makeRoom();
  };

  // --- the words in their sentence, in the copy of the article that the reader opened
  let article = "";
  const even = (text) => text.replace(/[\u2010-\u2015]/g, "-").replace(/[“”]/g, '"').replace(/[‘’]/g, "'").toLowerCase();
  const sentence = (words) => {
    const at = even(article).indexOf(even(words)), end = at + words.length;
    if (at < 0) return null;
    const stop = article.indexOf(". ", end), box = node("blockquote");
    const first = Math.max(article.lastIndexOf(". ", at) + 2, at - 240);
    const last = Math.min(stop < 0 ? article.length : stop + 1, end + 240);
    box.append(article.slice(first === 1 ? 0 : first, at), node("mark", article.slice(at, end)), article.slice(end, last));
    return box;
  };
  const inSentence = (box) => {
    const told = new Set();
    if (article) for (const item of box.querySelectorAll("li, dd")) {
      const words = item.querySelector("li") ? "" : (item.textContent.match(/^“(.+?)”/s) || ["", ""])[1];
      for (const piece of words.split(/\s*…\s*/).filter((one) => one && !told.has(one))) {
        const found = sentence(piece);
        told.add(piece);
        if (found) item.append(found);
      }
    }
    return box;
  };
  byId("article").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    article = file ? (await file.text()).replace(/-\n/g, "-").replace(/\s+/g, " ") : "";
    const [words] = pinned ? (traced.textContent.match(/“(.+?)”/s) || []).slice(1) : [];
    byId("loaded").textContent = article && words && !words.split(/\s*…\s*/).some(sentence) ? "These words are not in that file as they are quoted." : "";
    if (pinned && pinned !== "changes") explain(pinned);
  });

  // --- where a number comes from
  const node = (tag, text) => Object.assign(document.createElement(tag), text === undefined ? {} : { textContent: text });
  const entry = (list, words, content) => {
    if (!content || !(content.textContent ?? content)) return;
    const dd = node("dd");
    dd.append(content);
    list.append(speak(node("dt"), words), dd);
  };
  const cell = (row, n) => {
    const box = document.createDocumentFragment(), from = row && row.cells[n];
    const said = from && from.getAttribute(`data-${audience.language}`);
    if (said) box.append(speakValue(node("span"), said));
    else if (from && known(from.textContent)) box.append(speak(node("span"), from.textContent));
    else if (from) box.append(...from.cloneNode(true).childNodes);
    return box;
  };
  const few = (box, most = 5) => {
    const list = box.querySelector("ul"), rest = list ? [...list.children].slice(most) : [];
    if (rest.length < 2) return box;
    const more = node("details"), ul = node("ul");
    ul.append(...rest);
    more.append(speak(node("summary"), "and more: {count}", { count: rest.length }), ul);
    box.append(more);
    return box;
  };
  // A row of the values as it is under a choice of options.
  const rowUnder = (id, chosen) => {
    const row = node("tr"), part = data.parts[id];
    row.innerHTML = part ? content(part, chosen) ?? part.home : byId(id)?.innerHTML ?? "";
    return row;
  };
  // A number of another reading leads to that: here is the value that it is, and under which option;
  // nothing where several values have that number, since their words may differ.
  const otherwise = (id, words) => {
    const r = data.readings.findIndex((one) => id === `s-case.yaml/readings/${one.name}`);
    const moving = Object.keys(data.parts).filter((name) => name.startsWith("v-") && data.parts[name].on.includes(r));
    const found = [];
    for (const option of r < 0 ? [] : data.readings[r].options.keys()) {
      const chosen = now.map((o, n) => (n === r ? option : o));
      const names = option === now[r] ? [] : moving.filter((one) => plain(said(content(data.parts[one], chosen) ?? "")) === words);
      for (const name of names) found.push({ row: rowUnder(name, chosen), chosen, words: selects[r].options[option].textContent });
    }
    return found.length === 1 ? found[0] : null;
  };
  const derived = (row, chosen = now) => {
    const box = cell(row, 4);
    for (const link of box.querySelectorAll("a.v")) {
      const value = plain(said(rowUnder(aim(link), chosen).innerHTML));
      if (value) speakValue(Object.assign(link, { title: own(link.textContent) }), value);
    }
    return box;
  };
  const depends = (row, chosen = now) => {
    const box = cell(row, 5);
    for (const link of box.querySelectorAll("a")) {
      const r = data.readings.findIndex((one) => aim(link) === `r-${one.name}`);
      Object.assign(link, { textContent: questionOf(r, chosen), lang: langOf(r) });
    }
    return box;
  };
  const heading = (element) => element.closest("section")?.querySelector("h2");
  const label = (element) => {
    const figure = element.closest("figure");
    if (figure) return `${own("figure")}: ${figure.querySelector("figcaption").textContent}`;
    const table = element.closest("details.table");
    if (table) return `${own("table")}: ${table.querySelector("summary").textContent}`;
    const row = element.closest("table.values tr");
    if (row) return `${own("value")}: ${own(row.cells[0].textContent)}, ${plain(said(row.innerHTML))}`;
    return heading(element)?.textContent;
  };
  const uses = (id) => {
    const found = new Map();
    for (const link of all(`a[href="#${CSS.escape(id)}"]`)) {
      if (panel.contains(link) || link.closest("header")) continue;
      const teller = link.closest("[data-audience]");
      if (teller && teller.dataset.audience !== audience.name) continue;
      const words = label(link), row = link.closest("table.values tr");
      if (!words || found.has(words)) continue;
      const target = row ? row.id : (link.closest("figure, details.table")?.id || heading(link)?.id);
      const a = node("a", words);
      a.href = `#${target}`;
      a.lang = audience.language;
      if (row) a.className = "v";
      found.set(words, a);
    }
    return [...found.values()];
  };
  let trail = []; // what was explained before, in the panel
  const explain = (id, link = null) => {
    const row = byId(id), other = link && otherwise(id, link.textContent);
    if (!row) return;
    trail = trail.includes(id) ? trail.slice(0, trail.indexOf(id) + 1) : [...trail, id];
    const isValue = id.startsWith("v-"), list = node("dl"), record = node("dl"), more = node("details");
    const words = isValue ? plain(said(row.innerHTML)) : row.cells[1].textContent, says = isValue ? "" : row.cells[2].textContent;
    const isSilent = !isValue && !row.cells[3].textContent && !/^s-reference/.test(id);
    const title = speak(node("h2"), (isSilent ? says : words) || words || (isValue ? "not there under these readings" : row.cells[0].textContent));
    title.tabIndex = -1;
    if (isValue) title.lang = audience.language;
    if (other) {
      title.textContent = link.textContent;
      entry(list, "if read as", other.words);
      entry(list, "rests on", few(cell(other.row, 6)));
      if (cell(other.row, 4).textContent !== "as reported") entry(list, "worked out as", derived(other.row, other.chosen));
      entry(list, "depends on the reading", depends(other.row, other.chosen));
      entry(record, "value", cell(other.row, 0));
    } else if (isValue) {
      entry(list, "rests on", few(cell(row, 6)));
      if (cell(row, 4).textContent !== "as reported") entry(list, "worked out as", derived(row));
      entry(list, "depends on the reading", depends(row));
      entry(list, "bounds", row.cells[2].textContent === "one value" ? "" : cell(row, 2));
      entry(record, "value", cell(row, 0));
      entry(record, "unit", cell(row, 3));
    } else {
      if (isSilent && own(words) !== title.textContent) entry(list, "rests on", cell(row, 1));
      if (own(says) !== title.textContent) entry(list, "what it says", cell(row, 2));
      entry(list, "place", cell(row, 3));
      entry(record, "row", cell(row, 0));
      entry(record, "file", cell(row, 4));
    }
    const places = uses(id);
    if (places.length) {
      const box = document.createDocumentFragment(), ul = node("ul");
      for (const a of places) { const li = node("li"); li.append(a); ul.append(li); }
      box.append(ul);
      entry(list, "also used in", few(box, 8));
    }
    more.append(speak(node("summary"), "for the record"), record);
    traced.replaceChildren(title, inSentence(list), more);
    const before = trail.length > 1 && byId(trail[trail.length - 2]);
    if (before) {
      const isOne = before.id.startsWith("v-");
      const back = node("button", `‹ ${isOne ? plain(said(before.innerHTML)) : own("back")}`);
      back.type = "button";
      back.className = "back";
      back.addEventListener("click", () => { pinned = before.id; explain(pinned); traced.querySelector("h2").focus(); });
      traced.prepend(back);
    }
    byId("loading").hidden = !/“/.test(list.textContent);
    traced.lang = "en";
    panel.hidden = false;
    panel.scrollTop = 0;
    makeRoom();
  };
  // Where it was opened: the link itself, or what stands there now, or else the report.
  const origin = () => {
    const same = opener ? all(`main a[href="${CSS.escape(opener.href)}"], header a[href="${CSS.escape(opener.href)}"]`) : [];
    const seen = same.filter((a) => a.checkVisibility());
    return [opener?.link, ...seen].find((a) => a && document.contains(a) && a.checkVisibility()) || byId("main");
  };
  const close = (back = true) => {
    const wasInside = panel.contains(document.activeElement);
    panel.hidden = true;
    pinned = null;
    trail = [];
    makeRoom();
    isBack = true; // what gets the focus again is not explained again
    if (back && (opener || wasInside)) origin().focus({ preventScroll: !opener });
    isBack = false;
    opener = null;
  };
  const goTo = (target) => {
    at = target.id;
    keep();
    reveal(target);
    target.scrollIntoView();
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  };
  const traceable = (target) => target.closest?.("a.v, a.f, #panel a[href^='#v-'], #panel a[href^='#s-'], table.values a[href^='#s-']");
  document.addEventListener("click", (event) => {
    const link = traceable(event.target), other = event.target.closest?.("a[href^='#']");
    if (!link && !other) return;
    event.preventDefault();
    const id = aim(link || other);
    if (link) {
      if (!panel.contains(link)) {
        opener = { link, href: link.getAttribute("href") };
        trail = [];
      }
      pinned = id;
      explain(id, link);
      if (event.detail === 0 || panel.contains(document.activeElement)) traced.querySelector("h2").focus();
      else link.scrollIntoView({ block: "nearest" });
    } else if (id.startsWith("r-")) {
      history.pushState(null, "", location.href);
      if (!wide.matches) close(false);
      form.querySelector("details").open = true;
      byId(id).querySelector("select").focus();
    } else {
      if (panel.contains(other) && !wide.matches) close(false);
      const isList = other.id === "to-contents", contents = byId("contents").firstElementChild;
      if (isList) contents.open = !contents.open;
      else if (!wide.matches) contents.open = false;
      if (isList && contents.open) contents.querySelector("ul:not([hidden]) a").focus();
      else if (!isList) goTo(byId(id));
    }
  });
  let waiting = 0;
  document.addEventListener("mouseover", (event) => {
    clearTimeout(waiting);
    const link = traceable(event.target);
    if (pinned || !wide.matches || byId("contents").contains(document.activeElement)) return;
    // Not where the panel would cover what is pointed at; and only after a while, so that
    // the way to the panel may lead over other numbers, and that to the contents too.
    if (link && !panel.contains(link)) waiting = setTimeout(() => explain(aim(link), link), panel.hidden ? 120 : 250);
    else if (!panel.hidden && !panel.contains(event.target) && !traceable(document.activeElement)) waiting = setTimeout(() => close(false), 900);
  });
  document.addEventListener("focusin", (event) => {
    const link = traceable(event.target);
    // The citation stands right before the contents, which the panel would hide.
    if (pinned || isBack || panel.contains(event.target) || event.target.closest("header")) return;
    if (link && link.matches(":focus-visible")) {
      explain(aim(link), link);
      link.scrollIntoView({ block: "nearest" });
    } else if (!link && !panel.hidden) close(false);
  });
  const each = form.querySelector("details"), contentsList = byId("contents").firstElementChild;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (each?.open) {
      each.open = false;
      each.firstElementChild.focus({ preventScroll: true });
    } else if (contentsList.open && !wide.matches) contentsList.open = false;
    else if (!panel.hidden) close();
  });
  // Of the sheets of a narrow screen one is open at a time.
  each?.addEventListener("toggle", () => { if (each.open && !wide.matches) contentsList.open = false; });
  contentsList.addEventListener("toggle", () => { if (contentsList.open && !wide.matches && each) each.open = false; });
  byId("close").addEventListener("click", () => close());

  const copy = byId("copy");
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.href);
    speak(copy, "Copied");
    setTimeout(() => speak(copy, "Copy link"), 2000);
  });
  // A page that was handed on alone has no files beside it: a figure and its data are made of what
  // it holds, and it is printed instead of its PDF.
  const isAlone = !location.pathname.replace(/index\.html$/, "").endsWith(`/reports/${data.case}/`);
  const offered = (text, type) => URL.createObjectURL(new Blob([text], { type }));
  const picture = (figure) => {
    const drawing = figure.querySelector("svg").cloneNode(true);
    drawing.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    drawing.setAttribute("font-family", "Liberation Sans, Arial, sans-serif");
    for (const link of drawing.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    return drawing.outerHTML.replace(/var\(--c([0-9a-f]{6})\)/g, "#$1");
  };
  const inert = (words) => (/^[=+\-@\t\r]/.test(words) && Number.isNaN(Number(words)) ? `'${words}` : words);
  const sheet = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => `"${inert(cell.textContent).replaceAll('"', '""')}"`).join(",")).join("\n");
  const made = {
    SVG: (figure) => [picture(figure), "image/svg+xml", "svg"],
    "data (CSV)": (figure) => [sheet(figure.querySelector("details table")), "text/csv", "csv"],
  };
  if (isAlone) for (const link of all("a[data-beside]")) {
    const figure = link.closest("figure"), make = figure && made[link.dataset.beside];
    if (make) {
      link.href = `#${figure.id}`;
      link.addEventListener("click", () => {
        const [text, type, end] = make(figure);
        Object.assign(link, { href: offered(text, type), download: `${figure.id}.${end}` });
      });
    } else if (link.dataset.beside === "print") {
      speak(link, "Print");
      link.addEventListener("click", (event) => { event.preventDefault(); print(); });
    } else link.remove();
  }
  if (isAlone) for (const box of all("[data-beside]:not(a)")) box.remove();
  // The section in sight: the last whose heading is above the middle of the screen.
  const headings = all("main h2[id]");
  let isDue = false;
  const markSection = () => {
    isDue = false;
    const above = headings.filter((h) => h.checkVisibility() && h.getBoundingClientRect().top < innerHeight / 2);
    for (const a of all("#contents a")) {
      if (above.length && a.hash === `#${above.at(-1).id}`) a.setAttribute("aria-current", "true");
      else a.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", () => {
    if (!isDue) requestAnimationFrame(markSection);
    isDue = true;
  }, { passive: true });

  // --- rows of the record that hold some words
  const filter = byId("filter");
  filter.addEventListener("input", () => {
    const words = filter.value.trim().toLowerCase();
    let count = 0;
    for (const details of record) {
      if (words) unshelve(details);
      const rows = [...details.querySelectorAll("tbody tr")];
      const held = rows.filter((row) => !row.hidden && row.textContent.toLowerCase().includes(words));
      for (const row of rows) row.classList.toggle("sifted", Boolean(words) && !held.includes(row));
      details.open = Boolean(words) && held.length > 0;
      count += held.length;
    }
    byId("found").textContent = words ? `${count || "no"} row${count === 1 ? "" : "s"}` : "";
  });
  byId("find").hidden = false;

  root.classList.add("live");
  form.hidden = !data.readings.length;
  byId("audiences").hidden = data.audiences.length < 2;
  fold();
  tell("");
  show(data.now);
  if (location.hash) open();
  markSection();
})();
