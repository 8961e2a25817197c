// The few things a page does by itself: it hears presses and passes them on, plays sounds, asks before deleting.
// A page's parts say what they want with data attributes:
//   button[data-act], input[data-act]  tell the studio; the other data attributes go along
//   button[data-confirm]               ask first
//   button[data-ask]                   ask for words, which go along as "value"
//   a[data-turn]                       change the address without leaving the page, then show what it names
//   button[data-sound]                 play; data-long puts it in the bar at the bottom
//   [data-dismiss]                     take the notice away
(() => {
  "use strict";

  const make = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    return holder.content.firstChild;
  };

  // -- notices ------------------------------------------------------------------------------------------------

  const tell = (sentence) => {
    const box = make('<div class="notice trouble passing" role="alert"><p></p><button type="button" data-dismiss aria-label="Dismiss">×</button></div>');
    box.querySelector("p").textContent = sentence;
    document.querySelectorAll(".passing").forEach((old) => old.remove());
    document.body.append(box);
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest(".notice").hidden = true;
  });

  // -- asking first -------------------------------------------------------------------------------------------

  const confirmed = (question, yes) =>
    new Promise((decide) => {
      const dialog = make('<dialog class="ask"><form method="dialog"><p></p><div class="row"><button value="">Keep it</button><button value="yes" class="danger"></button></div></form></dialog>');
      dialog.querySelector("p").textContent = question;
      dialog.querySelector(".danger").textContent = yes;
      dialog.addEventListener("close", () => {
        dialog.remove();
        decide(dialog.returnValue === "yes");
      });
      document.body.append(dialog);
      dialog.showModal();
    });

  const asked = (data) =>
    new Promise((decide) => {
      const dialog = make('<dialog class="ask"><form method="dialog"><label><span></span><textarea id="answer" rows="3"></textarea></label><p class="hint"></p><div class="row"><button value="" formnovalidate>Cancel</button><button value="yes" class="primary" id="answer-save"></button></div></form></dialog>');
      const field = dialog.querySelector("textarea");
      dialog.querySelector("span").textContent = data.ask;
      dialog.querySelector(".hint").textContent = data.hint || "";
      dialog.querySelector(".primary").textContent = data.yes || "Save";
      field.value = data.words || "";
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); dialog.close("yes"); }
      });
      dialog.addEventListener("close", () => {
        dialog.remove();
        decide(dialog.returnValue === "yes" ? field.value : null);
      });
      document.body.append(dialog);
      dialog.showModal();
      field.select();
    });

  // -- sound --------------------------------------------------------------------------------------------------

  const short = new Audio();
  let bar = null; // the player at the bottom, made when it is first needed
  let playing = null; // address of the sound that plays or loads
  let loading = null;

  const mark = () => {
    document.querySelectorAll("button[data-sound]").forEach((button) => {
      const address = addressOf(button);
      button.setAttribute("aria-pressed", String(address === playing));
      button.classList.toggle("loading", address === loading);
    });
  };

  const addressOf = (button) => {
    const field = button.dataset.say && document.querySelector(button.dataset.say);
    const words = field ? field.value.trim() : "";
    return words ? `${button.dataset.sound}?text=${encodeURIComponent(words)}` : button.dataset.sound;
  };

  const stopAll = () => {
    short.pause();
    if (bar) bar.sound.pause();
    playing = loading = null;
    mark();
  };

  const makeBar = () => {
    const element = make('<section id="player" aria-label="Player"><p class="now"></p><audio id="chapter-player" controls preload="auto"></audio><button type="button" class="plain" aria-label="Close the player">×</button></section>');
    const sound = element.querySelector("audio");
    document.body.append(element);
    document.body.classList.add("with-player");
    element.querySelector("button").addEventListener("click", () => {
      stopAll();
      element.remove();
      document.body.classList.remove("with-player");
      bar = null;
    });
    sound.addEventListener("playing", () => { short.pause(); playing = sound.dataset.address; mark(); });
    sound.addEventListener("pause", () => { if (playing === sound.dataset.address) { playing = null; mark(); } });
    sound.addEventListener("error", () => explain(sound.dataset.address));
    return { element, sound };
  };

  const explain = async (address) => {
    const response = await fetch(address).catch(() => null);
    if (response && response.ok) tell("This browser cannot play the sound. Export the audiobook and listen to it in a player.");
    else tell(response ? await response.text() : "Voxfolio does not answer. Is it still running?");
    stopAll();
  };

  const playLong = (address, title) => {
    bar = bar || makeBar();
    bar.element.querySelector(".now").textContent = title;
    if (bar.sound.dataset.address !== address) {
      bar.sound.dataset.address = address;
      bar.sound.src = address;
    }
    bar.sound.play().catch(() => {});
  };

  const playShort = async (address) => {
    stopAll();
    loading = address;
    mark();
    try {
      const response = await fetch(address);
      if (loading !== address) return; // another one was pressed meanwhile
      if (!response.ok) throw new Error(await response.text());
      URL.revokeObjectURL(short.src);
      short.src = URL.createObjectURL(await response.blob());
      loading = null;
      playing = address;
      await short.play();
    } catch (error) {
      if (loading === address || playing === address) stopAll();
      if (error.name !== "AbortError") tell(error instanceof TypeError ? "Voxfolio does not answer. Is it still running?" : error.message);
    }
    mark();
  };

  short.addEventListener("ended", () => { playing = null; mark(); });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-sound]");
    if (!button) return;
    const address = addressOf(button);
    if (address === playing || address === loading) stopAll();
    else if ("long" in button.dataset) playLong(address, button.dataset.title || "");
    else playShort(address);
  });

  // -- a part of a page ---------------------------------------------------------------------------------------

  let scrollTo = null;

  const settle = () => {
    document.querySelectorAll("[aria-busy=true]").forEach((node) => node.removeAttribute("aria-busy"));
    // A row may by now show another chapter than the one whose box was ticked.
    document.querySelectorAll("input[type=checkbox][data-act]").forEach((box) => { box.checked = box.hasAttribute("checked"); });
    mark();
    const target = scrollTo && document.querySelector(scrollTo);
    scrollTo = null;
    if (target && (target.getBoundingClientRect().top < 0 || target.getBoundingClientRect().top > innerHeight * 0.6)) {
      target.scrollIntoView({ block: "start" });
    }
  };

  const listen = (element, trigger, watch) => {
    element.addEventListener("click", async (event) => {
      const link = event.target.closest("a[data-turn]");
      if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
        event.preventDefault();
        history.pushState(null, "", link.href);
        scrollTo = link.dataset.turn || null;
        trigger({ act: "turn" });
        return;
      }
      const button = event.target.closest("button[data-act]");
      if (!button || button.getAttribute("aria-busy")) return;
      const data = { ...button.dataset };
      if (data.confirm && !(await confirmed(data.confirm, data.yes || "Delete"))) return;
      if (data.ask) {
        const words = await asked(data);
        if (words === null) return;
        data.value = words;
      }
      button.setAttribute("aria-busy", "true");
      trigger(data);
    });
    element.addEventListener("change", (event) => {
      const field = event.target.closest("input[data-act], select[data-act]");
      if (field) trigger({ ...field.dataset, value: field.type === "checkbox" ? String(field.checked) : field.value });
    });
    watch("value", settle);
    mark();
  };

  const turns = (trigger) => window.addEventListener("popstate", () => trigger({ act: "turn" }));

  // What the studio asks the page to do: {go: address}, {play: address}, {title: words}.
  const obey = (cue) => {
    if (!cue) return;
    if (cue.title) document.title = cue.title;
    if (cue.go) setTimeout(() => window.location.assign(cue.go), 100); // once the answer it came with is complete
    if (cue.play) playShort(cue.play);
  };

  window.voxfolio = { listen, turns, settle, obey };
})();
