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

    let waiting = 0;
    const look = () => {
      waiting = 0;
      if (!find(".stApp") || !find(".pg-document")) return;
      followTheme();
      say();
      name();
    };
    new MutationObserver(() => {
      waiting ||= setTimeout(look, 150);
    }).observe(document.body, {
      subtree: true, childList: true, attributeFilter: ["class", "data-say"],
    });
    look();

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
