// Draws one Vega-Lite chart, sets its signals from Python and tells Python what the reader selects.
// vl-convert bundles this file with Vega, so that nothing is fetched; it provides vegaEmbed.

const TELL_EVERY_MS = 40;

async function render({ model, el }) {
  let shown = null;
  let turn = 0;

  // A new chart is drawn aside and then put in place: no flicker, and of several drawings under
  // way only the latest is kept.
  async function draw() {
    const mine = ++turn;
    const started = performance.now();
    const canvas = document.createElement("div");
    const spec = { ...structuredClone(model.get("spec")) };
    delete spec.$schema;
    try {
      const drawn = await vegaEmbed(canvas, spec, { mode: "vega-lite", actions: false });
      if (mine !== turn) return drawn.finalize();
      shown?.finalize();
      shown = drawn;
      el.replaceChildren(canvas);
      await setSignals();
      for (const name of model.get("listen")) listen(drawn.view, name);
      el.dataset.drawnMs = (performance.now() - started).toFixed(1);
    } catch (error) {
      canvas.textContent = "This chart could not be drawn: " + error.message;
      el.replaceChildren(canvas);
    }
  }

  async function setSignals() {
    if (shown === null) return;
    const started = performance.now();
    for (const [name, value] of Object.entries(model.get("signals"))) shown.view.signal(name, value);
    await shown.view.runAsync();
    el.dataset.signalledMs = (performance.now() - started).toFixed(1);
  }

  function listen(view, name) {
    let waiting = null;
    view.addSignalListener(name, (_, value) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => tell(name, value), TELL_EVERY_MS);
    });
  }

  function tell(name, value) {
    model.set("heard", { name, value: JSON.parse(JSON.stringify(value ?? null)) });
    model.save_changes();
  }

  model.on("change:spec", draw);
  model.on("change:signals", setSignals);
  await draw();
  return () => {
    model.off("change:spec", draw);
    model.off("change:signals", setSignals);
    shown?.finalize();
  };
}

export default { render };
