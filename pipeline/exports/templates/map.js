// The map as one file: points on a canvas, texts on click, search by letters, filters.
// Texts of guests are only ever put in place as text, never as HTML.
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var words = data.words, count = data.x.length;
  var byId = function (id) { return document.getElementById(id); };
  var canvas = byId("map"), pen = canvas.getContext("2d"), panel = byId("panel");
  var dark = matchMedia("(prefers-color-scheme: dark)");
  var view = { scale: 1, x: 0, y: 0 }, chosen = -1, colouring = "topic";
  var hidden = { topic: {}, language: {} }, shown = new Uint8Array(count).fill(1);
  var found = null, foldedTexts = null, width = 0, height = 0;
  var labels = data.names, contours = new Path2D(), placedFor = "", hovered = -1, mates = null;
  data.contours.forEach(function (corners) {
    for (var i = 0; i < corners.length; i += 2) contours[i ? "lineTo" : "moveTo"](corners[i], -corners[i + 1]);
    contours.closePath();
  });
  var number = new Intl.NumberFormat(document.documentElement.lang);

  function fold(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function category(point) { return colouring === "topic" ? data.topic[point] : data.language[point]; }
  function categories() { return colouring === "topic" ? data.topics : data.languages; }

  // Coordinates: data.x and data.y are 0 to 1 in the map's square.
  function side() { return Math.min(width, height) * 0.94; }
  function left(point) { return width / 2 + ((data.x[point] - 0.5) * side()) * view.scale + view.x; }
  function top_(point) { return height / 2 + ((0.5 - data.y[point]) * side()) * view.scale + view.y; }

  function draw() {
    var ratio = window.devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    var radius = (7.5 - 1.2 * Math.log10(Math.max(count, 1))) * Math.min(1, side() / 640) * Math.sqrt(view.scale);
    radius = Math.max(1.3, Math.min(7, radius));
    var groups = categories(), lists = groups.map(function () { return []; }), i;
    for (i = 0; i < count; i++) if (shown[i]) lists[category(i)].push(i);
    var faded = found !== null;
    groups.forEach(function (group, code) {
      pen.fillStyle = group.colour;
      pen.globalAlpha = faded ? 0.13 : 0.75;
      dots(lists[code], radius, group.symbol);
    });
    if (faded) {
      groups.forEach(function (group, code) {
        pen.fillStyle = group.colour;
        pen.globalAlpha = 1;
        dots(lists[code].filter(function (point) { return found[point]; }), radius + 1.5, group.symbol);
      });
    }
    pen.globalAlpha = 1;
    crowds();
    review();
    if (colouring === "topic") names();
    if (chosen >= 0) {
      pen.strokeStyle = dark.matches ? "#ffffff" : "#1c1b1a";
      pen.lineWidth = 2.2;
      pen.beginPath();
      pen.arc(left(chosen), top_(chosen), radius + 4, 0, 7);
      pen.stroke();
    }
  }

  // One of the marks; the path is drawn where the pen stands.
  function mark(to, symbol, x, y, radius) {
    var corners = data.marks[symbol.replace("-open", "")];
    if (!corners.length) { to.moveTo(x + radius, y); to.arc(x, y, radius, 0, 6.2832); return; }
    corners.forEach(function (corner, i) {
      to[i ? "lineTo" : "moveTo"](x + radius * corner[0], y + radius * corner[1]);
    });
    to.closePath();
  }

  function dots(points, radius, symbol) {
    var small = radius < 2.2, open = !small && /-open$/.test(symbol);
    if (!small) pen.beginPath();
    points.forEach(function (point) {
      var x = left(point), y = top_(point);
      if (x < -9 || y < -9 || x > width + 9 || y > height + 9) return;
      if (small) pen.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
      else mark(pen, symbol, x, y, radius);
    });
    if (open) { pen.strokeStyle = pen.fillStyle; pen.lineWidth = 1.3; pen.stroke(); }
    else if (!small) pen.fill();
  }

  function across(x) { return width / 2 + ((x - 0.5) * side()) * view.scale + view.x; }
  function along(y) { return height / 2 + ((0.5 - y) * side()) * view.scale + view.y; }

  function crowds() {
    var size = side() * view.scale;
    pen.save();
    pen.translate(across(0), along(0));
    pen.scale(size, size);
    pen.lineWidth = 0.9 / size;
    pen.globalAlpha = found ? 0.2 : 0.38;
    pen.strokeStyle = ink();
    pen.stroke(contours);
    pen.restore();
  }

  function ink() { return dark.matches ? "#f4f1ec" : "#1c1b1a"; }
  function font(part) {
    var size = (width < 600 ? 11 : 13) - (part ? 1.5 : 0);
    return (part ? "500 " : "650 ") + size + "px system-ui, sans-serif";
  }

  function place() {
    var key = width + " " + height;
    if (placedFor === key) return;
    placedFor = key;
    labels.forEach(function (label) {
      pen.font = font(label.part);
      label.width = pen.measureText(label.text).width + 6;
      label.height = 17;
    });
    var x = width / side() / 2, y = height / side() / 2;
    var found = placeNames(labels, side(), [0.5 - x, 0.5 + x, 0.5 - y, 0.5 + y]);
    labels.forEach(function (label, i) {
      label.right = found[i].right; label.down = found[i].down; label.from = found[i].scale;
    });
  }

  function names() {
    place();
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    labels.forEach(function (label) {
      if (hidden.topic[label.topic] || side() * view.scale < label.from * 0.999) return;
      var x = across(label.x) + label.right, y = along(label.y) + label.down;
      if (x < label.width / 2 || y < 9 || x > width - label.width / 2 || y > height - 9) return;
      pen.font = font(label.part);
      pen.globalAlpha = 0.85;
      pen.strokeStyle = dark.matches ? "#1f1e1c" : "#ffffff";
      pen.lineWidth = 4;
      pen.strokeText(label.text, x, y);
      pen.globalAlpha = found ? 0.6 : 1;
      pen.fillStyle = ink();
      pen.fillText(label.text, x, y);
      pen.globalAlpha = 1;
    });
  }

  // The other sentences of the review that is pointed at, or chosen.
  function review() {
    var point = hovered >= 0 ? hovered : chosen;
    if (!data.review || point < 0) return;
    if (!mates) {
      mates = {};
      data.review.forEach(function (own, i) { (mates[own] = mates[own] || []).push(i); });
    }
    pen.strokeStyle = ink();
    pen.lineWidth = 1.4;
    mates[data.review[point]].forEach(function (other) {
      if (other === point || !shown[other]) return;
      pen.beginPath();
      pen.moveTo(left(point), top_(point));
      pen.lineTo(left(other), top_(other));
      pen.stroke();
      pen.beginPath();
      pen.arc(left(other), top_(other), 6, 0, 7);
      pen.stroke();
    });
  }

  function fit() {
    var box = canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
    width = box.width; height = box.height;
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    draw();
  }

  // The point nearest to a place, within 14 pixels.
  function nearest(x, y) {
    var best = -1, least = 14 * 14;
    for (var i = 0; i < count; i++) {
      if (!shown[i] || (found && !found[i])) continue;
      var dx = left(i) - x, dy = top_(i) - y, far = dx * dx + dy * dy;
      if (far < least) { least = far; best = i; }
    }
    return best;
  }

  // The mark of a topic or language beside its name.
  function sign(group) {
    var made = document.createElement("canvas"), brush = made.getContext("2d");
    made.className = "dot";
    made.width = made.height = 26;
    brush.beginPath();
    mark(brush, group.symbol, 13, 13, 9.5);
    brush.fillStyle = brush.strokeStyle = group.colour;
    brush.lineWidth = 3;
    if (/-open$/.test(group.symbol)) brush.stroke(); else brush.fill();
    return made;
  }

  function card(point) {
    var box = element("article", "card"), facts = [words.languages[data.language[point]]];
    if (data.hotel) facts.push(data.hotels[data.hotel[point]]);
    if (data.day) facts.push(data.day[point]);
    if (data.mark && data.mark[point]) facts.push(data.mark[point]);
    var about = element("p", "topic");
    about.append(sign(data.topics[data.topic[point]]), element("bdi", "", data.topics[data.topic[point]].name));
    var text = element("p", "text", data.text[point]);
    text.lang = data.languages[data.language[point]].code;
    text.dir = "auto";
    box.append(about, text, element("p", "facts", facts.filter(Boolean).join(" · ")));
    return box;
  }

  function choose(point) {
    chosen = point;
    var place = byId("chosen");
    place.replaceChildren();
    if (point >= 0) { place.append(card(point)); panel.scrollTop = 0; }
    byId("hint").hidden = point >= 0 || found !== null;
    draw();
  }

  function search() {
    var wanted = fold(byId("search").value.trim()), list = byId("hits"), total = 0, i;
    list.replaceChildren();
    if (wanted && !foldedTexts) foldedTexts = data.text.map(fold);
    found = wanted ? new Uint8Array(count) : null;
    for (i = 0; found && i < count; i++) {
      if (!shown[i] || foldedTexts[i].indexOf(wanted) < 0) continue;
      found[i] = 1;
      total += 1;
      if (total <= 100) list.append(hit(i));
    }
    byId("total").textContent = found ? words.found.replace("{n}", number.format(total)) : "";
    byId("hint").hidden = chosen >= 0 || found !== null;
    draw();
  }

  function hit(point) {
    var button = element("button", "hit");
    button.type = "button";
    button.append(card(point));
    button.addEventListener("click", function () { choose(point); });
    return button;
  }

  function filter() {
    for (var i = 0; i < count; i++) {
      shown[i] = hidden.topic[data.topic[i]] || hidden.language[data.language[i]] ? 0 : 1;
    }
    if (chosen >= 0 && !shown[chosen]) choose(-1);
    search();
  }

  function legend() {
    var place = byId("legend");
    place.replaceChildren();
    categories().forEach(function (group, code) {
      var label = element("label"), box = element("input");
      box.type = "checkbox";
      box.checked = !hidden[colouring][code];
      box.addEventListener("change", function () { hidden[colouring][code] = !box.checked; filter(); });
      label.append(box, sign(group), element("bdi", "", group.name), element("span", "n", number.format(group.count)));
      place.append(label);
    });
  }

  function all(checked) {
    categories().forEach(function (group, code) { hidden[colouring][code] = !checked; });
    legend();
    filter();
  }

  function zoom(factor, x, y) {
    var scale = Math.max(1, Math.min(40, view.scale * factor));
    factor = scale / view.scale;
    view.x = (view.x - (x - width / 2)) * factor + (x - width / 2);
    view.y = (view.y - (y - height / 2)) * factor + (y - height / 2);
    view.scale = scale;
    if (scale === 1) { view.x = 0; view.y = 0; }
    draw();
  }

  var pointers = {}, moved = 0, spread = 0;
  canvas.addEventListener("pointerdown", function (event) {
    canvas.setPointerCapture(event.pointerId);
    pointers[event.pointerId] = [event.offsetX, event.offsetY];
    moved = 0; spread = 0;
  });
  canvas.addEventListener("pointermove", function (event) {
    var before = pointers[event.pointerId];
    if (!before) {
      var over = data.review ? nearest(event.offsetX, event.offsetY) : -1;
      if (over !== hovered) { hovered = over; draw(); }
      return;
    }
    var ids = Object.keys(pointers);
    if (ids.length === 1) {
      view.x += event.offsetX - before[0]; view.y += event.offsetY - before[1];
    }
    moved += Math.abs(event.offsetX - before[0]) + Math.abs(event.offsetY - before[1]);
    pointers[event.pointerId] = [event.offsetX, event.offsetY];
    if (ids.length === 2) {
      var a = pointers[ids[0]], b = pointers[ids[1]], now = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (spread) zoom(now / spread, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
      spread = now;
    }
    draw();
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    canvas.addEventListener(name, function (event) {
      if (name === "pointerup" && moved < 6) choose(nearest(event.offsetX, event.offsetY));
      delete pointers[event.pointerId];
    });
  });
  canvas.addEventListener("wheel", function (event) {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.0016), event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("keydown", function (event) {
    var step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (step) { view.x += step[0]; view.y += step[1]; draw(); event.preventDefault(); }
    if (event.key === "+" || event.key === "-") zoom(event.key === "+" ? 1.4 : 1 / 1.4, width / 2, height / 2);
    if (event.key === "Escape") choose(-1);
  });
  byId("closer").addEventListener("click", function () { zoom(1.5, width / 2, height / 2); });
  byId("further").addEventListener("click", function () { zoom(1 / 1.5, width / 2, height / 2); });
  byId("whole").addEventListener("click", function () { view = { scale: 1, x: 0, y: 0 }; draw(); });
  byId("all").addEventListener("click", function () { all(true); });
  byId("none").addEventListener("click", function () { all(false); });
  byId("colour").addEventListener("change", function () { colouring = this.value; legend(); draw(); });
  var waiting = 0;
  byId("search").addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(search, count > 5000 ? 250 : 60);
  });
  dark.addEventListener("change", draw);
  new ResizeObserver(fit).observe(canvas);
  legend();
  fit();
})();
