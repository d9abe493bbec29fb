(() => {
  const WORD = /[\p{L}\p{M}\p{N}]+(?:['’.,-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]/gu;
  const LONGEST = 4e6; // products of two texts' words beyond which only what words there are is compared
  const $ = (selector) => document.querySelector(selector);
  const form = $(".controls"), field = form.elements, main = $("main"), nothing = $(".nothing");
  const all = field.count.value; // "1,234 segments"
  const elements = [...main.getElementsByClassName("segment")];
  const segments = new Map(); // what is asked of each one, by its element, in the order of the test set
  const marks = {}; // by name of what they say
  if (globalThis.Highlight) for (const name of ["differs", "lacks"]) CSS.highlights.set(name, (marks[name] = new Highlight()));
  let asked, query = "", order = elements, pointed = null;

  /** Read a segment of the page into what is asked of it. */
  function read(element) {
    const textOf = (part) => fold(part.textContent);
    return {
      element,
      groups: element.dataset.groups.split(" "),
      fixed: [...element.querySelectorAll(".arabic, .reference .text")].map(textOf).join("\n"),
      versions: [...element.querySelectorAll("[data-system]")].map((version) => ({
        element: version,
        system: version.dataset.system,
        scores: version.dataset.scores.split(" ").map(Number),
        faults: version.dataset.faults?.split(" ") ?? [],
        folded: textOf(version.querySelector(".text")),
      })),
    };
  }

  /** Read segments as long as there is time, or all that are left. */
  function prepare(deadline) {
    while (segments.size < elements.length && !(deadline?.timeRemaining() <= 0)) {
      const element = elements[segments.size];
      segments.set(element, read(element));
      page.observe(element);
    }
    if (deadline && segments.size < elements.length) requestIdleCallback(prepare);
  }

  /** Give what the controls ask for. */
  function question() {
    const value = (name) => field[name]?.value ?? "";
    const against = value("against"), metric = Number(value("metric"));
    return {
      metric,
      sign: "lower" in field.metric.options[metric].dataset ? -1 : 1,
      system: value("system"),
      against,
      baseline: Number(against.startsWith("r") ? form.dataset.baseline : against),
      fault: value("fault"),
      group: value("group"),
      below: value("below"),
      order: value("order"),
    };
  }

  const holds = (faults, wanted) =>
    wanted === "" || (wanted === "+" ? faults.length > 0 : wanted === "-" ? faults.length === 0 : faults.includes(wanted));

  /** Give the number by which a segment is put in order, the smallest first. */
  function rank(segment, versions) {
    const score = (version) => asked.sign * version.scores[asked.metric];
    const changes = () => versions.map((version) => score(version) - score(segment.versions[asked.baseline]));
    if (asked.order === "low") return Math.min(...versions.map(score));
    if (asked.order === "worse") return Math.min(...changes());
    if (asked.order === "better") return -Math.max(...changes());
    const scores = segment.versions.map(score);
    return Math.min(...scores) - Math.max(...scores);
  }

  /** Show the segments in which a system is as asked and that hold the text searched, give them, and say how many they are. */
  function apply() {
    prepare();
    asked = question();
    query = fold(field.text.value).trim();
    const found = [];
    for (const segment of segments.values()) {
      const versions = segment.versions.filter((v) => asked.system === "" || v.system === asked.system);
      const has = (asked.group === "" || segment.groups.includes(asked.group)) &&
        versions.some((v) => holds(v.faults, asked.fault) &&
          (asked.below === "" || asked.sign * v.scores[asked.metric] < asked.sign * Number(asked.below))) &&
        (!query || segment.fixed.includes(query) || versions.some((v) => v.folded.includes(query)));
      segment.element.hidden = !has;
      if (!has) continue;
      found.push([asked.order && rank(segment, versions), segment.element]);
      for (const v of segment.versions) v.element.hidden = !versions.includes(v) && v.system !== asked.against;
    }
    if (asked.order) found.sort((a, b) => a[0] - b[0]);
    const shown = found.map(([, element]) => element);
    arrange(asked.order ? shown : elements);
    for (const figure of document.querySelectorAll("[data-metric]")) figure.hidden = figure.dataset.metric !== field.metric.value;
    $("#below").textContent = asked.sign < 0 ? "Score above" : "Score below";

    const active = ["system", "fault", "group", "below", "order"].filter((name) => asked[name] !== "").length +
      [...field.metric.options, ...field.against.options].filter((o) => o.selected && !o.defaultSelected && o.index).length;
    field.count.value = shown.length === elements.length ? all : `${shown.length.toLocaleString("en")} of ${all}`;
    field.filter.textContent = active ? `Filters (${active})` : "Filters";
    field.clear.hidden = !active && !query;
    nothing.hidden = shown.length > 0;
    $(".extract").hidden = shown.length === elements.length;
    $(".extract").textContent = `Extract: ${field.count.value}`;
    return shown;
  }

  /** Put segments in order before all others, unless they are so already. */
  function arrange(wanted) {
    if (wanted.every((element, at) => element === order[at])) return;
    const fragment = document.createDocumentFragment();
    fragment.append(...wanted);
    main.prepend(fragment);
    order = wanted;
  }

  /** Give the words and marks of an element's text with their places. */
  const wordsOf = (element) => [...(element.firstChild?.data ?? "").matchAll(WORD)];

  /** Tell of each of two lists of words which ones the other lacks, beyond their longest common subsequence. */
  function compare(first, second) {
    const a = first.map(String), b = second.map(String);
    if (a.length * b.length > LONGEST) return [a.map((word) => !b.includes(word)), b.map((word) => !a.includes(word))];
    const width = b.length + 1, longest = new Uint32Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i--)
      for (let j = b.length - 1; j >= 0; j--)
        longest[i * width + j] = a[i] === b[j] ? longest[(i + 1) * width + j + 1] + 1
          : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    const alone = [a.map(() => true), b.map(() => true)];
    for (let i = 0, j = 0; i < a.length && j < b.length; )
      if (a[i] === b[j]) alone[0][i++] = alone[1][j++] = false;
      else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) i++;
      else j++;
    return alone;
  }

  /** Mark the words of an element that stand alone, those next to each other together. */
  function put(mark, element, words, alone) {
    for (let at = 0, end; at < words.length; at = end + 1) {
      for (end = at; alone[end]; ) end++;
      if (end === at) continue;
      const last = words[end - 1], node = element.firstChild;
      mark.add(new StaticRange({
        startContainer: node, startOffset: words[at].index, endContainer: node, endOffset: last.index + last[0].length,
      }));
    }
  }

  const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(1);

  /** Write a segment's scores of the metric asked for, and mark the words in which its texts differ. */
  function paintOne(segment) {
    const { metric, sign, against, baseline } = asked;
    const reference = against.startsWith("r");
    const base = segment.element.querySelector(reference ? `[data-reference="${against.slice(1)}"]` : `[data-system="${against}"]`);
    for (const version of segment.element.querySelectorAll(".version")) version.classList.toggle("base", version === base);
    const text = base?.querySelector(".text"), words = text && wordsOf(text);
    let lacking = words?.map(() => true);
    for (const { element, scores } of segment.versions) {
      const change = scores[metric] - segment.versions[baseline].scores[metric];
      const tags = [element.querySelector(".score")];
      tags[0].textContent = scores[metric].toFixed(1).replace("-", "−");
      tags[0].nextElementSibling?.remove();
      if (change) {
        const tag = document.createElement("span");
        tag.className = sign * change > 0 ? "better" : "worse";
        tag.textContent = ` ${signed(change)}`;
        tags[0].after(tag);
      }
      if (!text || element === base || element.hidden || !marks.differs) continue;
      const part = element.querySelector(".text"), others = wordsOf(part);
      const [alone, missing] = compare(others, words);
      put(marks.differs, part, others, alone);
      if (!segment.element.contains(pointed) || element === pointed) lacking = lacking.map((lacks, at) => lacks && missing[at]);
    }
    if (text && marks.lacks && segment.versions.some(({ element }) => element !== base && !element.hidden))
      put(marks.lacks, text, words, lacking);
  }

  /** Paint the segments near the window. */
  function paint(near) {
    asked ??= question();
    marks.differs?.clear();
    marks.lacks?.clear();
    for (const element of near) if (!element.hidden) paintOne(segments.get(element));
    markHits(near, query);
  }

  let last = [];
  const page = browse({ apply, paint: (near) => paint((last = near)) });
  // The text compared with shows what the translation lacks that is pointed at.
  main.addEventListener("pointerover", (event) => {
    const version = event.target.closest("[data-system]:not(.base)");
    if (version === pointed) return;
    pointed = version;
    paint(last);
  });
  // Numbers in the tables lead to their segments.
  document.addEventListener("click", (event) => {
    const { system, fault, group } = event.target.closest('a[href="#segments"]')?.dataset ?? {};
    if (!fault && !group) return;
    form.reset();
    if (field.system) field.system.value = system ?? "";
    if (fault) field.fault.value = fault;
    if (group) field.group.value = group;
    page.ask();
  });
  addEventListener("beforeprint", () => elements.length > 500 || (apply(), paint(elements)));
  if (globalThis.requestIdleCallback) requestIdleCallback(prepare);
  else prepare();
})();
