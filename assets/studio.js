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
      // What is still being spoken is played as it comes; everything else is here whole.
      short.src = response.headers.get("X-Growing") || URL.createObjectURL(await response.blob());
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

// -- the cast ---------------------------------------------------------------------------------------------------
//   button[data-with="name=#field"]    takes along what stands in fields
//   button[data-press="#button"]       presses another button
//   select[data-kept data-for=NAME]    keeps what is chosen in it, for that speaker, when its list changes
//   input[data-enter="#button"]        Enter presses that button
//   [data-key]                         is pressed by that key, wherever the focus is outside a field
//   button[data-light=NAME]            shows one speaker alone in the picture of the book
(() => {
  "use strict";

  const fields = "input, textarea, select, dialog, audio, [contenteditable]";
  const find = (selector) => document.querySelector(selector);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-with], button[data-press], button[data-light]");
    if (!button) return;
    for (const pair of (button.dataset.with || "").split(" ").filter(Boolean)) {
      const [name, selector] = pair.split("=");
      button.dataset[name] = find(selector)?.value ?? "";
    }
    if (button.dataset.press) find(button.dataset.press)?.click();
    if ("light" in button.dataset) light(button.dataset.light);
  }, true); // before a board hears the press

  // -- keys -----------------------------------------------------------------------------------------------------

  const KEYS = { " ": "skip", ArrowRight: "skip", n: "0", N: "0", U: "u" };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.dataset?.enter) {
      event.preventDefault();
      find(event.target.dataset.enter)?.click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    if (event.target.closest?.(fields) || find("dialog[open]") || find("#doubts [aria-busy=true]")) return;
    if (event.key === " " && event.target.closest?.("a, button, summary, [role=button]")) return; // it presses that
    const button = find(`[data-key="${CSS.escape(KEYS[event.key] || event.key)}"]`);
    if (!button) return;
    event.preventDefault();
    atDesk = Boolean(button.closest("#doubts"));
    button.click();
  });

  // -- after the studio has answered ----------------------------------------------------------------------------

  let atDesk = false; // the next line is read out, and Tab goes on from it

  document.addEventListener("click", (event) => { if (event.target.closest("#doubts a, #doubts button")) atDesk = true; });

  // What is chosen in a select for a button to take along belongs to its value: when the list is another by now, a
  // browser would keep the place in the list, and with it somebody else's name.
  const chosen = new Map();
  const nameChoice = (select) => `${select.id} ${select.dataset.for || ""}`;

  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-kept]")) chosen.set(nameChoice(event.target), event.target.value);
  });

  const settled = window.voxfolio.settle;
  window.voxfolio.settle = () => {
    settled();
    document.querySelectorAll("select[data-kept]").forEach((select) => {
      const value = chosen.get(nameChoice(select));
      select.selectedIndex = Math.max(0, [...select.options].findIndex((option) => option.value === value));
    });
    document.querySelectorAll("select[data-act]").forEach((select) => {
      select.selectedIndex = Math.max(0, [...select.options].findIndex((option) => option.defaultSelected));
    });
    light(lit, true);
    lookLater();
    bringIntoSight();
    if (!atDesk) return;
    atDesk = false;
    find("#doubt-line, #doubts .settled a")?.focus({ preventScroll: true });
  };

  // Short paragraphs before a line can fill the box that both stand in: a line that is new there goes to its middle.
  let inSight = null;

  const bringIntoSight = () => {
    const line = find("#doubt-line"), box = line?.closest("blockquote"), shown = line?.closest("[data-line]").dataset.line;
    if (!box || inSight === shown) return;
    inSight = shown;
    const { top, height } = line.getBoundingClientRect();
    box.scrollTop += top - box.getBoundingClientRect().top - Math.max(0, (box.clientHeight - height) / 2);
  };

  // Lines are settled one after another: the picture and the list follow when the keys are at rest.
  let seen = null, later = 0;

  const lookLater = () => {
    const at = find("#settled-said [data-at]")?.dataset.at;
    if (!at || at === seen) return;
    seen = at;
    clearTimeout(later);
    later = setTimeout(() => find("#strip-look")?.click(), 900);
  };

  // -- the picture of the book ----------------------------------------------------------------------------------

  let lit = null;

  const light = (name, again = false) => {
    lit = again || lit !== name ? name : null;
    document.querySelectorAll("[data-light]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.light === lit)));
    document.querySelectorAll(".strip path[data-name]").forEach((path) => path.classList.toggle("dim", lit !== null && path.dataset.name !== lit));
  };

  const known = new WeakMap();

  const readStretches = (svg) => {
    if (!known.has(svg)) {
      const stretches = [];
      for (const path of svg.querySelectorAll("path[data-lines]")) {
        let line = 0;
        const lines = path.dataset.lines.split(",").map((step) => (line += Number(step)));
        [...path.getAttribute("d").matchAll(/M([\d.e+-]+) \d+h([\d.e+-]+)/g)].forEach((match, place) => {
          stretches.push({ start: Number(match[1]), width: Number(match[2]), line: lines[place], name: path.dataset.name });
        });
      }
      known.set(svg, stretches.sort((one, other) => one.start - other.start));
    }
    return known.get(svg);
  };

  const findNear = (svg, clientX) => {
    const box = svg.getBoundingClientRect();
    const unit = svg.viewBox.baseVal.width / box.width;
    const at = (clientX - box.left) * unit;
    const far = (stretch) => Math.max(stretch.start - at, at - stretch.start - stretch.width, 0);
    const best = readStretches(svg).reduce((best, stretch) => (best && far(best) <= far(stretch) ? best : stretch), null);
    return best && far(best) <= 4 * unit ? best : null;
  };

  let here = null; // {svg, place}: the stretch the pointer or the arrow keys are at

  const say = (svg, stretch) => {
    const words = find(".strip-said");
    find(".strip-cursor")?.remove();
    if (words) words.textContent = stretch ? `${svg.closest("li").querySelector(".name").textContent}: ${stretch.name}` : "";
    if (!stretch) return;
    const cursor = document.createElement("span");
    cursor.className = "strip-cursor";
    const row = svg.closest("li").getBoundingClientRect(), box = svg.getBoundingClientRect();
    cursor.style.left = `${box.left - row.left + ((stretch.start + stretch.width / 2) / svg.viewBox.baseVal.width) * box.width}px`;
    svg.closest("li").append(cursor);
  };

  const open = (stretch) => {
    const link = find("#strip-go");
    const address = new URL(link.href, location.href);
    address.searchParams.set("line", stretch.line);
    link.href = address;
    atDesk = true;
    link.click();
  };

  document.addEventListener("pointermove", (event) => {
    const svg = event.target.closest?.(".strip svg");
    if (svg) say(svg, findNear(svg, event.clientX));
    else if (here === null && find(".strip-cursor") && !event.target.closest?.(".strip")) say(null, null);
  });

  document.addEventListener("click", (event) => {
    const svg = event.target.closest(".strip svg");
    const stretch = svg && findNear(svg, event.clientX);
    if (stretch) open(stretch);
  });

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.(".strip")) return;
    const pictures = [...event.target.querySelectorAll("svg")].filter((svg) => readStretches(svg).length);
    const row = here ? pictures.indexOf(here.svg) : -1;
    if (!pictures.length) return;
    if (event.key === "Enter" && row >= 0) return open(readStretches(here.svg)[here.place]);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (row < 0) here = { svg: pictures[0], place: 0 };
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") here = { svg: pictures[Math.min(pictures.length - 1, Math.max(0, row + step))], place: 0 };
    else here.place = Math.min(readStretches(here.svg).length - 1, Math.max(0, here.place + step));
    say(here.svg, readStretches(here.svg)[here.place]);
    here.svg.scrollIntoView({ block: "nearest" });
  }, true);

  document.addEventListener("focusout", (event) => { if (event.target.matches?.(".strip")) here = null; });
})();
// -- end of the cast --------------------------------------------------------------------------------------------
