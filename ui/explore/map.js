// What lies over the map's points and moves with them: names, contours, and lines between the
// sentences of one review. The chart tells a page's script where it has been moved, but not Python.
if (!window.pgMap) {
  window.pgMap = true;
  const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);

  const equip = (chart) => {
    const layer = document.createElement("div"), drawing = svg("svg");
    const lines = svg("path"), review = svg("g");
    layer.className = "pg-over";
    layer.setAttribute("aria-hidden", "true"); // the list of names below the map says the same
    lines.setAttribute("class", "pg-contours");
    review.setAttribute("class", "pg-review");
    drawing.append(lines, review);
    layer.append(drawing);
    const buttons = document.createElement("div"), phone = matchMedia("(max-width: 640px) and (pointer: coarse)");
    buttons.className = "pg-zoom";
    const tool = (attribute, value) => chart.querySelector(`.modebar-btn[data-attr=${attribute}][data-val=${value}]`);
    for (const [value, sign] of [["in", "+"], ["out", "−"], ["reset", "⌂"]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.addEventListener("click", () => {
        if (phone.matches) tool("dragmode", "pan")?.click(); // a finger moves the part that is shown
        tool("zoom", value)?.click();
      });
      buttons.append(button);
    }
    let meta = null, names = [], home = null, size = "", places = null, hovered = null, due = 0;

    const geometry = () => {
      const { xaxis: x, yaxis: y } = chart._fullLayout;
      const scale = x._length / (x.range[1] - x.range[0]);
      return {
        scale, left: x._offset, top: y._offset, width: x._length, height: y._length,
        right: (value) => x._offset + (value - x.range[0]) * scale,
        down: (value) => y._offset + (y.range[1] - value) * y._length / (y.range[1] - y.range[0]),
      };
    };

    const write = () => {
      layer.querySelectorAll(".pg-name").forEach((old) => old.remove());
      names = meta.names.map((name) => {
        const box = document.createElement("bdi");
        box.className = name.part ? "pg-name part" : "pg-name";
        box.dir = "auto";
        box.textContent = name.text;
        layer.append(box);
        return { ...name, box };
      });
      lines.setAttribute("d", meta.contours.map((corners) => {
        let path = "";
        for (let i = 0; i < corners.length; i += 2) path += `${i ? "L" : "M"}${corners[i]} ${-corners[i + 1]}`;
        return `${path}Z`;
      }).join(""));
      [...buttons.children].forEach((button, number) => button.setAttribute("aria-label", meta.words[number]));
      home = null;
      places = null;
      hovered = null;
      size = "";
    };

    // Pixels per unit of the whole map, whatever part of it is shown; less where one has zoomed out.
    const smallest = (at) => {
      const [left, right, low, high] = meta.whole;
      return Math.min(at.scale, at.width / (right - left), at.height / (high - low));
    };
    const place = (at, whole) => {
      const [left, right, low, high] = meta.whole, x = (left + right) / 2, y = (low + high) / 2;
      const w = at.width / whole / 2, h = at.height / whole / 2;
      names.forEach((name) => {
        name.width = name.box.offsetWidth;
        name.height = name.box.offsetHeight;
      });
      const found = placeNames(names, whole, [x - w, x + w, y - h, y + h]);
      names.forEach((name, number) => Object.assign(name, found[number]));
      home = whole;
    };

    const draw = () => {
      due = 0;
      if (!chart.isConnected || !chart._fullLayout?.xaxis?._length) return;
      const host = chart.querySelector(".svg-container");
      const told = chart.layout?.meta?.polyguest;
      if (!host || !told) { layer.remove(); buttons.remove(); return; }
      if (buttons.parentNode !== host) host.append(buttons);
      if (layer.parentNode !== host) host.insertBefore(layer, host.querySelectorAll(".main-svg")[1] || null);
      if (told !== meta) { meta = told; write(); }
      const at = geometry();
      layer.style.cssText = `left:${at.left}px;top:${at.top}px;width:${at.width}px;height:${at.height}px`;
      const whole = smallest(at), now = `${at.width} ${at.height}`;
      if (size !== now || Math.abs(whole / home - 1) > 0.02) {
        size = now;
        place(at, whole);
      }
      chart.classList.toggle("pg-closer", at.scale > home * 1.02);
      lines.setAttribute("transform",
        `translate(${at.right(0) - at.left} ${at.down(0) - at.top}) scale(${at.scale})`);
      const [free, above] = [at.width - buttons.offsetWidth - 8, at.height - buttons.offsetHeight - 8];
      for (const name of names) {
        const x = at.right(name.x) - at.left + name.right, y = at.down(name.y) - at.top + name.down;
        const shown = at.scale >= name.scale * 0.999 && x - name.width / 2 >= 0 && y - name.height / 2 >= 0
          && x + name.width / 2 <= at.width && y + name.height / 2 <= at.height
          && (x + name.width / 2 <= free || y + name.height / 2 <= above);
        if (shown) name.box.style.transform =
          `translate(${Math.round(x - name.width / 2)}px,${Math.round(y - name.height / 2)}px)`;
        if (shown !== name.shown) name.box.classList.toggle("shown", name.shown = shown);
      }
      link(at);
    };
    const soon = () => { due ||= requestAnimationFrame(draw); };

    // Sentences of one review have numbers that follow one another.
    const index = () => {
      const bytes = atob(meta.sentences), first = new Int32Array(bytes.length / 2 + 1);
      for (let i = 0; i < bytes.length / 2; i++) {
        first[i + 1] = first[i] + bytes.charCodeAt(2 * i) + 256 * bytes.charCodeAt(2 * i + 1);
      }
      const x = new Float32Array(first[first.length - 1]).fill(NaN), y = x.slice();
      for (const trace of chart._fullData) {
        if (!trace.customdata) continue;
        for (let i = 0; i < trace.customdata.length; i++) {
          const unit = trace.customdata[i];
          x[unit] = trace.x[i];
          y[unit] = trace.y[i];
        }
      }
      return { first, x, y };
    };
    const siblings = (unit) => {
      places ||= index();
      const first = places.first;
      let low = 0, high = first.length - 2;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (first[middle] <= unit) low = middle; else high = middle - 1;
      }
      const found = [];
      for (let other = first[low]; other < first[low + 1]; other++) {
        if (!Number.isNaN(places.x[other])) found.push(other);
      }
      return found;
    };
    const link = (at) => {
      review.replaceChildren();
      if (hovered === null || !meta.sentences) return;
      const own = siblings(hovered);
      if (own.length < 2 || !own.includes(hovered)) return;
      const spot = (unit) => [at.right(places.x[unit]) - at.left, at.down(places.y[unit]) - at.top];
      const [x, y] = spot(hovered);
      for (const unit of own) {
        const [right, down] = spot(unit), ring = svg("circle");
        if (unit !== hovered) {
          const line = svg("line");
          Object.entries({ x1: x, y1: y, x2: right, y2: down })
            .forEach(([key, value]) => line.setAttribute(key, value));
          review.append(line);
        }
        Object.entries({ cx: right, cy: down, r: unit === hovered ? 7 : 5.5 })
          .forEach(([key, value]) => ring.setAttribute(key, value));
        review.append(ring);
      }
    };

    const listen = () => {
      for (const event of ["plotly_relayouting", "plotly_relayout", "plotly_afterplot"]) chart.on(event, soon);
      chart.on("plotly_hover", (event) => {
        const unit = event.points?.[0]?.customdata;
        hovered = Number.isInteger(Array.isArray(unit) ? unit[0] : unit) ? Number(unit) : null;
        soon();
      });
      chart.on("plotly_unhover", () => { hovered = null; soon(); });
    };
    // The wheel moves the page, and with Ctrl (or two fingers that part) the map.
    chart.addEventListener("wheel", (event) => {
      const zoom = chart._context?._scrollZoom;
      if (zoom) zoom.cartesian = zoom.gl2d = event.ctrlKey || event.metaKey;
    }, { capture: true, passive: true });
    listen();
    soon();
  };

  const look = () => {
    for (const chart of document.querySelectorAll(".js-plotly-plot")) {
      if (!chart.layout?.meta?.polyguest || !chart.on) continue;
      if (chart.pgEvents !== chart._ev) {
        chart.pgEvents = chart._ev;
        equip(chart);
      }
    }
  };
  let waiting = 0;
  new MutationObserver(() => { waiting ||= setTimeout(() => { waiting = 0; look(); }, 60); })
    .observe(document.body, { subtree: true, childList: true });
  look();
}
