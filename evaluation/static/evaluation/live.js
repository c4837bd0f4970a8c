// The live part of a study's page: it can be stopped, and is left alone while somebody is in it.
(() => {
  "use strict";
  const part = document.getElementById("live");
  const line = document.getElementById("keeps-up");
  const button = document.getElementById("live-stop");
  if (!part || !line || !button) return;
  let stopped = false;
  // Without a script nothing keeps up, and nothing is said of it.
  line.hidden = false;
  button.addEventListener("click", () => {
    stopped = !stopped;
    button.setAttribute("aria-pressed", String(stopped));
  });
  // A table that is being read, or something opened, is not swapped away under anybody's hands.
  const inUse = () => part.contains(document.activeElement) || part.querySelector("details[open]");
  part.addEventListener("htmx:beforeRequest", (event) => {
    if (stopped || document.hidden || inUse()) event.preventDefault();
  });
  part.addEventListener("htmx:beforeSwap", (event) => {
    if (stopped || inUse()) event.detail.shouldSwap = false;
  });
})();
