"use strict";

// The page can be read and printed without this script: it adds the flicker,
// the knobs and the names.

const root = document.documentElement;
root.classList.add("scripted");

// Flicker: of all pictures, until a reader stops it.

const flicker = document.getElementById("flicker");

function setFlicker(on) {
  root.classList.toggle("flicker", on);
  flicker.firstElementChild.textContent = on ? "Pause" : "Start";
}

flicker.addEventListener("click", () => {
  setFlicker(!root.classList.contains("flicker"));
});
setFlicker(!matchMedia("(prefers-reduced-motion: reduce)").matches);

// Knobs: each moves all pictures of its attribute.

function wordsOf(element, name) {
  return element.dataset[name].split(" ");
}

function turn(article, place) {
  article.classList.add("turned");
  for (const picture of article.querySelectorAll(".turning")) {
    picture.querySelector("img").style.top = `${-100 * place}%`;
    picture.querySelector("b").textContent =
      wordsOf(picture, "probabilities")[place];
    picture.classList.toggle(
      "decided",
      wordsOf(picture, "decided")[place] === "1",
    );
  }
  const knob = article.querySelector(".knob");
  const input = knob.querySelector("input");
  const share = place / Number(input.max);
  const text = `mean ${wordsOf(knob, "means")[place]}`;
  knob.querySelector("output").textContent = text;
  input.setAttribute(
    "aria-valuetext",
    `${Math.round(100 * share)} % of the range: ${text}`,
  );
  const marker = knob.querySelector(".marker");
  const x = share * knob.querySelector("svg").viewBox.baseVal.width;
  marker.setAttribute("x1", x);
  marker.setAttribute("x2", x);
}

for (const knob of document.querySelectorAll(".knob")) {
  const article = knob.closest(".attribute");
  const input = knob.querySelector("input");
  for (const strip of article.querySelectorAll(".window img")) {
    // A strip of all frames; the window shows one.
    strip.style.height = `${100 * (Number(input.max) + 1)}%`;
  }
  input.addEventListener("input", () => turn(article, Number(input.value)));
  knob.querySelector(".back").addEventListener("click", () => {
    article.classList.remove("turned");
    input.focus();
  });
}

// Names: kept in this browser for this run, exported for the next report.

const run = document.body.dataset.run;
const storageKey = `stylex-names-${run}`;
const names = JSON.parse(document.body.dataset.names);
const exportButton = document.getElementById("export-names");
const statusLine = document.getElementById("status");

function storedNames() {
  try {
    return JSON.parse(localStorage.getItem(storageKey)) ?? {};
  } catch {
    return {};
  }
}

function storeNames() {
  try {
    localStorage.setItem(storageKey, JSON.stringify(names));
  } catch {
    statusLine.textContent =
      "This browser keeps no names for files: export them before you leave.";
  }
}

function show(coordinate, except) {
  const name = names[coordinate] ?? "";
  for (const label of document.querySelectorAll(
    `[data-coordinate="${coordinate}"]`,
  )) {
    label.textContent = name.trim() || label.dataset.default;
  }
  for (const field of document.querySelectorAll(
    `[data-names-coordinate="${coordinate}"]`,
  )) {
    if (field !== except) field.value = name;
  }
}

function exportNames() {
  const given = Object.entries(names)
    .map(([coordinate, name]) => [coordinate, name.trim()])
    .filter(([, name]) => name);
  const content = {
    format: document.body.dataset.format,
    run,
    names: Object.fromEntries(given),
  };
  const link = document.createElement("a");
  link.download = "names.json";
  link.href = URL.createObjectURL(
    new Blob([`${JSON.stringify(content, null, 1)}\n`], {
      type: "application/json",
    }),
  );
  link.click();
  URL.revokeObjectURL(link.href);
  statusLine.textContent =
    "Saved names.json. Put it into the run’s folder attributes/, and the next " +
    "report and export have these names.";
}

if (exportButton) {
  // What was typed here counts before what the report came with.
  Object.assign(names, storedNames());
  for (const coordinate of Object.keys(names)) show(coordinate);
  for (const field of document.querySelectorAll("[data-names-coordinate]")) {
    field.addEventListener("input", () => {
      names[field.dataset.namesCoordinate] = field.value;
      storeNames();
      show(field.dataset.namesCoordinate, field);
    });
  }
  exportButton.addEventListener("click", exportNames);
}
