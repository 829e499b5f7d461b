# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
"""The page of a map, with a place for its data: three planes that move with click or slider."""

TEMPLATE = r"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reachability map</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; margin: 1rem auto; max-width: 1240px;
       padding: 0 0.8rem; color: #222; background: #fff; }
h1 { font-size: 1.25rem; margin: 0 0 0.2rem; }
#verdict { font-weight: 600; }
#bar { display: flex; flex-wrap: wrap; gap: 0.8rem; align-items: center; margin: 0.8rem 0; }
#scale { height: 14px; width: 200px; border: 1px solid #888; }
#views { display: flex; flex-wrap: wrap; gap: 1rem; }
.view { flex: 1 1 340px; max-width: 100%; min-width: 0; }
canvas.plane { width: 100%; border: 1px solid #bbb; cursor: crosshair; touch-action: none; }
input[type=range] { width: 100%; }
#cell { min-height: 1.5em; font-variant-numeric: tabular-nums; }
details { margin-top: 0.8rem; }
pre { white-space: pre-wrap; }
</style>
</head>
<body>
<h1 id="title"></h1>
<div id="verdict"></div>
<div id="bar">
  <label>Show <select id="quantity"></select></label>
  <span>0</span><canvas id="scale" width="200" height="14"></canvas><span id="high"></span>
  <span><span style="color:#d62728">+</span> base</span>
</div>
<div id="cell">Click or drag in a plane: the two others follow.</div>
<div id="views"></div>
<details><summary>How it was made</summary><pre id="told"></pre></details>
<script>
const data = /*DATA*/;
const NOTHING = 255, LEVELS = 254, X = 0, Y = 1, Z = 2;
const shape = data.axes.map(axis => axis.length);
// viridis, in eight steps
const COLOURS = [[68,1,84],[70,50,127],[54,92,141],[39,127,142],[31,161,135],[74,194,109],
                 [160,218,57],[253,231,37]];
const get = id => document.getElementById(id);
for (const each of data.quantities) {
  const text = atob(each.levels), values = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) values[i] = text.charCodeAt(i);
  each.values = values;
}
let quantity = data.quantities[0];
const at = [X, Y, Z].map(k => nearest(k, k === Z ? (data.axes[Z][0] +
  data.axes[Z][shape[Z] - 1]) / 2 : 0));

function nearest(k, metres) {
  const index = Math.round((metres - data.axes[k][0]) / (data.cell * data.every));
  return Math.max(0, Math.min(shape[k] - 1, index));
}
function level(cell) {
  return quantity.values[(cell[X] * shape[Y] + cell[Y]) * shape[Z] + cell[Z]];
}
function colour(share) {
  const place = share * (COLOURS.length - 1);
  const low = Math.min(Math.floor(place), COLOURS.length - 2);
  return COLOURS[low].map((c, i) => Math.round(c + (place - low) * (COLOURS[low + 1][i] - c)));
}
function number(value) { return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3); }

const planes = [[Y, X, Z], [X, Y, Z], [Z, X, Y]].map(([across, right, up]) => {
  const view = document.createElement('div'), title = document.createElement('div');
  const canvas = document.createElement('canvas'), slider = document.createElement('input');
  const names = 'xyz';
  view.className = 'view';
  canvas.className = 'plane';
  slider.type = 'range'; slider.min = 0; slider.max = shape[across] - 1;
  slider.setAttribute('aria-label', 'plane along ' + names[across]);
  view.append(title, slider, canvas);
  get('views').append(view);
  slider.oninput = () => { at[across] = Number(slider.value); draw(); };
  const pick = event => {
    const box = canvas.getBoundingClientRect(), part = plotPart(canvas);
    const u = ((event.clientX - box.left) / box.width * canvas.width - part.left) / part.width;
    const below = (event.clientY - box.top) / box.height * canvas.height - part.top;
    const v = 1 - below / part.height;
    at[right] = clamp(Math.floor(u * shape[right]), shape[right]);
    at[up] = clamp(Math.floor(v * shape[up]), shape[up]);
    draw();
  };
  canvas.onpointerdown = event => { canvas.setPointerCapture(event.pointerId); pick(event); };
  canvas.onpointermove = event => { if (event.buttons) pick(event); };
  return { across, right, up, title, canvas, slider, names };
});
function clamp(index, count) { return Math.max(0, Math.min(count - 1, index)); }
function plotPart(canvas) {
  return { left: 58, top: 8, width: canvas.width - 70, height: canvas.height - 52 };
}

