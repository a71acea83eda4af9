// Draws one Vega-Lite chart, gives it data and signals from Python and tells Python what the reader
// selects. vl-convert bundles this file with Vega, so that nothing is fetched; it provides vegaEmbed.

const TELL_EVERY_MS = 40;

async function render({ model, el }) {
  const drawn = await draw();
  const view = drawn.view;
  el.dataset.redraws = 0;
  for (const name of model.get("listen")) listen(view, name);

  async function draw() {
    const { $schema, ...spec } = structuredClone(model.get("spec"));
    const values = model.get("signals");
    for (const param of spec.params ?? []) if (param.name in values) param.value = values[param.name];
    spec.datasets = { ...spec.datasets, ...rowsOf(model.get("datasets")) };
    return vegaEmbed(el, spec, { mode: "vega-lite", renderer: "canvas", actions: false });
  }

  // Several changes may come in one message: they are shown together, and one at a time.
  const changed = new Set();
  let working = Promise.resolve();
  function want(part) {
    changed.add(part);
    working = working.then(redraw).catch((error) => {
      el.textContent = "This chart could not be drawn: " + error.message;
    });
  }

  async function redraw() {
    if (changed.size === 0) return;
    const started = performance.now();
    const datasets = changed.has("datasets") ? model.get("datasets") : {};
    changed.clear();
    for (const [name, rows] of Object.entries(datasets)) renew(view, name, rows);
    for (const [name, value] of Object.entries(model.get("signals"))) view.signal(name, value);
    await view.runAsync();
    el.dataset.redrawMs = (performance.now() - started).toFixed(1);
    el.dataset.redraws = Number(el.dataset.redraws) + 1;
  }

  function listen(view, name) {
    let waiting = null;
    view.addSignalListener(name, (_, value) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => tell(name, value), TELL_EVERY_MS);
    });
  }

  // A second click on the same mark selects the same: only the count makes it another message.
  let count = 0;
  function tell(name, value) {
    model.set("heard", { name, value: JSON.parse(JSON.stringify(value ?? null)), count: ++count });
    model.save_changes();
  }

  const stop = ["datasets", "signals"].map((part) => {
    const respond = () => want(part);
    model.on("change:" + part, respond);
    return () => model.off("change:" + part, respond);
  });
  return () => {
    stop.forEach((end) => end());
    drawn.finalize();
  };
}

// Thousands of marks are moved sooner than they are made anew.
function renew(view, name, rows) {
  const before = view.data(name);
  const columns = rows.columns && unpack(rows.columns);
  if (!columns || columns[0][1].length !== before.length) {
    view.data(name, rowsOf({ [name]: rows })[name]);
    return;
  }
  view.pulse(view._runtime.data[name].input, {
    pulse(pulse, kept) {
      for (const [field, values] of columns) kept.forEach((row, i) => (row[field] = values[i]));
      pulse.mod = kept;
      return pulse.modifies(columns.map(([field]) => field));
    },
  });
}

// Vega writes into the rows it is given: it gets its own.
function rowsOf(datasets) {
  const own = ([name, rows]) => [name, rows.columns ? rowsOfColumns(unpack(rows.columns)) : structuredClone(rows)];
  return Object.fromEntries(Object.entries(datasets).map(own));
}

function rowsOfColumns(columns) {
  const row = (_, i) => Object.fromEntries(columns.map(([name, values]) => [name, values[i]]));
  return Array.from(columns[0][1], row);
}

// Packed columns are float32, one a field.
function unpack(columns) {
  const floats = (bytes) => new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return Object.entries(columns).map(([name, bytes]) => [name, floats(bytes)]);
}

export default { render };
