// Watches a call from inside its page; changes nothing of it, and analyses only when asked.
// Placeholders are JSON literals. What is told goes out as [ms since timeOrigin, what].
(() => {
  const tell = globalThis[__BINDING__];
  delete globalThis[__BINDING__];
  if (globalThis.top !== globalThis) return;
  const now = performance.now.bind(performance);
  const stringify = JSON.stringify;
  const later = setTimeout.bind(globalThis);
  const Context = globalThis.AudioContext;
  const say = (what, at = now()) => tell(stringify([at, what]));
  const pause = (ms) => new Promise((resolve) => later(resolve, ms));

  // The connections of the page, as long as they are open.
  const Native = globalThis.RTCPeerConnection;
  const getStats = Native.prototype.getStats;
  let connections = [];
  const open = () =>
    (connections = connections.filter(({ connectionState }) => connectionState !== "closed"));
  globalThis.RTCPeerConnection = new Proxy(Native, {
    construct(target, args, made) {
      const connection = Reflect.construct(target, args, made);
      connections = [...open(), connection];
      return connection;
    },
  });
  const stats = async () => {
    const reports = await Promise.all(open().map((connection) => getStats.call(connection)));
    return reports.flatMap((report) => [...report.values()]);
  };

  // The page as its user sees it, told whenever it changes.
  const known = { status: undefined, pressed: {}, remotes: new Map() };
  const seen = new WeakSet();
  let epoch = 0;
  let framed = true;
  const tiles = () => document.querySelectorAll("#remote .tile:is([data-attendee], [data-user])");
  const videoOf = (tile) =>
    tile && tile.dataset.video !== "false" ? tile.querySelector("video") : null;
  // Who a tile shows: the attendee's id, by which the page was told of them.
  const who = ({ dataset }) => dataset.attendee || dataset.user;
  const watchFrame = (attendee, video) => {
    if (framed || seen.has(video)) return;
    seen.add(video);
    const mine = epoch;
    video.requestVideoFrameCallback((_, { presentationTime }) => {
      if (mine !== epoch || framed) return;
      framed = true;
      say({ kind: "frame", attendee }, presentationTime);
    });
  };
  const scan = () => {
    const status = document.querySelector("#status");
    if (status) {
      const said = { kind: "status", state: status.dataset.state ?? "", text: status.textContent.trim() };
      if (stringify(said) !== known.status) {
        known.status = stringify(said);
        say(said);
      }
    }
    for (const id of ["microphone", "camera"]) {
      const pressed = document.getElementById(id)?.getAttribute("aria-pressed");
      if (pressed && pressed !== known.pressed[id]) {
        known.pressed[id] = pressed;
        say({ kind: "switch", device: id, off: pressed === "true" });
      }
    }
    const present = new Map();
    for (const tile of tiles()) {
      const video = videoOf(tile);
      const attendee = who(tile);
      present.set(attendee, {
        user: tile.dataset.user ?? "",
        tile: video !== null,
        muted: tile.dataset.muted === "true",
      });
      if (video) watchFrame(attendee, video);
    }
    for (const [attendee, was] of known.remotes) {
      if (present.has(attendee)) continue;
      if (was.tile) say({ kind: "tile", attendee, shown: false });
      say({ kind: "left", attendee });
    }
    for (const [attendee, is] of present) {
      const was = known.remotes.get(attendee);
      if (!was) say({ kind: "present", attendee, user: is.user });
      if (is.tile !== (was?.tile ?? false)) say({ kind: "tile", attendee, shown: is.tile });
      if (is.muted !== (was?.muted ?? false)) say({ kind: "muted", attendee, muted: is.muted });
    }
    known.remotes = present;
  };
  document.addEventListener(
    "DOMContentLoaded",
    () => {
      new MutationObserver(scan).observe(document.documentElement, {
        subtree: true,
        childList: true,
        characterData: true,
        attributeFilter: [
          "data-state", "data-attendee", "data-user", "data-video", "data-muted", "aria-pressed", "class", "id",
        ],
      });
      scan();
    },
    { once: true },
  );

  // From a tap on start or join until the first sound that is not silence: a media server may
  // send silence before anybody speaks.
  const listenForSound = async (mine) => {
    while (mine === epoch) {
      const heard = (await stats()).some(
        ({ type, kind, totalAudioEnergy }) =>
          type === "inbound-rtp" && kind === "audio" && totalAudioEnergy > 1e-6,
      );
      if (mine !== epoch) return;
      if (heard) return say({ kind: "sound" });
      await pause(50);
    }
  };
  document.addEventListener(
    "click",
    (event) => {
      const id = event.isTrusted && event.target.closest?.("[id]")?.id;
      if (!id) return;
      say({ kind: "tap", id }, event.timeStamp);
      if (id === "start" || id === "join") {
        epoch += 1;
        framed = false;
        for (const tile of tiles()) seen.delete(videoOf(tile));
        listenForSound(epoch);
      } else if (id === "leave" || id === "end") {
        epoch += 1;
      }
    },
    true,
  );

  // Analysis.
  const mean = (pixels, size, { left, top, right, bottom }) => {
    const sum = [0, 0, 0];
    let count = 0;
    for (let y = Math.ceil(top * size.height); y < Math.floor(bottom * size.height); y += 1) {
      for (let x = Math.ceil(left * size.width); x < Math.floor(right * size.width); x += 1) {
        for (let c = 0; c < 3; c += 1) sum[c] += pixels[(y * size.width + x) * 4 + c];
        count += 1;
      }
    }
    return sum.map((value) => value / count);
  };
  const looker = (layout) => {
    const size = { width: 160, height: 90 };
    const canvas = new OffscreenCanvas(size.width, size.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    return (video) => {
      if (!video || video.readyState < 2 || !video.videoWidth) return null;
      context.drawImage(video, 0, 0, size.width, size.height);
      const { data } = context.getImageData(0, 0, size.width, size.height);
      return {
        field: mean(data, size, layout.field),
        cells: layout.cells.map((cell) => mean(data, size, cell).reduce((a, b) => a + b) / 3),
      };
    };
  };

  // 2.9 Hz a bin at 48 kHz; the window of 341 ms is longer than the tone's swell.
  const FFT = 16384;
  const FLOOR_DB = -120;
  // What the page plays to its user, or null where nothing can be heard.
  const listener = async () => {
    const audio = document.getElementById("remote-audio");
    const stream = audio?.srcObject;
    if (!stream?.getAudioTracks().length || audio.paused || audio.muted || !audio.volume) {
      return null;
    }
    const context = new Context();
    const analyser = context.createAnalyser();
    analyser.fftSize = FFT;
    analyser.smoothingTimeConstant = 0;
    const source = context.createMediaStreamSource(stream);
    source.connect(analyser);
    const full = FFT / context.sampleRate + 0.05;
    const limit = now() + 5000;
    while (context.currentTime < full && now() < limit) await pause(20);
    const running = context.currentTime >= full;
    const bins = new Float32Array(analyser.frequencyBinCount);
    const power = new Float64Array(bins.length);
    let windows = 0;
    return {
      take() {
        analyser.getFloatFrequencyData(bins);
        bins.forEach((db, bin) => (power[bin] += 10 ** (db / 10)));
        windows += 1;
      },
      async end(toneHz) {
        const hz = context.sampleRate / FFT;
        source.disconnect();
        await context.close();
        if (!running || !windows) return {};
        const db = power.map((sum) => Math.max(10 * Math.log10(sum / windows), FLOOR_DB));
        const [low, high] = [Math.ceil(50 / hz), Math.floor(8000 / hz)];
        const middle = [...db.slice(low, high)].sort((a, b) => a - b)[(high - low) >> 1];
        let peak = low;
        for (let bin = low; bin < high; bin += 1) if (db[bin] > db[peak]) peak = bin;
        // The vertex of the parabola through the peak and its neighbours.
        const [a, b, c] = db.slice(peak - 1, peak + 2);
        const shift = a - 2 * b + c === 0 ? 0 : (0.5 * (a - c)) / (a - 2 * b + c);
        const tone = Math.round(toneHz / hz);
        return {
          strongest_hz: b > -90 ? (peak + shift) * hz : null,
          tone_db: Math.max(...db.slice(tone - 2, tone + 3)) - middle,
        };
      },
    };
  };

  const counters = async (video) => {
    const track = video?.srcObject?.getVideoTracks()[0]?.id;
    const inbound = (await stats()).filter(({ type }) => type === "inbound-rtp");
    const audio = inbound.filter(({ kind }) => kind === "audio");
    return {
      frames: inbound.find(({ trackIdentifier }) => track && trackIdentifier === track)
        ?.framesDecoded,
      packets: audio.length ? audio.reduce((sum, { packetsReceived }) => sum + packetsReceived, 0) : undefined,
      time: video?.currentTime,
    };
  };
  const both = (a, b) => (a === undefined || b === undefined ? null : [a, b]);

  const read = async ({ attendee, toneHz, intervalMs, layout }) => {
    const video = () => videoOf([...tiles()].find((tile) => who(tile) === attendee));
    const look = looker(layout);
    const ear = await listener();
    const before = await counters(video());
    const began = now();
    const looks = [look(video())];
    while (now() < began + intervalMs) {
      await pause(Math.min(170, began + intervalMs - now()));
      ear?.take();
      looks.push(look(video()));
    }
    const after = await counters(video());
    return {
      looks,
      reading: {
        interval_ms: now() - began,
        tile: Boolean(video()),
        current_time: both(before.time, after.time),
        frames_decoded: both(before.frames, after.frames),
        packets_received: both(before.packets, after.packets),
        ...(await ear?.end(toneHz)),
      },
    };
  };

  const snapshot = async () => {
    const all = await stats();
    const of = (type, kind) => all.filter((entry) => entry.type === type && entry.kind === kind);
    const sum = (entries, member) => entries.reduce((total, entry) => total + (entry[member] ?? 0), 0);
    const [audioIn, audioOut] = [of("inbound-rtp", "audio"), of("outbound-rtp", "audio")];
    const [videoIn, videoOut] = [of("inbound-rtp", "video"), of("outbound-rtp", "video")];
    return {
      audioBytesReceived: sum(audioIn, "bytesReceived"),
      audioBytesSent: sum(audioOut, "bytesSent"),
      videoBytesReceived: sum(videoIn, "bytesReceived"),
      videoBytesSent: sum(videoOut, "bytesSent"),
      audioPacketsReceived: sum(audioIn, "packetsReceived"),
      packetsLost: sum([...audioIn, ...videoIn], "packetsLost"),
      audioJitter: audioIn[0]?.jitter ?? null,
      framesDecoded: sum(videoIn, "framesDecoded"),
      framesPerSecond: videoIn[0]?.framesPerSecond ?? null,
      frameWidth: videoIn[0]?.frameWidth ?? null,
      frameHeight: videoIn[0]?.frameHeight ?? null,
      currentRoundTripTime:
        all.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded")
          ?.currentRoundTripTime ?? null,
    };
  };

  Object.defineProperty(globalThis, Symbol.for(__BINDING__), {
    value: Object.freeze({ read, snapshot }),
  });
})();
