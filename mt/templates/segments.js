"use strict";
// Letters that count as one in a search, beyond what Unicode decomposes (أ is alef with a mark).
const ALIKE = new Map("ىي یي ېي ٱا کك ڪك ةه ہه ھه ەه ۃه ’' ‘' ʼ' “\" ”\" «\" »\" –- —- ‑-".split(" ").map((pair) => [...pair]));
const LOST = /[\p{M}\p{Cf}ـء]/gu; // vowel marks and accents, invisible characters, tatweel, hamza on the line
const DIGIT = /[\u0660-\u0669\u06f0-\u06f9]/g;
const forms = []; // by code unit

/** Give the form under which a code unit is searched: none, one or several letters. */
function formOf(code) {
  const plain = String.fromCharCode(code).toLowerCase().normalize("NFKD").replace(LOST, "").replace(/\s/g, " ");
  return [...plain].map((letter) => ALIKE.get(letter) ?? letter).join("").replace(DIGIT, (d) => d.charCodeAt(0) & 15);
}

/** Give a text as it is searched, and to `places`, where given, for each unit of it the offset in the text. */
function fold(text, places) {
  let folded = "", blank = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const form = (forms[code] ??= formOf(code));
    if (form === "" || (blank && form === " ")) continue;
    folded += form;
    blank = form === " ";
    if (places) for (let i = 0; i < form.length; i++) places.push(at);
  }
  return folded;
}

/** Give each place of a folded text where the query stands. */
function* find(folded, query) {
  for (let at = folded.indexOf(query); at >= 0; at = folded.indexOf(query, at + query.length)) yield at;
}

/** Mark where a folded query stands in the given segments: a letter that stands everywhere on a page has too many places. */
function markHits(segments, query) {
  if (!globalThis.Highlight) return;
  const hits = new Highlight();
  if (query) for (const segment of segments)
    for (const element of segment.querySelectorAll(".arabic, .version:not([hidden]) .text")) {
      const node = element.firstChild, places = [];
      if (!node) continue;
      for (const at of find(fold(node.data, places), query))
        hits.add(new StaticRange({
          startContainer: node, startOffset: places[at],
          endContainer: node, endOffset: places[at + query.length] ?? node.data.length,
        }));
    }
  CSS.highlights.set("hit", hits);
}

/**
 * Run the controls of a page of segments: search, filters, keys, and what the address names.
 *
 * `apply` shows what is asked for and gives the segments shown, in their order; `paint` is given those near the window,
 * each time that others are or that others are asked for. Gives `observe`, to be called for each segment, and `ask`, to be
 * called where the controls have been set otherwise than by the user's hand.
 */
function browse({ apply, paint }) {
  const $ = (selector) => document.querySelector(selector);
  const form = $(".controls"), field = form.elements, filters = $("#filters"), dialog = $("dialog");
  const near = new Set();
  let shown, timer = 0;

  const sight = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) near[isIntersecting ? "add" : "delete"](target);
      paint(near);
    },
    { rootMargin: "50%" },
  );

  function show() {
    clearTimeout(timer);
    timer = 0;
    shown = apply();
    paint(near);
  }

  /** Show what was just asked for, and begin at its top. */
  function ask() {
    show();
    if ($("main").getBoundingClientRect().top < form.offsetHeight) $("main").scrollIntoView();
  }

  /** End the search and all filters; what has the focus stays in sight. */
  function clear() {
    form.reset();
    show();
    document.activeElement.closest(".segment")?.scrollIntoView({ block: "center" });
  }

  /** Go to the next segment shown, or to the one before (`step` -1): from the focus, else from the top of the window. */
  function move(step) {
    if (!shown) show();
    const from = shown.indexOf(document.activeElement.closest(".segment"));
    let to = from + step;
    if (from < 0) {
      const top = form.getBoundingClientRect().bottom;
      let low = 0, high = shown.length; // between them is the first one that begins below the controls
      while (low < high) {
        const middle = (low + high) >> 1;
        if (shown[middle].getBoundingClientRect().top < top) low = middle + 1;
        else high = middle;
      }
      to = step > 0 ? low : low - 1;
    }
    const segment = shown[Math.min(Math.max(to, 0), shown.length - 1)];
    if (!segment) return;
    segment.tabIndex = -1;
    segment.focus({ preventScroll: true });
    segment.scrollIntoView({ block: "center" });
  }

  /** Show what the address names, though search or filters hide it. */
  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    if (!target?.closest("[hidden]")) return;
    clear();
    target.scrollIntoView();
  }

  /** Show or hide the filters. */
  function toggle() {
    filters.hidden = !filters.hidden;
    field.filter.setAttribute("aria-expanded", !filters.hidden);
  }

  const acts = {
    "/": () => field.text.select(),
    "?": () => dialog.showModal(),
    f: toggle,
    n: () => move(1),
    j: () => move(1),
    p: () => move(-1),
    k: () => move(-1),
  };
  // With an Arabic keyboard the same keys give other letters.
  const latin = (event) =>
    /^[ -~]$/.test(event.key) ? event.key
      : event.code === "Slash" ? (event.shiftKey ? "?" : "/") : event.code.replace(/^Key/, "").toLowerCase();

  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(ask, event.target === field.text ? 120 : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (timer) ask();
    move(1);
  });
  field.previous.addEventListener("click", acts.p);
  field.clear.addEventListener("click", clear);
  field.filter.addEventListener("click", toggle);
  field.help.addEventListener("click", acts["?"]);
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  addEventListener("hashchange", reveal);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
    if (event.key === "Escape") {
      if (!field.clear.hidden) clear();
      document.activeElement.blur();
    } else if (!event.target.matches("input, select") && acts[latin(event)]) {
      event.preventDefault();
      acts[latin(event)]();
    }
  });

  field.filter.hidden = !filters.querySelector("label");
  form.hidden = false;
  // What is gone to stands below the controls, not under them.
  new ResizeObserver(() => {
    document.documentElement.style.scrollPaddingTop = `${form.offsetHeight + 8}px`;
  }).observe(form);
  return { observe: (segment) => sight.observe(segment), ask };
}
