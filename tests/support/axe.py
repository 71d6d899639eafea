"""What axe finds in a page, in both themes, at a desk and at a phone."""

from axe_playwright_python.base import AXE_SCRIPT

_BEST = ("heading-order", "landmark-one-main", "page-has-heading-one")
_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
_THEME = """scheme => {
  const style = name => getComputedStyle(document.querySelector(name));
  const light = parseInt(style('main h1').color.match(/\\d+/)[0]) > 128;
  return style(':root').colorScheme === scheme && light === (scheme === 'dark');
}"""
_TWO_FRAMES = "() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"

# Rules of less weight than is looked at are not run; axe gives a finding the impact of its rule.
#
# Contrast takes most of the time. It is that of a look: words with their letters and colours, and
# the backgrounds of all that they are in. What had enough of it is not measured once more, be it on
# another page; what had not, or could not be told, is, as another state may show it otherwise.
_PREPARE = """best => {
  const rules = axe._audit.rules.filter(rule => rule.enabled
    && !rule.tags.some(tag => axe._audit.tagExclude.includes(tag))
    && (['serious', 'critical'].includes(rule.impact) || best.includes(rule.id)));
  const rule = rules.find(each => each.id === 'color-contrast'), {matches} = rule;
  const check = axe._audit.checks['color-contrast'], {evaluate} = check;
  const visited = window.pgAxe = {ids: rules.map(each => each.id), tried: new WeakSet()};

  const hash = text => {  // cyrb53
    let one = 0xdeadbeef, other = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      one = Math.imul(one ^ code, 2654435761);
      other = Math.imul(other ^ code, 1597334677);
    }
    one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
    other = Math.imul(other ^ (other >>> 16), 2246822507)
      ^ Math.imul(one ^ (one >>> 13), 3266489909);
    return 4294967296 * (2097151 & other) + (one >>> 0);
  };
  const visit = (each, above) => {
    const style = getComputedStyle(each);
    if (style.display === 'none') return;
    const names = [...each.classList].filter(name => /^(pg|st-key)-/.test(name));
    const around = hash([above, each.tagName, each.dataset.testid, names, style.backgroundColor,
      style.backgroundImage, style.opacity, style.filter, style.mixBlendMode].join());
    const texts = [...each.childNodes].filter(node => node.nodeType === Node.TEXT_NODE);
    const said = texts.map(node => node.data);
    if (each.matches('input, select, textarea')) said.push('field', each.value, each.placeholder);
    const words = said.join('').trim();
    if (words && each.checkVisibility({visibilityProperty: true, opacityProperty: true}))
      visited.looks.set(each, hash([around, style.color, style.fontFamily, style.fontSize,
        style.fontWeight, style.textShadow, words].join()));
    for (const child of each.children) visit(child, around);
  };
  visited.begin = (scheme, whole) => {
    visited.key = `axe-${scheme}`;
    visited.enough = new Set(JSON.parse(sessionStorage.getItem(visited.key) ?? '[]'));
    visited.looks = new Map();
    if (whole) visited.tried = new WeakSet();
    visit(document.body, 0);
    return [...visited.looks.keys()].some(isFresh);
  };
  visited.end = () => {
    for (const each of visited.looks.keys()) visited.tried.add(each);
    sessionStorage.setItem(visited.key, JSON.stringify([...visited.enough]));
  };

  const isFresh = each => visited.looks.has(each) && !visited.tried.has(each)
    && !visited.enough.has(visited.looks.get(each));
  rule.matches = (node, ...rest) => {
    if (!isFresh(node)) return false;
    const answer = matches.call(rule, node, ...rest);
    if (!answer && getComputedStyle(node).fontFamily.includes('Material Symbols'))
      visited.enough.add(visited.looks.get(node));  // a picture, no words
    return answer;
  };
  check.evaluate = function (node, ...rest) {
    const {data} = this;
    let measured = null;
    this.data = told => { measured = told; return data.call(this, told); };
    const answer = evaluate.call(this, node, ...rest);
    if (answer && measured?.contrastRatio) visited.enough.add(visited.looks.get(node));
    return answer;
  };
}"""
_RUN = """async ([scheme, whole]) => {
  const fresh = window.pgAxe.begin(scheme, whole);
  if (!whole && !fresh) return [];
  const values = whole ? window.pgAxe.ids : ['color-contrast'];
  const options = {resultTypes: ['violations'], runOnly: {type: 'rule', values}};
  const found = await axe.run(document, options);
  window.pgAxe.end();
  return found.violations.map(each => [each.id, each.impact,
    each.nodes.map(node => node.html.slice(0, 160) + ' ' + node.failureSummary)]);
}"""


def assert_accessible(page):
    """Nothing serious or critical is found in the page as it is, nor in headings and landmarks.

    A theme changes contrast alone: that of each element is measured once in each theme, at a desk,
    or at a phone where it is seen there only. The theme that the page has comes first, as a change
    draws everything anew.
    """
    if not page.evaluate("'pgAxe' in window"):  # since the page was loaded
        page.evaluate(AXE_SCRIPT)
        page.evaluate(_PREPARE, _BEST)
    found = []
    first, second = ("dark", "light") if page.evaluate(_DARK) else ("light", "dark")
    for scheme, width, whole in (
        (first, 1280, True),
        (first, 390, False),
        (second, 390, True),
        (second, 1280, False),
    ):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function(_THEME, arg=scheme)
        page.evaluate(_TWO_FRAMES)  # the page follows the window
        for rule, impact, nodes in page.evaluate(_RUN, [scheme, whole]):
            if impact in ("serious", "critical") or rule in _BEST:
                found += [f"{rule}, {scheme}, {width}: {node}" for node in nodes]
    assert not found, "\n".join(found)
