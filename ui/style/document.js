// What Streamlit's own page lacks. It is run again whenever the language of the page changes.
{
  const root = document.documentElement;
  const shown = document.querySelector(".pg-document").dataset;
  root.lang = shown.lang;
  root.dir = shown.dir;

  if (!window.pgDocument) {
    window.pgDocument = {};
    const find = (selector) => document.querySelector(selector);

    // Layers above the page follow its theme.
    const followTheme = () => {
      root.style.colorScheme = getComputedStyle(find(".stApp")).colorScheme;
    };

    // A screen reader says what is written into a place that has been there before.
    const status = document.createElement("div");
    status.className = "pg-unseen";
    status.setAttribute("role", "status");
    document.body.append(status);
    const said = new Map();
    const say = () => {
      const places = [...document.querySelectorAll(".pg-say")];
      const texts = places.map((place) => place.dataset.say);
      const fresh = texts.filter((text) => text && !said.has(text));
      said.clear();
      texts.forEach((text) => said.set(text, true));
      if (fresh.length) status.textContent = fresh.join(". ");
    };

    const name = () => {
      const skip = find("[data-testid=stSkipToContent]");
      const words = find(".pg-document").dataset.skip;
      if (skip && skip.textContent !== words) skip.textContent = words;
    };

    // Words of Streamlit's own, in the language of the page, where no text of a file stands.
    const OWN_TEXTS = [
      "[data-testid=stFileUploaderDropzone]", "[data-testid=stConnectionStatus]",
      "[data-testid=stStatusWidget]", "[role=listbox][data-empty=true]",
      "[role=option][data-key^=__]", "[data-testid=stTopNavSection]",
    ].join();
    // Dialogs have texts of files as well: whole sentences alone are taken for Streamlit's.
    const OWN_SENTENCES = "[data-testid=stDialog] :is([role=dialog] > h2, h2 + div)";
    const OWN_NAMES = ":is(a, button, nav, section, input, [role=button])[aria-label]";
    const written = new WeakMap();  // text or element -> Streamlit's words and ours
    let table = "", words = new Map(), patterns = [], sentences = new Set();
    const readTable = (json) => {
      table = json;
      const pairs = Object.entries(JSON.parse(json));
      words = new Map(pairs.filter(([english]) => !english.includes("{name}")));
      sentences = new Set([...words.keys()].filter((english) => english.length > 15));
      patterns = pairs.filter(([english]) => english.includes("{name}"))
        .map(([english, ours]) => [...english.split("{name}"), ours]);
    };
    const inOurWords = (english) => {
      if (words.has(english)) return words.get(english);
      for (const [before, after, ours] of patterns) {
        if (english.length > before.length + after.length && english.startsWith(before)
          && english.endsWith(after)) {
          return ours.replace("{name}", () =>
            english.slice(before.length, english.length - after.length));
        }
      }
      return english;
    };
    const reword = (place, now, write) => {
      const last = written.get(place);
      const english = last && last.ours === now ? last.english : now;
      const ours = inOurWords(english);
      if (ours === now) return;
      written.set(place, {english, ours});
      write(ours);
    };
    const rewordText = (place, node, whole) => {
      if (whole && !sentences.has(node.nodeValue) && !written.has(node)) return;
      reword(node, node.nodeValue, (ours) => { node.nodeValue = ours; });
      if (whole) {  // with it goes the command by which developers start Streamlit
        place.querySelectorAll("[data-testid^=stCode]").forEach((code) => { code.hidden = true; });
      }
    };
    const rewordStreamlit = () => {
      const json = find(".pg-document")?.dataset.words;
      if (!json) return;
      if (json !== table) readTable(json);
      for (const place of document.querySelectorAll(`${OWN_TEXTS}, ${OWN_SENTENCES}`)) {
        const whole = place.matches(OWN_SENTENCES);
        const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
        for (let node; (node = texts.nextNode());) rewordText(place, node, whole);
      }
      for (const named of document.querySelectorAll(OWN_NAMES)) {
        reword(named, named.getAttribute("aria-label"),
          (ours) => named.setAttribute("aria-label", ours));
      }
    };

    // A button that is busy for a moment loses the focus: Escape must go on closing its dialog.
    const keepFocus = () => {
      const dialog = find("[data-testid=stDialog] [role=dialog]");
      if (dialog && document.activeElement === document.body) dialog.focus();
    };

    let waiting = 0;
    const look = () => {
      waiting = 0;
      if (!find(".stApp") || !find(".pg-document")) return;
      keepFocus();
      followTheme();
      say();
      name();
    };
    new MutationObserver(() => {
      rewordStreamlit();  // before anything is painted
      waiting ||= setTimeout(look, 150);
    }).observe(document.body, {
      subtree: true, childList: true, attributeFilter: ["class", "data-say", "data-words"],
    });
    look();
    rewordStreamlit();

    // On a phone the list of pages lies over the page: it goes when one has been chosen.
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-testid=stSidebarNavLink]");
      if (!link || event.ctrlKey || event.metaKey || !matchMedia("(max-width: 768px)").matches) {
        return;
      }
      setTimeout(() => find("[data-testid=stSidebarCollapseButton] button")?.click());
    });
  }
}
