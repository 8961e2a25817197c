// A sitting: the microphone with its level and countdown, recordings sent as WAV and asked after until they have been
// looked at, forms answered without leaving the page. The studio draws; this only puts its answers in place.
//   [data-record]             records, inside a .recorder that says where to send it
//   input[data-upload]        sends a file instead; data-with takes a tick box along
//   form[data-send]           is sent as JSON; form[data-parcel] brings a voice as a file
//   button[data-post], input[data-post]   tell the studio; the other data attributes go along
//   button[data-press]        presses another button
(() => {
  "use strict";

  const find = (selector) => document.querySelector(selector);
  const wait = (ms) => new Promise((go) => setTimeout(go, ms));
  const sitting = () => find("#sitting");
  const addressOf = (path) => {
    const { base, query } = sitting().dataset;
    const [place, more] = path.split("?");
    const asked = [query, more].filter(Boolean).join("&");
    return `${base}${place ? `/${place}` : ""}${asked ? `?${asked}` : ""}`;
  };
  const GONE = "Voxfolio does not answer. Is it still running? What was recorded before is kept.";

  // -- notices and questions ----------------------------------------------------------------------------------

  const tell = (sentence, good = false) => {
    find(".passing")?.remove();
    const box = document.createElement("div");
    box.className = `notice passing ${good ? "good" : "trouble"}`;
    box.setAttribute("role", good ? "status" : "alert");
    box.innerHTML = '<p></p><button type="button" data-dismiss aria-label="Dismiss">×</button>';
    box.querySelector("p").textContent = sentence;
    document.body.append(box);
  };

  const hint = (place, sentence) => { place.textContent = sentence; place.hidden = false; };

  const confirmed = (question, yes) =>
    new Promise((decide) => {
      const dialog = document.createElement("dialog");
      dialog.className = "ask";
      dialog.innerHTML = '<form method="dialog"><p></p><div class="row"><button value="">Keep it</button><button value="yes" class="danger"></button></div></form>';
      dialog.querySelector("p").textContent = question;
      dialog.querySelector(".danger").textContent = yes || "Yes";
      dialog.addEventListener("close", () => { dialog.remove(); decide(dialog.returnValue === "yes"); });
      document.body.append(dialog);
      dialog.showModal();
    });

  // -- asking the studio --------------------------------------------------------------------------------------

  const ask = async (address, options = {}) => {
    try {
      const response = await fetch(address, options);
      return await response.json();
    } catch (error) {
      return { trouble: GONE };
    }
  };

  const askForm = (path, fields) =>
    ask(addressOf(path), { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fields) });

  const redraw = async (address = location.href) => {
    const top = scrollY;
    try {
      const text = await (await fetch(address)).text();
      const fresh = new DOMParser().parseFromString(text, "text/html");
      find("#page").replaceWith(document.adoptNode(fresh.querySelector("#page")));
      document.title = fresh.title;
      scrollTo(0, top);
      begin();
    } catch (error) {
      tell(GONE);
    }
  };

  const put = async (told) => {
    if (told.trouble) { tell(told.trouble); return; }
    if (told.said) tell(told.said, true);
    if (told.go) { location.assign(told.go); return; }
    if (told.again) { await redraw(); return; }
    for (const [selector, html] of Object.entries(told.replace || {})) {
      const old = find(selector);
      if (old) old.outerHTML = html;
    }
    if (told.into) {
      const place = told.into.split(",").map((selector) => find(selector.trim())).find(Boolean);
      if (place) {
        place.innerHTML = told.html;
        // What was pressed may be gone; the next button is where the keyboard goes on.
        if (document.activeElement === document.body) place.querySelector("button, a.button")?.focus({ preventScroll: true });
        const seen = place.getBoundingClientRect();
        if (told.scroll || seen.bottom > innerHeight || seen.top < 0) place.scrollIntoView({ block: told.scroll ? "start" : "nearest" });
      }
    }
    if (told.receipt) {
      const link = find("#receipt");
      if (link) link.href = URL.createObjectURL(new Blob([told.receipt], { type: "application/json" }));
    }
    if (told.spent) find(".steps")?.remove();
    startClock();
  };

  // Work goes on in the studio even if the page is closed; a page that is opened meanwhile shows it.
  const follow = async (id) => {
    const bar = find("#working");
    let silent = 0;
    bar.hidden = false;
    sitting().dataset.busy = "";
    for (let pause = 150; ; pause = Math.min(1000, pause * 1.3)) {
      await wait(pause);
      const told = await ask(addressOf(`work/${id}`));
      if (told.trouble === GONE && ++silent < 20) continue; // a phone that lost its network for a moment
      if (told.busy) {
        silent = 0;
        find("#working progress").value = told.share;
        find("#working p").textContent = told.message;
        continue;
      }
      bar.hidden = true;
      delete sitting().dataset.busy;
      await put(told);
      return;
    }
  };

  const hand = async (told) => (told.work ? follow(told.work) : put(told));

  // -- the microphone -----------------------------------------------------------------------------------------

  const REFUSALS = {
    NotAllowedError: "The browser was not allowed to use the microphone. Allow it in the address bar, or bring a recording as a file.",
    SecurityError: "The browser was not allowed to use the microphone. Allow it in the address bar, or bring a recording as a file.",
    NotFoundError: "There is no microphone. Plug one in and press the button again, or bring a recording as a file.",
    NotReadableError: "The microphone is used by another program, or it was unplugged. Close that program and press the button again.",
    AbortError: "The microphone stopped. Press the button again.",
    TimeoutError: "The browser did not begin to listen; some do not where there is no loudspeaker. Plug in headphones and press the button again, or bring a recording as a file.",
  };
  const STARTS_WITHIN_MS = 10000; // Firefox waits for ever for a loudspeaker where there is none
  const UNPLUGGED = "The microphone was unplugged. What was recorded before is kept: plug it in and record this again.";
  const NO_MICROPHONE = "This browser gives the microphone only to pages with https, and this page has none. Record with the telephone's or computer's own recorder, and bring the file.";
  const CHANGED = "This browser alters what the microphone hears and does not let that be turned off. For a truer voice take another browser, or bring a recording as a file.";

  const openMicrophone = async (onLevel, onLost) => {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
    });
    try {
      return await listen(stream, onLevel, onLost);
    } catch (error) {
      stream.getTracks().forEach((track) => track.stop()); // else the microphone's light stays on
      throw error;
    }
  };

  const listen = async (stream, onLevel, onLost) => {
    const context = new AudioContext(); // at its own rate: at another, Firefox lets two clocks drift apart
    if (!(await Promise.race([context.resume().then(() => true), wait(STARTS_WITHIN_MS)]))) {
      context.close();
      throw new DOMException("The sound did not start.", "TimeoutError");
    }
    await context.audioWorklet.addModule("/sitting/recording-tap.js");
    const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 1, channelCount: 1, channelCountMode: "explicit" });
    const mute = context.createGain();
    mute.gain.value = 0;
    context.createMediaStreamSource(stream).connect(tap).connect(mute).connect(context.destination);
    let kept = null, peak = 0, shown = 0;
    tap.port.onmessage = ({ data }) => {
      if (kept) kept.push(data);
      for (const sample of data) peak = Math.max(peak, Math.abs(sample));
      if (performance.now() - shown > 60) { onLevel(peak); peak = 0; shown = performance.now(); }
    };
    let lost = false;
    const [track] = stream.getAudioTracks();
    track.addEventListener("ended", () => { lost = true; onLost(); });
    const { echoCancellation, noiseSuppression, autoGainControl } = track.getSettings();
    return {
      changed: Boolean(echoCancellation || noiseSuppression || autoGainControl),
      start: () => { kept = []; },
      seconds: () => (kept || []).reduce((sum, block) => sum + block.length, 0) / context.sampleRate,
      finish: () => {
        const sound = kept && !lost ? encodeWav(kept, context.sampleRate) : null;
        kept = null;
        tap.port.onmessage = null; // what is still on its way would move a level that is at rest
        stream.getTracks().forEach((track) => track.stop());
        context.close();
        return sound;
      },
    };
  };

  const encodeWav = (blocks, rate) => {
    const count = blocks.reduce((sum, block) => sum + block.length, 0);
    const view = new DataView(new ArrayBuffer(44 + 2 * count));
    const letters = (at, text) => [...text].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
    letters(0, "RIFF"); view.setUint32(4, 36 + 2 * count, true); letters(8, "WAVEfmt ");
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    letters(36, "data"); view.setUint32(40, 2 * count, true);
    let at = 44;
    for (const block of blocks) {
      for (const sample of block) {
        view.setInt16(at, Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), true);
        at += 2;
      }
    }
    return new Blob([view], { type: "audio/wav" });
  };

  // -- recording ----------------------------------------------------------------------------------------------

  let session = null; // what is being recorded now
  let sending = 0; // recordings on their way

  const showLevel = (recorder, peak) => {
    const db = Math.max(-60, 20 * Math.log10(Math.max(peak, 1e-4)));
    const meter = recorder.querySelector(".level");
    meter.style.setProperty("--level", `${((db + 60) / 60) * 100}%`);
    meter.classList.toggle("hot", db > -3);
    meter.setAttribute("aria-valuenow", String(Math.round(db)));
  };

  const record = async (button) => {
    const recorder = button.closest(".recorder");
    if (session) { session.stop(); return; }
    if (!navigator.mediaDevices?.getUserMedia) { tell(NO_MICROPHONE); return; }
    const count = recorder.querySelector(".count");
    const own = (session = { stopped: false, stop: () => { own.stopped = true; } });
    document.querySelectorAll("audio").forEach((sound) => sound.pause());
    find(".passing")?.remove(); // it told of the time before
    button.setAttribute("aria-busy", "true");
    let microphone = null;
    const end = (sentence) => {
      if (session === own) session = null;
      microphone?.finish();
      button.removeAttribute("aria-busy");
      button.textContent = button.dataset.words;
      recorder.classList.remove("live");
      count.textContent = "";
      showLevel(recorder, 0);
      if (sentence) tell(sentence);
    };
    try {
      microphone = await openMicrophone((peak) => showLevel(recorder, peak), () => end(UNPLUGGED));
    } catch (error) {
      end(REFUSALS[error.name] || `The microphone could not be opened (${error.message || error.name}). Bring a recording as a file.`);
      return;
    }
    if (microphone.changed) hint(recorder.querySelector(".no-microphone"), CHANGED);
    button.removeAttribute("aria-busy");
    button.textContent = "Cancel";
    for (const number of [3, 2, 1]) {
      count.textContent = String(number);
      for (let tenths = 0; tenths < 8 && !own.stopped; tenths += 1) await wait(100);
    }
    if (session !== own) return;
    if (own.stopped || !document.contains(recorder)) { end(); return; }
    microphone.start();
    recorder.classList.add("live");
    const fixed = "fixed" in recorder.dataset;
    button.textContent = fixed ? "Listening …" : "Stop";
    const most = Number(recorder.dataset.most);
    while (!(own.stopped && !fixed) && session === own && microphone.seconds() < most && document.contains(recorder)) {
      const left = most - microphone.seconds();
      count.textContent = left < 6 || fixed ? `${Math.ceil(left)}` : `${Math.floor(microphone.seconds())} s`;
      await wait(100);
    }
    if (session !== own) return;
    if (!document.contains(recorder)) { end(); return; }
    await wait(200); // the last sound is still on its way
    const sound = microphone.finish();
    microphone = null;
    end();
    if (sound) await send(recorder.dataset.send, sound, "recording.wav", button);
  };

  const send = async (path, sound, name, button = null) => {
    const prompt = find("#prompt");
    const more = path === "reading" && prompt ? `?prompt=${encodeURIComponent(prompt.textContent)}` : "";
    const address = `${addressOf(path + more)}`;
    button?.setAttribute("aria-busy", "true");
    sending += 1;
    const told = await upload(`${address}${address.includes("?") ? "&" : "?"}file=${encodeURIComponent(name)}`, sound);
    sending -= 1;
    await hand(told);
    button?.removeAttribute("aria-busy");
  };

  const upload = (address, sound) =>
    new Promise((done) => {
      const request = new XMLHttpRequest(); // the only one that tells how much has gone
      request.open("POST", address);
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable || event.total < 2e6) return;
        find("#working").hidden = false;
        find("#working progress").value = event.loaded / event.total;
        find("#working p").textContent = `Sending: ${Math.round((100 * event.loaded) / event.total)} %`;
      });
      request.addEventListener("load", () => {
        try { done(JSON.parse(request.responseText)); } catch (error) { done({ trouble: GONE }); }
      });
      request.addEventListener("error", () => done({ trouble: GONE }));
      request.send(sound);
    });

  // -- the statement's clock ----------------------------------------------------------------------------------

  let ticking = 0;

  const startClock = () => {
    const box = find("#challenge");
    if (!box || box.dataset.ends) return;
    box.dataset.ends = String(Date.now() + 1000 * Number(box.dataset.seconds));
    clearInterval(ticking);
    ticking = setInterval(() => {
      const here = find("#challenge");
      if (!here) { clearInterval(ticking); return; }
      const left = Math.max(0, Math.round((Number(here.dataset.ends) - Date.now()) / 1000));
      const clock = here.querySelector("#clock");
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      here.classList.toggle("late", left < 30);
      if (left) return;
      clearInterval(ticking);
      here.querySelector(".over").hidden = false;
      here.querySelector(".recorder").hidden = true;
      session?.stop();
    }, 250);
  };

  // -- what is pressed ----------------------------------------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-busy")) return;
    if ("record" in button.dataset) { record(button); return; }
    if (button.dataset.press) { find(button.dataset.press)?.click(); return; }
    if (button.dataset.copy) { copy(button); return; }
    if (button.dataset.shape) { setShape(button.dataset.shape); return; }
    if (!button.dataset.post) return;
    const { post, confirm, yes, ...fields } = button.dataset;
    if (confirm && !(await confirmed(confirm, yes))) return;
    button.setAttribute("aria-busy", "true");
    await hand(await askForm(post, fields));
    button.removeAttribute("aria-busy");
    if ("again" in button.dataset) {
      find("#outcome").replaceChildren();
      const start = find("[data-record]");
      if (start) { start.scrollIntoView({ block: "center" }); record(start); }
    }
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if ("parcel" in form.dataset) { event.preventDefault(); bringVoice(form); return; }
    if (form.dataset.send === undefined) return;
    event.preventDefault();
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      fields[name] = name in fields ? [].concat(fields[name], value) : value;
    }
    const button = form.querySelector("button:not([type=button])");
    button?.setAttribute("aria-busy", "true");
    session?.stop();
    await hand(await askForm(form.dataset.send, fields));
    button?.removeAttribute("aria-busy");
  });

  // The passphrase goes in a header, in hex: a header holds no letters beyond Latin.
  const bringVoice = async (form) => {
    const button = form.querySelector("button");
    button.setAttribute("aria-busy", "true");
    const passphrase = [...new TextEncoder().encode(form.elements.passphrase.value)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const [file] = form.elements.parcel.files;
    await put(await ask(`/recording/parcel?file=${encodeURIComponent(file.name)}`, { method: "POST", headers: { "X-Passphrase": passphrase }, body: file }));
    button.removeAttribute("aria-busy");
  };

  document.addEventListener("change", async (event) => {
    const field = event.target;
    if (field.dataset.post) {
      const { post, ...fields } = field.dataset;
      const value = field.type === "checkbox" ? String(field.checked) : field.value;
      await hand(await askForm(post, { ...fields, value }));
    } else if (field.dataset.upload && field.files.length) {
      const box = field.dataset.with && find(field.dataset.with);
      const [file] = field.files;
      const ticked = box?.checked ? `${field.dataset.upload.includes("?") ? "&" : "?"}${box.id}=true` : "";
      field.value = "";
      await send(field.dataset.upload + ticked, file, file.name);
    } else if (field.name === "project" && field.closest("fieldset")) {
      const chosen = field.closest("fieldset").querySelector("[value=chosen]");
      if (chosen) chosen.checked = true;
    }
  });

  const copy = async (button) => {
    const field = find(button.dataset.copy);
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch (error) { document.execCommand("copy"); } // no clipboard without https
    button.textContent = "Copied";
  };

  document.addEventListener("focusin", (event) => { if ("select" in event.target.dataset) event.target.select(); });

  // -- bending a voice ----------------------------------------------------------------------------------------

  const setShape = (text) => {
    const bench = find(".bench");
    ["semitones", "formant", "pace"].forEach((name, place) => { bench.elements[name].value = text.split(",")[place]; });
    aim();
    bench.scrollIntoView({ block: "center" });
    bench.elements.label.focus();
  };

  const aim = () => {
    const bench = find(".bench");
    if (!bench) return;
    const shape = ["semitones", "formant", "pace"].map((name) => `${name}=${bench.elements[name].value}`).join("&");
    const { bent } = bench.dataset;
    find("#hear-bent").dataset.sound = `${bent}${bent.includes("?") ? "&" : "?"}${shape}`;
  };

  document.addEventListener("input", (event) => { if (event.target.closest(".bench")) aim(); });

  // -- a page that was opened ---------------------------------------------------------------------------------

  const begin = () => {
    aim();
    if (!sitting()) return;
    if (!navigator.mediaDevices?.getUserMedia) {
      document.querySelectorAll(".no-microphone").forEach((place) => hint(place, NO_MICROPHONE));
      find("details.instead")?.setAttribute("open", "");
    }
    if (sitting().dataset.work) follow(sitting().dataset.work);
  };

  // Only what would be lost is worth a question.
  addEventListener("beforeunload", (event) => { if (sending || find(".recorder.live")) event.preventDefault(); });
  begin();
})();
