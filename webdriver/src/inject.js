// Runs in every new document before the page's own scripts. Placeholders are JSON literals.
(() => {
  const now = performance.now.bind(performance);
  const tell = globalThis[__BINDING__];
  delete globalThis[__BINDING__];
  const stringify = JSON.stringify;
  const text = String;
  globalThis[__CHANNEL__] = Object.freeze({
    postMessage(message) {
      const at = now();
      tell(stringify([at, text(message)]));
    },
  });
  const longTasks = [];
  const keep = (entries) => {
    for (const entry of entries) {
      if (longTasks.length < 1000) {
        longTasks.push({ startTime: entry.startTime, duration: entry.duration });
      }
    }
  };
  const observer = new PerformanceObserver((list) => keep(list.getEntries()));
  observer.observe({ type: "longtask" });
  Object.defineProperty(globalThis, Symbol.for(__BINDING__), {
    value: () => {
      keep(observer.takeRecords());
      return longTasks;
    },
  });
})();
