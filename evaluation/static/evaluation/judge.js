// The judge page with a script: keys, drafts, active time, sending again. Without it the page is a plain form.
(() => {
  "use strict";

  const STORE = "parley-draft";
  const main = document.getElementById("main");
  const sheet = () => document.getElementById("sheet");

  // Which question the keys act on ------------------------------------------------------------------------------

  const groups = () => [...sheet().querySelectorAll("fieldset.criterion:not(:disabled)")];
  const radios = (group) => [...group.querySelectorAll("input[type=radio]")];
  const picked = (group) => radios(group).find((radio) => radio.checked);
  const reason = (group) => group.querySelector(".reason input");

  function lacksReason(group) {
    const place = reason(group);
    if (!place || !picked(group) || place.value.trim()) return false;
    return picked(group).value === "cannot_judge" || place.parentElement.classList.contains("required");
  }

  const isOpen = (group) => !picked(group) || lacksReason(group);
  const firstOpen = () => groups().find(isOpen);
  let here = null;

  function current() {
    const all = groups();
    const focused = document.activeElement?.closest?.("fieldset.criterion");
    if (all.includes(focused)) return focused;
    // Once all is answered, the last one acted on can still be changed by its keys.
    return firstOpen() ?? (all.includes(here) ? here : all.at(-1));
  }

  function mark() {
    here = current();
    for (const group of sheet().querySelectorAll("fieldset.criterion")) group.toggleAttribute("data-current", group === here);
  }

  function go(group) {
    const place = lacksReason(group) ? reason(group) : (picked(group) ?? radios(group)[0]);
    place.focus({ preventScroll: true });
    // The question with its answers; where it is too high for the window, at least the answer.
    for (const each of [group, place]) each.scrollIntoView({ block: "nearest" });
    mark();
  }

  // What is said is written on the page, in the study's language.
  const words = () => document.getElementById("say").dataset;

  let toSay = null;

  function say(sentence) {
    const place = document.getElementById("say");
    place.textContent = "";
    clearTimeout(toSay);
    // Emptied first: the same words twice are announced twice.
    toSay = setTimeout(() => { place.textContent = sentence; }, 50);
  }

  function pick(radio, { moveOn }) {
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    const next = firstOpen();
    if (next && moveOn) go(next);
    if (!next) say(`${words().allAnswered} ${part("kbd")}: ${part("span")}.`);
  }

  function along(group, step) {
    const options = radios(group);
    const at = options.findIndex((radio) => radio.checked);
    const next = at < 0 ? (step > 0 ? 0 : options.length - 1) : Math.min(Math.max(at + step, 0), options.length - 1);
    pick(options[next], { moveOn: false });
  }

  const button = () => sheet().querySelector(".send button");
  const part = (tag) => button().querySelector(tag).textContent.trim();

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const target = event.target;
    if (event.key === "Enter" && target.closest(".reason") && !frozen()) {
      event.preventDefault();
      const next = firstOpen();
      if (next) go(next);
      else if (!event.repeat) button().click();
      return;
    }
    if (target.closest("textarea, select, input:not([type=radio])")) return;
    if (event.key === "?") {
      event.preventDefault();
      open("keys");
      return;
    }
    if (frozen()) return;
    if (event.key === "Enter") {
      if (target.closest("button, a, summary")) return;
      event.preventDefault();
      // A click, since htmx takes a form's button from clicks and not from the submit event.
      if (!event.repeat) button().click();
      return;
    }
    const group = current();
    if (!group) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      if (target.closest(".aside")) return;
      event.preventDefault();
      const mirrored = getComputedStyle(group).direction === "rtl";
      along(group, (event.key === "ArrowRight") !== mirrored ? 1 : -1);
      return;
    }
    // The digit that is printed on the key, also where it takes Shift to type it.
    const digit = /^Digit(\d)$/.exec(event.code)?.[1];
    const keys = [event.key.toLowerCase(), event.shiftKey ? undefined : digit];
    const radio = radios(group).find((each) => each.dataset.key && keys.includes(each.dataset.key));
    if (!radio || event.repeat) return;
    event.preventDefault();
    pick(radio, { moveOn: true });
  });

  document.addEventListener("focusin", () => sheet() && mark());

  // A question that holds a submit up says so beside its answers.
  const whatIsMissing = (group) => (lacksReason(group) ? words().reasonMissing : words().stillOpen);

  function complain(group, missing) {
    group.classList.toggle("missing", missing);
    group.querySelector(".needed").textContent = missing ? whatIsMissing(group) : "";
  }

  // Instructions and keys, over the pair ------------------------------------------------------------------------

  const open = (id) => document.getElementById(id).showModal();

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      event.preventDefault();
      open(opener.dataset.opens);
    }
    const dialog = event.target.closest("dialog");
    // A click on the backdrop has the dialog itself as its target.
    if (dialog && (event.target === dialog || event.target.closest("[data-closes]"))) dialog.close();
  });

  // What opens below the button that stays in reach on a phone comes into sight.
  document.addEventListener(
    "toggle",
    (event) => event.target.matches(".aside[open]") && event.target.scrollIntoView({ block: "nearest" }),
    // It does not bubble.
    { capture: true },
  );

  // Active seconds: the page is visible and has the focus -------------------------------------------------------

  const watch = { pair: "", seconds: 0, since: null };
  const attentive = () => document.visibilityState === "visible" && document.hasFocus();

  function tick() {
    const now = performance.now();
    if (watch.since !== null) watch.seconds += (now - watch.since) / 1000;
    watch.since = attentive() ? now : null;
    return watch.seconds;
  }

  for (const name of ["focus", "blur", "pageshow"]) window.addEventListener(name, tick);
  document.addEventListener("visibilitychange", () => {
    tick();
    if (document.visibilityState === "hidden") keep();
  });

  // Drafts: on the server, and here until the server has them ---------------------------------------------------

  let waiting = null;
  let saving = null;

  function remember() {
    const form = sheet();
    const answers = {};
    const given = "input[type=radio][name^='answer.']:checked, .reason input";
    for (const each of form.querySelectorAll(given)) answers[each.name] = each.value;
    const problem = form.querySelector("input[name=problem]:checked")?.value ?? "";
    try {
      localStorage.setItem(
        STORE,
        JSON.stringify({ pair: form.dataset.pair, answers, comment: form.comment.value, problem, seconds: tick() }),
      );
    } catch {
      // A browser that keeps nothing still has the server's draft.
    }
  }

  function remembered() {
    try {
      return JSON.parse(localStorage.getItem(STORE)) ?? {};
    } catch {
      return {};
    }
  }

  function forget() {
    try {
      localStorage.removeItem(STORE);
    } catch {
      // Nothing was kept.
    }
  }

  function schedule(wait) {
    clearTimeout(waiting);
    waiting = setTimeout(keep, wait);
  }

  async function keep() {
    if (waiting === null || frozen()) return;
    stopKeeping();
    const form = sheet();
    const ours = new AbortController();
    saving = ours;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form), keepalive: true, signal: ours.signal });
      if (answer.status >= 500) throw new Error("busy");
    } catch {
      if (!ours.signal.aborted && waiting === null) schedule(4000);
    }
  }

  function stopKeeping() {
    clearTimeout(waiting);
    waiting = null;
    saving?.abort();
    saving = null;
  }

  function changed(event) {
    if (!event.target.closest("#sheet")) return;
    const group = event.target.closest(".criterion.missing");
    if (group) complain(group, isOpen(group));
    const aside = event.target.closest(".aside");
    if (aside) aside.classList.toggle("filled", [...aside.querySelectorAll("textarea, input:checked")].some((each) => each.value));
    remember();
    schedule(400);
    mark();
  }

  document.addEventListener("change", changed);
  document.addEventListener("input", (event) => event.target.matches("textarea, .reason input") && changed(event));

  // Sending, and sending again ----------------------------------------------------------------------------------

  let tries = 0;
  let again = null;
  let pressed = null;
  const frozen = () => document.getElementById("questions").inert;

  function freeze(yes) {
    // Its answers may have been counted already: until that is known, they stay as they were sent.
    for (const part of sheet().querySelectorAll("#questions, .aside")) part.inert = yes;
  }

  function layout() {
    const [first, second] = [...document.querySelectorAll(".response")].map((each) => each.getBoundingClientRect());
    return first && second && Math.abs(first.top - second.top) < 2 ? "side-by-side" : "stacked";
  }

  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== sheet()) return;
      pressed = event.submitter;
      const sends = ["next", "lock", "submit"].includes(pressed?.value);
      const missing = sends ? firstOpen() : null;
      if (missing) {
        event.preventDefault();
        event.stopImmediatePropagation();
        for (const group of groups()) complain(group, isOpen(group));
        go(missing);
        say(whatIsMissing(missing));
        return;
      }
      stopKeeping();
      remember();
      sheet().layout.value = layout();
      sheet().seconds.value = tick().toFixed(1);
    },
    // Before htmx, which would send at once.
    { capture: true },
  );

  // The second click of two, where the next pair has come in between, is not meant for that pair.
  const A_DOUBLE_CLICK = 400;
  let arrived = -Infinity;

  document.addEventListener(
    "click",
    (event) => {
      const meant = performance.now() - arrived > A_DOUBLE_CLICK || groups().some(picked);
      // A key's click has no count.
      if (event.detail && !meant && event.target.closest(".send button, .skips")) event.preventDefault();
    },
    { capture: true },
  );

  function sendAgain() {
    clearTimeout(again);
    again = null;
    (pressed?.isConnected ? pressed : button()).click();
  }

  function notSent() {
    freeze(true);
    const wait = Math.min(30, 2 ** ++tries);
    const place = document.getElementById("trouble");
    // Said once, and not again with every try; its button keeps the focus.
    if (!place.querySelector(".unsent")) {
      const notice = document.createElement("p");
      notice.className = "notice unsent";
      notice.textContent = words().notSent;
      const now = document.createElement("button");
      now.type = "button";
      now.textContent = words().tryNow;
      now.addEventListener("click", sendAgain);
      notice.append(" ", now);
      place.replaceChildren(notice);
      notice.scrollIntoView({ block: "nearest" });
    }
    clearTimeout(again);
    again = setTimeout(sendAgain, wait * 1000);
  }

  // While it is on its way, too: what is picked meanwhile would be in neither.
  document.addEventListener("htmx:beforeSend", (event) => event.detail.elt === sheet() && freeze(true));
  for (const name of ["htmx:sendError", "htmx:timeout"]) document.addEventListener(name, notSent);
  document.addEventListener("htmx:responseError", (event) => {
    // Refused, not lost: a cookie or a token is gone. The page says why, or comes fresh with what was picked here.
    if (event.detail.xhr.status < 500) location.reload();
    else notSent();
  });
  window.addEventListener("online", () => again !== null && sendAgain());
  // Come back to as it was left, by the browser's own button: nothing is on its way any more.
  window.addEventListener("pageshow", (event) => event.persisted && again === null && sheet() && freeze(false));

  // A pair, or its next sheet, has come -------------------------------------------------------------------------

  function restore() {
    const form = sheet();
    const kept = remembered();
    if (kept.pair !== form.dataset.pair) {
      forget();
      return;
    }
    watch.seconds = Math.max(watch.seconds, Number(kept.seconds) || 0);
    let any = false;
    for (const place of form.querySelectorAll(".reason input")) place.value ||= kept.answers?.[place.name] ?? "";
    for (const group of groups().filter((each) => !picked(each))) {
      const radio = radios(group).find((each) => kept.answers?.[each.name] === each.value);
      if (!radio) continue;
      radio.checked = true;
      any = true;
    }
    if (kept.comment && !form.comment.value) form.comment.value = kept.comment;
    const problem = [...form.querySelectorAll("input[name=problem]")].find((each) => each.value === kept.problem);
    if (problem) problem.checked = true;
    for (const aside of form.querySelectorAll(".aside")) {
      aside.classList.toggle("filled", [...aside.querySelectorAll("textarea, input:checked")].some((each) => each.value));
    }
    if (any) schedule(0);
  }

  function begin() {
    const pair = sheet().dataset.pair;
    tick();
    if (watch.pair !== pair) Object.assign(watch, { pair, seconds: 0, since: attentive() ? performance.now() : null });
    restore();
    mark();
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    if (!["main", "sheet"].includes(event.target.id)) return;
    // What was said was of the pair that has gone.
    say("");
    if (!sheet()) return;
    tries = 0;
    arrived = performance.now();
    begin();
    if (document.querySelector("#trouble .notice")) {
      go(sheet().querySelector(".missing:not(:disabled)") ?? firstOpen() ?? groups()[0]);
    } else if (event.target.id === "sheet") {
      go(firstOpen() ?? groups()[0]);
      if (pressed?.value === "lock") say(words().moreFollows);
    } else {
      document.getElementById("scene").focus({ preventScroll: true });
      mark();
      if (pressed?.value === "skip") say(words().skipped);
    }
  });

  for (const each of document.querySelectorAll("[data-opens][hidden]")) each.hidden = false;
  begin();
})();