function drawPlane(plane) {
  const { across, right, up, canvas, names } = plane, n = shape[right], m = shape[up];
  const image = new ImageData(n, m), cell = [...at];
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) {
    cell[right] = i; cell[up] = m - 1 - j;
    const value = level(cell), place = 4 * (j * n + i);
    const rgb = value === NOTHING ? [255, 255, 255] : colour(value / LEVELS);
    image.data.set([...rgb, 255], place);
  }
  const small = document.createElement('canvas');
  small.width = n; small.height = m;
  small.getContext('2d').putImageData(image, 0, 0);
  canvas.width = 480;
  canvas.height = Math.round((canvas.width - 70) * m / n) + 52;
  const pen = canvas.getContext('2d'), part = plotPart(canvas);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, part.left, part.top, part.width, part.height);
  pen.strokeStyle = '#888'; pen.strokeRect(part.left, part.top, part.width, part.height);
  pen.fillStyle = '#222'; pen.font = '15px system-ui, sans-serif';
  const width = data.cell * data.every;
  const px = metres => part.left
    + (metres - data.axes[right][0] + width / 2) / (n * width) * part.width;
  const py = metres => part.top + part.height
    - (metres - data.axes[up][0] + width / 2) / (m * width) * part.height;
  pen.textAlign = 'center';
  const bottom = part.top + part.height;
  for (const tick of ticks(right)) pen.fillText(tick.toFixed(1), px(tick), bottom + 18);
  pen.fillText(names[right] + ' [m]', part.left + part.width / 2, bottom + 38);
  pen.textAlign = 'right';
  for (const tick of ticks(up)) pen.fillText(tick.toFixed(1), part.left - 6, py(tick) + 5);
  pen.save(); pen.translate(15, part.top + part.height / 2); pen.rotate(-Math.PI / 2);
  pen.textAlign = 'center'; pen.fillText(names[up] + ' [m]', 0, 0); pen.restore();
  pen.strokeStyle = 'rgba(0,0,0,0.45)'; pen.beginPath();
  const cx = px(data.axes[right][at[right]]), cy = py(data.axes[up][at[up]]);
  pen.moveTo(cx, part.top); pen.lineTo(cx, part.top + part.height);
  pen.moveTo(part.left, cy); pen.lineTo(part.left + part.width, cy); pen.stroke();
  pen.strokeStyle = '#d62728'; pen.lineWidth = 2; pen.beginPath();
  pen.moveTo(px(0) - 7, py(0)); pen.lineTo(px(0) + 7, py(0));
  pen.moveTo(px(0), py(0) - 7); pen.lineTo(px(0), py(0) + 7); pen.stroke(); pen.lineWidth = 1;
  plane.title.textContent = `${names[across]} = ${data.axes[across][at[across]].toFixed(3)} m`;
  plane.slider.value = at[across];
}
function ticks(k) {
  const low = data.axes[k][0], high = data.axes[k][shape[k] - 1], span = high - low;
  const step = [0.1, 0.2, 0.5, 1, 2, 5].find(s => span / s <= 6) || span / 5, result = [];
  for (let t = Math.ceil(low / step) * step; t <= high + 1e-9; t += step) result.push(t);
  return result;
}
function draw() {
  planes.forEach(drawPlane);
  const value = level(at), [x, y, z] = at.map((index, k) => data.axes[k][index].toFixed(3));
  const said = value === NOTHING ? 'nothing is reached'
    : quantity.name + ' ' + number(value / LEVELS * quantity.high) + ' ' + quantity.unit;
  get('cell').textContent = `cell at x ${x} m, y ${y} m, z ${z} m: ${said}`;
  get('high').textContent = number(quantity.high) + ' ' + quantity.unit;
}
get('title').textContent = 'What is reached: ' + data.title;
get('verdict').textContent = data.verdict;
get('told').textContent = data.told.join('\n')
  + (data.every > 1 ? `\nshown: every ${data.every}. cell of each axis` : '');
data.quantities.forEach((each, i) => {
  get('quantity').add(new Option(`${each.name} [${each.unit}]`, i));
});
get('quantity').onchange = event => { quantity = data.quantities[event.target.value]; draw(); };
const scale = get('scale').getContext('2d');
for (let i = 0; i < 200; i++) {
  scale.fillStyle = 'rgb(' + colour(i / 199).join(',') + ')'; scale.fillRect(i, 0, 1, 14);
}
draw();
</script>
</body>
</html>
"""
