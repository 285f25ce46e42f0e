// Evaluated after the load; answers plain data. Placeholders are JSON literals.
(() => {
  const attempt = (read, otherwise) => {
    try {
      return read();
    } catch {
      return otherwise;
    }
  };
  const fields = [
    "name", "startTime", "fetchStart", "domainLookupStart", "domainLookupEnd", "connectStart",
    "secureConnectionStart", "connectEnd", "requestStart", "responseStart", "responseEnd",
    "transferSize", "encodedBodySize", "decodedBodySize", "nextHopProtocol", "responseStatus",
    "deliveryType", "contentType", "domInteractive", "domContentLoadedEventEnd",
    "loadEventStart", "loadEventEnd",
  ];
  const plain = (entry) => {
    if (!entry) return null;
    const copy = {};
    for (const field of fields) {
      if (field in entry) copy[field] = entry[field];
    }
    copy.serverTiming = entry.serverTiming.map(({ name, duration, description }) => ({
      name, duration, description,
    }));
    return copy;
  };
  const probe = __PROBE__;
  const global = attempt(() => globalThis[probe.global]);
  const typeAt = (path) =>
    attempt(() => typeof path.split(".").reduce((value, part) => value[part], global), "undefined");
  // The element that brings the SDK, as it was written.
  const element = attempt(() => document.querySelector("script[src]"), null);
  const written = (name) => element.getAttribute(name);
  return {
    origin: attempt(() => String(self.origin), ""),
    secureContext: isSecureContext === true,
    document: attempt(() => plain(performance.getEntriesByType("navigation")[0]), null),
    script: attempt(
      () => plain(performance.getEntriesByType("resource").find(({ name }) => name === probe.sdkUrl)),
      null,
    ),
    scriptElement: element && attempt(
      () => ({
        src: written("src"), integrity: written("integrity"), crossorigin: written("crossorigin"),
      }),
      null,
    ),
    typeOfGlobal: typeof global,
    typeOfReadySymbol: typeAt(probe.readySymbol),
    missingSymbols: probe.symbols.filter((path) => typeAt(path) === "undefined"),
    longTasks: attempt(() => globalThis[Symbol.for(__BINDING__)](), []),
  };
})()
