(() => {
  const $ = (selector) => document.querySelector(selector);
  const field = $(".controls").elements;
  const all = field.count.value; // "1,234 segments"
  const documents = document.getElementsByClassName("document");
  const sections = [];
  let query = "";

  /** Read a document of the page into what is asked of it. */
  function read(element) {
    const textOf = (part) => ({ element: part, folded: fold(part.textContent) });
    return {
      element,
      name: element.dataset.document,
      paragraphs: [...element.querySelectorAll(".paragraph")].map((paragraph) => ({
        element: paragraph,
        segments: [...paragraph.children].map((segment) => ({
          element: segment,
          arabic: [...segment.querySelectorAll(".arabic")].map(textOf),
          versions: [...segment.querySelectorAll(".version")].map((version) => ({
            bead: "single",
            ...version.dataset,
            element: version,
            faults: version.dataset.faults?.split(",") ?? [],
            texts: [...version.querySelectorAll(".text")].map(textOf),
          })),
        })),
      })),
    };
  }

  /** Read documents as long as there is time, or all that are left. */
  function prepare(deadline) {
    while (sections.length < documents.length && !(deadline?.timeRemaining() <= 0)) {
      const section = read(documents[sections.length]);
      sections.push(section);
      for (const { segments } of section.paragraphs) for (const { element } of segments) page.observe(element);
    }
    if (deadline && sections.length < documents.length) requestIdleCallback(prepare);
  }

  const below = (value, bound) => bound === "" || (value !== undefined && Number(value) < Number(bound));
  const holds = (faults, wanted) =>
    wanted === "" || (wanted === "+" ? faults.length > 0 : wanted === "-" ? faults.length === 0 : faults.includes(wanted));

  /** Show the segments that have a version asked for and hold the text searched, give them, and say how many they are. */
  function apply() {
    prepare();
    const asked = {};
    for (const name of ["document", "origin", "faults", "bead", "score", "similarity"]) asked[name] = field[name]?.value ?? "";
    const anyDocument = !field.document?.selectedIndex; // a document may be without a name
    query = fold(field.text.value).trim();
    let total = 0, hits = 0;
    const shown = [];
    for (const section of sections) {
      const before = shown.length;
      for (const paragraph of section.paragraphs) {
        const first = shown.length;
        for (const segment of paragraph.segments) {
          total++;
          const versions = segment.versions.filter((v) => asked.origin === "" || v.origin === asked.origin);
          let has = (anyDocument || section.name === asked.document) && versions.some(
            (v) => holds(v.faults, asked.faults) && (asked.bead === "" || v.bead === asked.bead) &&
              below(v.score, asked.score) && below(v.similarity, asked.similarity),
          );
          if (has && query) {
            const found = hits;
            for (const { folded } of [...segment.arabic, ...versions.flatMap((v) => v.texts)])
              for (const _ of find(folded, query)) hits++;
            has = hits > found;
          }
          segment.element.hidden = !has;
          if (!has) continue;
          shown.push(segment.element);
          for (const v of segment.versions) v.element.hidden = !versions.includes(v);
        }
        paragraph.element.hidden = shown.length === first;
      }
      section.element.hidden = shown.length === before;
    }
    const number = (n) => n.toLocaleString("en");
    const active = (anyDocument ? 0 : 1) + ["origin", "faults", "bead", "score", "similarity"].filter((name) => asked[name] !== "").length;
    const whole = shown.length === total;
    field.count.value =
      (whole ? all : `${number(shown.length)} of ${all}`) + (query ? `, ${number(hits)} hit${hits === 1 ? "" : "s"}` : "");
    field.filter.textContent = active ? `Filters (${active})` : "Filters";
    field.clear.hidden = !active && !query;
    $(".nothing").hidden = shown.length > 0;
    $(".extract").hidden = whole;
    $(".extract").textContent = `Extract: ${field.count.value}${query ? ` for “${field.text.value.trim()}”` : ""}`;
    return shown;
  }

  const page = browse({ apply, paint: (segments) => markHits(segments, query) });
  if (globalThis.requestIdleCallback) requestIdleCallback(prepare);
})();
