// Placing names on a map, for the page Explore and the map as a file; see
// pipeline/figures/map_names.py, which does the same with estimated widths.
//
// names: [{x, y, width, height, part}], the most important first; x and y in units of the map, with
// y upwards; width and height in pixels. Returns for each {right, down, scale}: where its middle
// stands beside its anchor, in pixels, and the pixels per unit from which on it is shown. From there
// on it touches none of the others, at any scale.
function placeNames(names, whole, inside) {
  "use strict";
  const shifts = [
    [0, 0, 1], [0, -1, 1.02], [0, 1, 1.02], [0.35, -0.9, 1.04], [-0.35, -0.9, 1.04],
    [0.35, 0.9, 1.04], [-0.35, 0.9, 1.04], [0, -2, 1.08], [0, 2, 1.08],
  ];
  const gap = 3;
  const clearFrom = (axes) => {
    let low = -Infinity, high = Infinity;
    for (const [distance, shift, touching] of axes) {
      if (distance) {
        const a = (-touching - shift) / distance, b = (touching - shift) / distance;
        low = Math.max(low, Math.min(a, b));
        high = Math.min(high, Math.max(a, b));
      } else if (Math.abs(shift) >= touching) return 0;
    }
    return low >= high || high <= 0 ? 0 : high;
  };
  const clamp = (value, low, high) => (low > high ? 0 : Math.max(low, Math.min(high, value)));
  const placed = [];
  return names.map((name) => {
    const least = whole * (name.part ? 1.4 : 1), w = name.width / 2 + 2, h = name.height / 2 + 2;
    let best = null;
    for (const [across, up, penalty] of shifts) {
      let right = across * name.width, down = -up * (name.height + 2);
      if (!name.part) {
        right = clamp(right, (inside[0] - name.x) * least + w, (inside[1] - name.x) * least - w);
        down = clamp(down, (name.y - inside[3]) * least + h, (name.y - inside[2]) * least - h);
      }
      let scale = least;
      for (const other of placed) {
        const clear = clearFrom([
          [name.x - other.x, right - other.right, (name.width + other.width) / 2 + gap],
          [other.y - name.y, down - other.down, (name.height + other.height) / 2 + gap],
        ]);
        if (clear > other.scale) scale = Math.max(scale, clear);
      }
      if (!best || scale * penalty < best.cost) best = { right, down, scale, cost: scale * penalty };
      if (scale === least) break;
    }
    if (Number.isFinite(best.scale)) placed.push({ ...name, ...best });
    return best;
  });
}
